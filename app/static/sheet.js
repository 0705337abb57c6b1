// The numbers behind a chart that plotly has drawn, as a sheet: { head, rows }, where a cell is a text, a number or
// null. A heat map has two: the matrix a person looks at, and `long`, one row for each pair, for programs.

export function sheetOf({ data, layout }) {
  const traces = (data ?? []).filter((trace) => trace.hoverinfo !== "skip");
  const maps = traces.filter((trace) => trace.type === "heatmap");
  if (maps.length) return matrix(maps.at(-1), layout);
  if (traces.length && traces.every((trace) => trace.orientation === "h")) return ranking(traces, layout);
  return layout.hovermode === "closest" ? points(traces, layout) : series(traces, layout);
}

export function csvOf({ head, rows, long }, about) {
  const table = long ?? { head, rows };
  const lines = [table.head, ...table.rows].map((row) => row.map(guarded).join(","));
  return [comment(about), ...lines, ""].join("\r\n");
}

// Values of x down, one column for each trace; a candle has four.
function series(traces, layout) {
  const columns = traces.flatMap((trace) => columnsOf(trace, layout));
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
  const sorted = [...rows.values()].sort(([a], [b]) => (typeof a === "number" ? a - b : 0 || (a < b ? -1 : a > b ? 1 : 0)));
  const days = sorted.every(([x]) => /^\d{4}-\d\d-\d\d$/.test(x));
  const times = !days && sorted.every(([x]) => /^\d{4}-\d\d-\d\d/.test(x));
  return { head: [days ? "Date" : times ? "Time (UTC)" : axisName(layout, "→") || "x", ...columns.map((each) => each.name)], rows: sorted };
}

function columnsOf(trace, layout) {
  const name = plain(trace.name);
  if (trace.type === "candlestick") {
    const x = Array.from(trace.x, stamp);
    return ["Open", "High", "Low", "Close"].map((part) => ({
      name: [name, part].filter(Boolean).join(" "), x, values: numbers(trace[part.toLowerCase()]),
    }));
  }
  const { values, unit } = measured(trace, trace.y ?? trace.x, axisOf(trace, layout));
  const x = trace.y && trace.x ? Array.from(trace.x, stamp) : values.map((_, index) => index);
  const title = name || plain(trace.hovertemplate).split("%{")[0].trim() || "Value";
  const column = { name: withUnit(title, unit), x, values };
  const told = labels(trace.customdata);
  return told && !told.some(formatted) ? [column, { name: `${title}, in words`, x, values: told }] : [column];
}

// Bars that lie: a name and a value each.
function ranking(traces, layout) {
  const [trace] = traces;
  const { values, unit } = measured(trace, trace.x);
  const { tickvals, ticktext } = layout.yaxis ?? {};
  const name = (y) => plain(ticktext?.[Array.from(tickvals).indexOf(y)] ?? String(y));
  return { head: ["Name", withUnit("Value", unit)], rows: Array.from(trace.y, (y, index) => [name(y), values[index]]) };
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
  const unit = (axis) => measured({}, [], axis).unit;
  const head = [["→", "x", layout.xaxis], ["↑", "y", layout.yaxis]];
  return { head: ["Point", ...head.map(([arrow, other, axis]) => withUnit(axisName(layout, arrow) || other, unit(axis)))], rows };
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
    head: ["", ...cells[0].map((_, column) => across[column] ?? column)],
    rows: cells.map((line, row) => [down[row] ?? row, ...line.map(inCell)]),
    long: { head: ["Of", "and", "Value", "About"], rows: long },
  };
}

function inCell({ value, why, about }) {
  const n = about.find((part) => part.startsWith("n "));
  return value !== null && n ? `${value} (${n})` : (value ?? why);
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
  const { factor, unit } = (told && scale(values, told)) ?? scale(numbers(axis?.tickvals ?? []), labels(axis?.ticktext) ?? []);
  return { unit, values: factor === 1 ? values : values.map((value) => value && precise(value * factor)) };
}

function scale(values, texts) {
  const largest = values.reduce((best, value, place) => (formatted(texts[place] ?? "") && Math.abs(value) > Math.abs(values[best] ?? 0) ? place : best), -1);
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
// the single itself is 22540.58984375.
function numbers(list) {
  const single = list instanceof Float32Array;
  return Array.from(list, (value) => (!Number.isFinite(value) ? null : single ? shortest(value) : precise(value)));
}

function shortest(value) {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function precise(value) {
  return Number.isInteger(value) ? value : Number(value.toPrecision(7));
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

// A spreadsheet would run a text that looks like a formula; a number is none.
function guarded(cell) {
  const text = String(cell ?? "");
  const safe = /^[=+\-@\t\r\n]/.test(text) && !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// One line, and no part of it a formula where a spreadsheet cuts it at commas or semicolons.
function comment(parts) {
  const line = parts.filter(Boolean).join(" ").replaceAll(/\s+/g, " ");
  return `# ${line.replaceAll(/([,;]\s*)(?=[=+\-@])/g, "$1'")}`;
}
