// The numbers behind a chart that plotly has drawn, as a sheet: { head, rows }, where a cell is a text, a number or
// null, and in a heat map also { value, n }. A heat map has two forms: the matrix a person looks at, and `long`, one
// row for each pair, for programs. `title` names values that have no name in the chart.

const ARRAYS = {
  i1: Int8Array, i2: Int16Array, i4: Int32Array, f4: Float32Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array,
};

const BOM = "\uFEFF"; // else Excel takes the file for one of the eighties
const NUMBER = /^[+−-]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?%?$/i;

export function sheetOf({ data, layout }, title) {
  const traces = (data ?? []).filter((trace) => trace.hoverinfo !== "skip").map(unpacked);
  const maps = traces.filter((trace) => trace.type === "heatmap");
  if (maps.length) return matrix(maps.at(-1), layout);
  if (traces.length && traces.every((trace) => trace.orientation === "h")) return ranking(traces, layout, title);
  return layout.hovermode === "closest" ? points(traces, layout) : series(traces, layout, title);
}

export function csvOf({ head, rows, long }, about) {
  const table = long ?? { head, rows };
  const lines = [table.head, ...table.rows].map((row) => row.map(guarded).join(","));
  return BOM + [comment(about), ...lines, ""].join("\r\n");
}

// A trace with plain lists for its packed arrays; a packed matrix becomes a list of its rows.
function unpacked(trace) {
  return Object.fromEntries(Object.entries(trace).map(([name, value]) => [name, value?.bdata ? listOf(value) : value]));
}

function listOf({ dtype, bdata, shape }) {
  const bytes = Uint8Array.from(atob(bdata), (character) => character.charCodeAt(0));
  const flat = Array.from(new ARRAYS[dtype](bytes.buffer));
  const columns = Number(String(shape ?? "").split(",")[1]);
  if (!columns) return flat;
  return Array.from({ length: flat.length / columns }, (_, row) => flat.slice(row * columns, (row + 1) * columns));
}

// Values of x down, one column for each trace; a candle has four.
function series(traces, layout, title) {
  const columns = traces.flatMap((trace) => columnsOf(trace, layout, title));
  const rows = new Map();
  columns.forEach(({ x, values }, place) => {
    const met = new Map();
    values.forEach((value, index) => {
      const times = met.get(x[index]) ?? 0;
      met.set(x[index], times + 1);
      const key = `${x[index]} ${times}`;
      if (!rows.has(key)) rows.set(key, [x[index], ...columns.map(() => null)]);
      rows.get(key)[place + 1] = value;
    });
  });
  const sorted = [...rows.values()];
  const all = (test) => sorted.every(([x]) => test(x));
  const days = all((x) => /^\d{4}-\d\d-\d\d$/.test(x));
  const times = all((x) => /^\d{4}-\d\d-\d\d/.test(x));
  if (times || all(Number.isFinite)) sorted.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const other = axisName(layout, "→") || plain(layout.xaxis?.title?.text) || "x";
  const first = days ? "Date" : times ? "Time (UTC)" : other;
  return { head: [first, ...columns.map((column) => column.name)], rows: sorted };
}

function columnsOf(trace, layout, other) {
  const name = plain(trace.name);
  if (trace.type === "candlestick") {
    const x = Array.from(trace.x, stamp);
    return ["Open", "High", "Low", "Close"].map((part) => ({
      name: [name, part].filter(Boolean).join(" "), x, values: numbers(trace[part.toLowerCase()]),
    }));
  }
  const { values, unit } = measured(trace, trace.y ?? trace.x, axisOf(trace, layout));
  const x = trace.y && trace.x ? Array.from(trace.x, stamp) : values.map((_, index) => index);
  const title = name || plain(trace.hovertemplate).split("%{")[0].trim() || other;
  const column = { name: withUnit(title, unit), x, values };
  const told = labels(trace.customdata);
  return told && !told.some(formatted) ? [column, { name: `${title}, in words`, x, values: told }] : [column];
}

// Bars that lie: a name and a value each.
function ranking(traces, layout, title) {
  const [trace] = traces;
  const { values, unit } = measured(trace, trace.x);
  const { tickvals, ticktext } = layout.yaxis ?? {};
  const name = (y) => plain(ticktext?.[Array.from(tickvals).indexOf(y)] ?? String(y));
  return { head: ["Name", withUnit(title, unit)], rows: Array.from(trace.y, (y, index) => [name(y), values[index]]) };
}

