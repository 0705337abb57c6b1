// Lets Enter apply a date that was typed, as leaving its field does, and says why one that is not whole is not used:
// Streamlit takes it back without a word. One set of listeners serves the document for good.

const FIELD = "[data-testid=stDateInputField]";
const CALENDAR = "[data-testid=stDateInputCalendar]";
const PART = "[role=spinbutton]";
const PARTS = ["year", "month", "day"];
const TOLD = 8000; // milliseconds that a sentence stays, unless somebody types again
let timer;

document.addEventListener("keydown", onKey, true);
document.addEventListener("focusout", onLeave, true);

function onKey(event) {
  const field = event.target.closest?.(FIELD);
  if (!event.isTrusted || !field || !event.target.matches(PART)) return;
  hush();
  if (event.key === "Enter") apply(field, event.target);
}

function onLeave({ target, relatedTarget }) {
  const field = target.closest?.(FIELD);
  if (field && target.matches(PART) && !field.contains(relatedTarget)) complain(field);
}

// Leaving the field applies a date; where a click on it opened the calendar as well, closing that does.
function apply(field, part) {
  if (complain(field)) return;
  if (document.querySelector(CALENDAR)) {
    part.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    return;
  }
  part.blur();
  setTimeout(() => document.activeElement === document.body && part.isConnected && part.focus());
}

// Says below the field what is wrong with the date in it; whether it cannot be used at all.
function complain(field) {
  const parts = PARTS.map((name) => field.querySelector(`${PART}[data-type=${name}]`));
  const missing = PARTS.filter((_, place) => parts[place]?.hasAttribute("data-placeholder"));
  const written = parts.map((part) => part?.textContent);
  const error = field.closest("[data-testid=stDateInput]")?.querySelector("[id$=-error]");
  if (missing.length) tell(field, `This date has no ${missing.join(" and no ")} yet, so it is not used.`);
  else if (error) tell(field, error.textContent.replace(/^Error: /, ""));
  else if (!isDay(...written.map(Number))) tell(field, `There is no ${written.join("-")}; the nearest day is used.`);
  return missing.length > 0;
}

function isDay(year, month, day) {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

function tell(field, sentence) {
  hush();
  const note = document.createElement("div");
  note.className = "mk mk-date-why";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  document.body.append(note);
  const { left, bottom } = field.getBoundingClientRect();
  note.style.left = `${Math.max(8, Math.min(left, innerWidth - note.offsetWidth - 8))}px`;
  note.style.top = `${bottom + 4}px`;
  timer = setTimeout(hush, TOLD);
}

function hush() {
  clearTimeout(timer);
  document.querySelector(".mk-date-why")?.remove();
}
