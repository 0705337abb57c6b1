// The quiet menu under a chart: its numbers as a table, as a CSV file, and the chart as a picture. All of it is made
// in the browser from what the chart was drawn from; text gets into the page as text, never as markup.

import { csvOf, sheetOf } from "./sheet.js";

// To four places, and small numbers to four digits; the file has every digit.
const READABLE = new Intl.NumberFormat("en-US", {
  maximumFractionDigits: 4, maximumSignificantDigits: 4, roundingPriority: "morePrecision",
});
const SCALE = 2;
const PADDING = 16;
const TITLE = { font: "600 15px Inter, 'Noto Sans', sans-serif", line: 20, colour: "ink" };
const CAPTION = { font: "400 11px Inter, 'Noto Sans', sans-serif", line: 15, colour: "muted" };

// `place.node` is the chart; its surface can be covered by a table of the same size. `picture` makes its SVG.
export function makeMenu(place, picture) {
  place.table = element("div", { className: "mk mk-sheet", tabIndex: 0, hidden: true });
  place.table.setAttribute("role", "region");
  place.surface.append(place.table);
  const buttons = {
    Table: button("Table", () => showTable(place, place.table.hidden)),
    CSV: button("CSV", () => save(`${place.name}.csv`, new Blob([csv(place)], { type: "text/csv" }))),
    PNG: button("PNG", async () => save(`${place.name}.png`, await painted(place, picture))),
  };
  place.buttons = buttons;
  buttons.Table.setAttribute("aria-pressed", "false");
  return element("div", { className: "mk mk-menu" }, Object.values(buttons));
}

// Called when words of the chart changed, and when it was drawn anew.
export function keepMenu(place) {
  place.title = place.node.closest("[class*=st-key-card]")?.querySelector("h2")?.textContent || place.alt;
  const sheet = numbersOf(place);
  place.table.setAttribute("aria-label", `Table: ${place.title}`);
  for (const [name, each] of Object.entries(place.buttons)) {
    each.setAttribute("aria-label", `${name}: ${place.title}`);
    each.hidden = name !== "PNG" && !sheet.rows.length;
  }
  if (!place.table.hidden) showTable(place, sheet.rows.length > 0);
}

function numbersOf({ node, title }) {
  return sheetOf(node, title.endsWith("?") ? "Value" : title);
}

function showTable(place, wanted) {
  place.table.hidden = !wanted;
  place.node.style.visibility = wanted ? "hidden" : "";
  place.buttons.Table.setAttribute("aria-pressed", String(wanted));
  place.table.replaceChildren(...(wanted ? [tableOf(numbersOf(place), place.alt)] : []));
}

function tableOf({ head, rows }, caption) {
  const top = head.map((name) => cell("th", name, "col"));
  const lines = rows.map(([first, ...rest]) =>
    element("tr", {}, [cell("th", first, "row"), ...rest.map((value) => cell("td", value))]));
  return element("table", { className: "mk-table" }, [
    element("caption", { textContent: caption }),
    element("thead", {}, [element("tr", {}, top)]),
    element("tbody", {}, lines),
  ]);
}

function cell(name, content, scope = "") {
  const { value, n } = content?.n ? content : { value: content };
  const text = typeof value === "number" ? READABLE.format(value).replace("-", "−") : (value ?? "–");
  return element(name, scope && { scope }, [text, ...(n ? [element("small", { textContent: ` ${n}` })] : [])]);
}

function csv(place) {
  const address = location.href.replaceAll(",", "%2C").replaceAll(";", "%3B");
  return csvOf(numbersOf(place), [`${place.title}.`, place.alt, place.caption, address]);
}

// The chart between its title and where it comes from, on the ground of its card.
async function painted(place, picture) {
  const chart = await drawable(await picture(place.node));
  const { width, height } = chart;
  const canvas = element("canvas");
  const brush = canvas.getContext("2d");
  const title = wrapped(brush, TITLE, place.title, width);
  const caption = wrapped(brush, CAPTION, place.caption, width);
  const room = title.length * TITLE.line + caption.length * CAPTION.line;
  canvas.width = SCALE * (width + 2 * PADDING);
  canvas.height = SCALE * (height + room + 3 * PADDING);
  brush.scale(SCALE, SCALE);
  brush.fillStyle = colour(place.table, "card");
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(chart, PADDING, PADDING + title.length * TITLE.line, width, height);
  write(brush, place, TITLE, title, PADDING);
  write(brush, place, CAPTION, caption, 2 * PADDING + title.length * TITLE.line + height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function write(brush, place, style, lines, top) {
  Object.assign(brush, { font: style.font, fillStyle: colour(place.table, style.colour), textBaseline: "top" });
  lines.forEach((line, index) => brush.fillText(line, PADDING, top + index * style.line));
}

function wrapped(brush, { font }, text, width) {
  brush.font = font;
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const longer = [lines.at(-1), word].filter(Boolean).join(" ");
    if (lines.length && brush.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// An SVG in an image sees no font of the page, so it takes ours along.
async function drawable(svg) {
  const style = `<style>@font-face{font-family:Inter;font-weight:100 900;src:url(${await font()})}</style>`;
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg.replace(/<svg[^>]*>/, (start) => start + style))}`;
  await image.decode();
  return image;
}

let read;

function font() {
  const source = performance.getEntriesByType("resource").find(({ name }) => /\/inter-\w+\.woff2$/.test(name))?.name;
  read ??= source ? fetch(source).then((answer) => answer.blob()).then(asData) : Promise.resolve("data:,");
  return read;
}

function asData(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

// A token of the theme as a canvas takes it, whichever half of light-dark() holds now.
function colour(inside, name) {
  const probe = element("i");
  probe.style.color = `var(--${name})`;
  inside.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function save(name, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function button(name, onClick) {
  const made = element("button", { type: "button", textContent: name });
  made.addEventListener("click", onClick);
  return made;
}

function element(name, properties = {}, children = []) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}
