// Opens numbers: a click, Enter or Space on one shows all that is known about it, at once and without the server.
// A number carries its facts as `components/page/numbers.py` wrote them; the words come as this component's data.
// Text gets into the page as text, never as markup. One set of listeners serves the document for good: Streamlit
// may mount this component again on another page, and then only the dialog moves.

import "./dates.js";

const NUMBER = "[data-formula]";
const PLACES = "td, .mk-tile, .mk-parts li"; // whose whole surface opens the number in it
const FIELDS = ["unit", "asOf", "fetchedAt", "source", "sampling", "n", "low", "high", "flags", "inputs", "second"];

const dialog = element("dialog", { className: "mk mk-open" });
dialog.setAttribute("aria-labelledby", "mk-open-title");
let words = { definitions: {}, states: {}, flags: {} };
let opener;

dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", () => opener?.isConnected || twin(opener)?.focus());
document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("pointerover", prepare);
document.addEventListener("focusin", prepare);

export default function ({ data, parentElement }) {
  words = data;
  if (dialog.parentNode !== parentElement) parentElement.append(dialog);
  showAnchor();
}

function onClick(event) {
  const link = event.target.closest("a");
  if (link) return void keepView(link);
  const number = event.target.closest(NUMBER) ?? event.target.closest(PLACES)?.querySelector(NUMBER);
  if (number && getSelection().isCollapsed) open(number);
}

function onKey(event) {
  if ((event.key !== "Enter" && event.key !== " ") || !event.target.matches(NUMBER)) return;
  event.preventDefault();
  open(event.target);
}

function open(number) {
  if (!dialog.isConnected || dialog.open) return;
  opener = number;
  number.focus({ preventScroll: true });
  dialog.replaceChildren(page(number));
  dialog.showModal();
}

// Says on a number, once a reader comes near it, that it opens and where it comes from.
function prepare(event) {
  const number = event.target.closest?.(NUMBER);
  if (!number || number.title) return;
  const { source, asOf } = read(number);
  number.title = [source, when(asOf)].filter(Boolean).join(" · ") || why(number);
  number.setAttribute("aria-haspopup", "dialog");
}

function page(number) {
  const about = read(number);
  const [title, formula] = words.definitions[about.formula] ?? [about.formula, ""];
  const close = element("button", { type: "button", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  const name = [subject(number), title].filter(Boolean).join(" · ");
  const head = element("header", {}, [element("h2", { id: "mk-open-title", textContent: name }), close]);
  const value = element("p", { className: "mk-open-value" }, [
    element("b", { textContent: about.value ? exact(about.value) : "–" }),
    " ",
    element("span", { textContent: about.value ? about.unit : "" }),
  ]);
  const rows = facts(about, formula, why(number)).filter(([, told]) => told?.length);
  const list = element("dl", {}, rows.flatMap(([name, told]) => [
    element("dt", { textContent: name }),
    ...[told].flat().map((each) => element("dd", { textContent: each })),
  ]));
  const link = element("a", {
    href: `methods${location.search}#${encodeURIComponent(about.formula)}`,
    textContent: "How this is computed, with its sources",
  });
  const foot = element("footer", {}, [link]);
  if (about.value) foot.append(copyButton(cite(name, about)));
  return element("div", {}, [head, value, list, foot]);
}

function copyButton(text) {
  const button = element("button", { type: "button", textContent: "Copy with its source" });
  button.addEventListener("click", async () => {
    button.textContent = (await copy(text, button)) ? "Copied" : "This browser does not let us copy";
  });
  return button;
}

// Browsers keep the clipboard for secure pages; on plain http in a home network a selection can still be copied.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = element("textarea", { value: text, readOnly: true, className: "mk-sr" });
    button.after(box); // inside the dialog: all else cannot be selected while it is open
    box.select();
    const copied = document.execCommand("copy");
    box.remove();
    button.focus();
    return copied;
  }
}

