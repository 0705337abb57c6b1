// Draws a plotly figure inside a Streamlit page and keeps its node: a new figure is a calm `Plotly.react`.
// Streamlit calls the default export when a chart is mounted, when its data change and when the theme flips.

import { keepMenu, makeMenu } from "./menu.js";
import Plotly from "./plotly-e47f02a9.js";

const CONFIG = { displayModeBar: false, displaylogo: false, scrollZoom: false, doubleClick: false };
const SLOT = /#0000([0-4]\d)(?![\da-f])/gi;
const GRID = "rgba(128,138,150,.22)";
const places = new WeakMap(); // what stands in each parent: its node, and what it was last drawn from

export default async function ({ data, parentElement }) {
  const text = new TextDecoder().decode(data);
  const end = text.indexOf("\n");
  const head = JSON.parse(text.slice(0, end));
  const place = places.get(parentElement) ?? makePlace(parentElement);
  const { alt, name, caption } = head;
  Object.assign(place, { alt, name, caption });
  place.node.setAttribute("aria-label", alt);
  place.node.style.height = `${head.height}px`;

  const colours = palette(parentElement, head.safe);
  const source = text.slice(end + 1).replace(SLOT, (slot, number) => colours[+number] ?? slot);
  if (source !== place.source || head.height !== place.height) {
    Object.assign(place, { source, height: head.height });
    await draw(place, JSON.parse(source));
  }
  keepMenu(place);
  return () => place.node.isConnected || forget(parentElement, place);
}

function makePlace(parent) {
  const node = document.createElement("div");
  node.setAttribute("role", "figure");
  node.style.width = "100%";
  const surface = document.createElement("div");
  surface.className = "mk-surface";
  surface.append(node);
  const place = { node, surface, width: 0, draws: 0 };
  parent.append(surface, makeMenu(place, picture));
  place.observer = new ResizeObserver(([entry]) => fit(place, entry.contentRect.width));
  place.observer.observe(node);
  places.set(parent, place);
  return place;
}

async function picture(node) {
  const { width, height } = node.getBoundingClientRect();
  return Plotly.toImage(node, { format: "svg", width, height, imageDataOnly: true });
}

function forget(parent, place) {
  place.observer.disconnect();
  Plotly.purge(place.node);
  places.delete(parent);
}

async function draw(place, figure) {
  const width = (place.width = place.node.clientWidth);
  const layout = { ...figure.layout, width, height: place.height, autosize: false };
  await Plotly.react(place.node, figure.data, layout, CONFIG);
  place.node.dataset.draws = ++place.draws; // for tests and benchmarks: the chart stands on the screen
}

function fit(place, width) {
  if (!place.draws || !width || Math.round(width) === Math.round(place.width)) return;
  place.width = width;
  requestAnimationFrame(() => Plotly.relayout(place.node, { width }));
}

// Figures name colours by slot, "#000001" to "#000040"; the theme of the page says which colour that is.
function palette(parent, safe) {
  const style = getComputedStyle(parent);
  const list = (name) => style.getPropertyValue(`--st-${name}`).split(",").map((colour) => colour.trim());
  const series = list("chart-categorical-colors");
  const more = list("chart-sequential-colors");
  if (safe) [series[6], series[7]] = [more[4], more[5]];
  const [up, down, muted, ink] = series.slice(6, 10);
  return Object.assign([], {
    ...within(1, series), ...within(11, more), ...within(21, list("chart-diverging-colors")),
    32: up, 33: down, 34: muted, 35: GRID, 36: muted, 37: ink,
    38: list("background-color")[0], 39: list("border-color")[0], 40: more[6],
  });
}

function within(first, colours) {
  return Object.fromEntries(colours.slice(0, 10).map((colour, index) => [first + index, colour]));
}
