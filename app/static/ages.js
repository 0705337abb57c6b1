// Lets every age on the page count: an element that carries the instant it is measured from counts on by
// the second, in the units of `market.text.age`, by the server's clock: a visitor's may be wrong. Tells the server as well
// when a window is as narrow as a phone's, since a browser that is no phone's says nothing of its width.

const LOOK = 250; // milliseconds: the stamp is half a second off and an age up to one, which leaves this for two in all
const narrow = matchMedia("(max-width: 640px)");
const isPhone = navigator.userAgent.includes("Mobi"); // the server knows
let timer = null;
let ahead = 0; // the server's clock of the visitor's, in milliseconds
let took = Infinity; // the answer that said so: the quicker, the surer
let tell = () => {};

narrow.addEventListener("change", () => tell());

export default function ({ data, setStateValue }) {
  if (took > 1000) compare();
  timer ??= setInterval(count, LOOK);
  count();
  tell = () => {
    if (!isPhone && data.narrow !== narrow.matches) setStateValue("narrow", narrow.matches);
  };
  tell();
  return () => {};
}

// The server stamps its answers to the second, so a visitor's clock that is less than two off is believed.
async function compare() {
  const sent = Date.now();
  const answer = await fetch(new URL("healthz", document.baseURI), { cache: "no-store" }).catch(() => null);
  const wait = Date.now() - sent;
  const stamp = Date.parse(answer?.headers.get("Date"));
  if (Number.isNaN(stamp) || wait >= took) return;
  const apart = stamp + 500 - sent - wait / 2;
  took = wait;
  ahead = Math.abs(apart) < 2000 ? 0 : apart;
}

function count() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(element.dataset.since)) / 1000));
    const text = say(seconds);
    if (element.textContent !== text) element.textContent = text;
  }
}

function say(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}