// A number as a writer quotes it: with its sample, its instant, its source, and an address that shows it again.
function cite(name, { quote, n, asOf, source, state }) {
  const [value, interval] = quote.split("|");
  const sample = [interval, Number(n) > 1 && `n ${exact(n)}`].filter(Boolean).join(", ");
  const caution = ["final", "recorded"].includes(state) ? "" : words.states[state];
  return [
    `${name}: ${value}${sample && ` (${sample})`}${asOf && `, ${when(asOf)}`}.`,
    source && `Source: ${source}.`,
    caution,
    addressAt(asOf),
  ].filter(Boolean).join(" ");
}

// The page as it stood at its moment, or at that of a number which came after the page was drawn.
function addressAt(asOf) {
  const { address } = document.querySelector(".mk-footer")?.dataset ?? {};
  if (!address) return "";
  const drawn = new URL(address).searchParams.get("asof") ?? "";
  return drawn.includes("T") && asOf > drawn ? address.replace(drawn, asOf) : address;
}

function facts(about, formula, why) {
  return [
    ["Why", why],
    ["Formula", formula],
    ["Made from", about.inputs.map((each) => made(...each.split("=")))],
    ["Interval", about.low && about.high && `${exact(about.low)} to ${exact(about.high)}`],
    ["Observations", about.n && exact(about.n)],
    ["Sampling", about.sampling],
    ["Source", about.source],
    ["Second source", second(...about.second)],
    ["As of", when(about.asOf)],
    ["Fetched", when(about.fetchedAt)],
    ["State", words.states[about.state] ?? about.state],
    ["Marks", about.flags.map((flag) => words.flags[flag] ?? flag)],
  ];
}

function read(number) {
  const { value, formula, state, about, quote = value } = number.dataset;
  const fields = (about ?? "").split("|");
  const named = Object.fromEntries(FIELDS.map((name, place) => [name, fields[place] ?? ""]));
  for (const name of ["flags", "inputs", "second"]) named[name] = named[name].split(";").filter(Boolean);
  return { value, formula, state, quote, ...named };
}

function made(name, value) {
  return `${name}: ${exact(value)}`;
}

function second(source, value, difference, asOf) {
  return source && `${source} says ${exact(value)}, ${exact(difference)}% away, ${when(asOf)}`;
}

function why(number) {
  return number.querySelector(".mk-sr")?.textContent.trim() ?? "";
}

// What a number is about: told by the number, else by its row, its tile or its part of a score.
function subject(number) {
  const place = number.closest("tr")?.querySelector("th[scope=row]") ?? number.closest(".mk-tile, .mk-parts li")?.querySelector("span");
  return number.dataset.subject ?? place?.textContent ?? "";
}

// Every digit, in groups of three, with a proper minus; words pass unchanged.
function exact(text) {
  const [, sign, whole, rest] = /^(-?)(\d+)(\.\d+|\.?\d*e[-+]\d+)?$/.exec(text) ?? [];
  if (!whole) return text ?? "";
  return `${sign && "−"}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${rest === ".0" ? "" : (rest ?? "")}`;
}

function when(instant) {
  return instant && new Date(instant).toUTCString().replace(/^(\w+), 0?(\d+ \w+ \d+) (\d+:\d+).*/, "$1 $2, $3 UTC");
}

// The same number in what Streamlit drew meanwhile.
function twin(number) {
  const { formula, value } = number?.dataset ?? {};
  return [...document.querySelectorAll(NUMBER)].find((each) => each.dataset.formula === formula && each.dataset.value === value);
}

// A link to a place on Methods or Claims takes the date and the choices of this page with it.
function keepView(link) {
  if (/\/(methods|claims)$/.test(link.pathname) && link.hash) link.search = location.search;
}

// The browser looked for the anchor before there was anything on the page.
function showAnchor() {
  const entry = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!entry || entry.classList.contains("mk-here")) return;
  entry.classList.add("mk-here");
  entry.scrollIntoView();
}

function element(name, properties = {}, children = []) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}