// Points in a plane: what each is, then where it lies.
function points(traces, layout) {
  const rows = traces.flatMap((trace) => {
    const across = measured(trace, trace.x, layout.xaxis);
    const up = measured(trace, trace.y ?? [], layout.yaxis);
    const told = labels(trace.customdata);
    const same = plain(trace.name) || plain((trace.hovertemplate ?? "").replace(/<extra>.*|%\{.*/, ""));
    return across.values.map((value, index) => [told?.[index].split("; ")[0] ?? same, value, up.values[index] ?? null]);
  });
  const named = (arrow, other, axis) => withUnit(axisName(layout, arrow) || other, measured({}, [], axis).unit);
  return { head: ["Point", named("→", "x", layout.xaxis), named("↑", "y", layout.yaxis)], rows };
}

function matrix(trace, layout) {
  const across = axisLabels(trace.x, layout.xaxis);
  const down = axisLabels(trace.y, layout.yaxis);
  const cells = Array.from(trace.z, (line, row) => numbers(line).map((value, column) => {
    const [, shown = "", ...about] = plain(trace.customdata?.[row]?.[column]).split("; ");
    return { value, why: value === null ? shown : "", about };
  }));
  const long = cells.flatMap((line, row) => line.map(({ value, why, about }, column) => [
    across[column] ?? column, down[row] ?? row, value, [why, ...about].filter(Boolean).join("; "),
  ])).filter(([, , value, about]) => value !== null || about);
  return {
    head: ["", ...(cells[0] ?? []).map((_, column) => across[column] ?? column)],
    rows: cells.map((line, row) => [down[row] ?? row, ...line.map(inCell)]),
    long: { head: ["Of", "and", "Value", "About"], rows: long },
  };
}

function inCell({ value, why, about }) {
  const n = about.find((part) => part.startsWith("n "));
  return value !== null && n ? { value, n } : (value ?? why);
}

function axisLabels(places, axis) {
  if (axis?.ticktext) return Array.from(axis.ticktext, plain);
  return Array.from(places ?? [], stamp);
}

function axisOf(trace, layout) {
  return layout[(trace.yaxis ?? "y").replace("y", "yaxis")];
}

function axisName({ annotations = [], xaxis }, arrow) {
  const texts = [xaxis?.title?.text, ...annotations.map((each) => each.text)].map(plain);
  return texts.find((text) => text.endsWith(arrow))?.slice(0, -1).trim();
}

// The values of a trace and their unit, read off what the chart writes beside them: a fraction that is written as
// a percentage becomes the percentage.
function measured(trace, list, axis) {
  const values = numbers(list);
  const told = [trace.text, trace.customdata].map(labels).find((texts) => texts?.some(formatted));
  const ticks = [numbers(axis?.tickvals ?? []), labels(axis?.ticktext) ?? []];
  const { factor, unit } = told ? scale(values, told) : scale(...ticks);
  return { unit, values: factor === 1 ? values : values.map((value) => value && shortest(value * factor)) };
}

function scale(values, texts) {
  const size = (place) => (formatted(texts[place] ?? "") ? Math.abs(values[place] ?? 0) : 0);
  const largest = values.reduce((best, _, place) => (size(place) > size(best) ? place : best), -1);
  if (largest < 0) return { factor: 1, unit: "" };
  const [, before, digits, after] = formatted(texts[largest]);
  const ratio = Math.abs(Number(digits.replaceAll(",", "")) / values[largest]);
  if (after === "%" && ratio > 10) return { factor: 100, unit: "%" };
  return { factor: 1, unit: before + (ratio > 0.5 ? after.trim() : "") };
}

function formatted(text) {
  return /^[−+-]?(\$?)([\d,]*\.?\d+)([^\d,;:(]*)$/.exec(text);
}

function withUnit(name, unit) {
  return unit ? `${name} (${unit})` : name;
}

function labels(list) {
  return Array.isArray(list) && typeof list[0] === "string" ? list.map(plain) : undefined;
}

// Charts travel in single precision. The number meant is the shortest that has the same single: 22540.59, where
// the single itself is 22540.58984375. Prices keep their cents up to 131,072.
function numbers(list) {
  return Array.from(list, (value) => (Number.isFinite(value) ? shortest(value) : null));
}

function shortest(value) {
  const single = Math.fround(value);
  const written = [6, 7, 8, 9].map((digits) => Number(single.toPrecision(digits)));
  return written.find((short) => Math.fround(short) === single) ?? value;
}

function stamp(x) {
  return typeof x === "string" ? plain(x).replace("T", " ") : x;
}

// The words of plotly's pseudo-HTML, on one line.
function plain(text) {
  return (text ?? "").replaceAll(/<extra>.*?<\/extra>/g, "").replaceAll(/<br ?\/?>/g, "; ").replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&").trim();
}

// A spreadsheet would run a text that looks like a formula; a number is none, and has the minus that programs know.
function guarded(cell) {
  const written = String(cell ?? "");
  const text = NUMBER.test(written) ? written.replace("−", "-") : written;
  const safe = /^[=+\-@\t\r\n]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// One line, and no part of it a formula where a spreadsheet cuts it at commas or semicolons.
function comment(parts) {
  const line = parts.filter(Boolean).join(" ").replaceAll(/\s+/g, " ");
  return `# ${line.replaceAll(/([,;]\s*)(?=[=+\-@])/g, "$1'")}`;
}
