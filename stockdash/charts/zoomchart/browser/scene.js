// A view -> the traces and the layout that Plotly draws.
// The arrays of unchanged lines of the payload stay the same objects.

import { cut, formingOf } from "./forming.js";
import { uidOf } from "./lines.js";
import { domainOf } from "./panes.js";
import { withAlpha } from "./theme.js";

const QUIET = { hoverinfo: "skip", showlegend: false };

/** Give {data, layout, lines} for a View; `lines` maps a payload trace's number to its places in `data` when it is a plain line. */
export function buildScene(view) {
  const { payload, theme, placed } = view;
  const forming = formingOf(payload);
  const axes = new Map(placed.panes.map((pane) => [pane.id, pane.axis]));
  const x = numbered(payload.head.first, payload.times.length);
  const data = [...priceTraces(payload, theme, x)];
  if (payload.head.volume) data.push(volumeTrace(payload, theme, x, axes.get("volume")));
  const lines = new Map();
  colored(payload.traces, theme).forEach((trace, number) => {
    const drawn = indicatorTraces(trace, theme, x, { yaxis: axes.get(trace.pane), forming });
    if (isPlainLine(trace)) lines.set(number, drawn.map((_, at) => data.length + at));
    data.push(...drawn);
  });
  data.forEach((trace, place) => Object.assign(trace, { uid: uidOf(place) }));
  return { data, lines, layout: buildLayout(view) };
}

/** The columns that a plain line is drawn from, in the order of its places in `data`. */
export const columnsOf = (trace, forming) => cut(trace.values, forming, trace.kind !== "points");

/** Whether a trace is drawn as a line, which can be exchanged without drawing the rest. */
export const isPlainLine = (trace) => trace.kind === "line" || trace.kind === "dashes";

/** The traces with the colours they are drawn in: their own, that place of the theme's palette, or its next one. */
export function colored(traces, theme) {
  let next = 0;
  return traces.map((trace) => {
    if (typeof trace.color === "number") return { ...trace, color: theme.palette[trace.color % theme.palette.length] };
    if (trace.color) return trace;
    if (trace.kind === "histogram") return { ...trace, color: theme.text, isSigned: true };
    const color = theme.palette[next % theme.palette.length];
    next += 1;
    return { ...trace, color };
  });
}

const numbered = (first, count) => Array.from({ length: count }, (_, at) => first + at);

function priceTraces({ head, bars, drawn }, theme, x) {
  const forming = new Set(bars.provisional);
  const shown = drawn ?? bars;
  if (head.style === "line") {
    const line = { ...QUIET, type: "scatter", mode: "lines", x, y: shown.close, line: { color: theme.line, width: 1.8 } };
    return [line, ...formingPoint(forming, shown, theme, x)];
  }
  const kind = head.style === "ohlc" ? "ohlc" : "candlestick";
  if (forming.size === 0) return [candles(kind, shown, theme, x, 1)];
  const done = pick(shown, (at) => !forming.has(at));
  return [candles(kind, done, theme, x, 1), candles(kind, pick(shown, (at) => forming.has(at)), theme, x, 0.25)];
}

const pick = (bars, keep) =>
  Object.fromEntries(
    ["open", "high", "low", "close"].map((name) => [name, bars[name].map((value, at) => (keep(at) ? value : null))]),
  );

function candles(type, { open, high, low, close }, theme, x, opacity) {
  const side = (color) => ({
    line: { color: opacity < 1 ? withAlpha(color, 0.8) : color, width: type === "ohlc" ? 1.5 : 1 },
    ...(type === "candlestick" && { fillcolor: opacity < 1 ? withAlpha(color, opacity) : color }),
  });
  const shape = type === "candlestick" ? { whiskerwidth: 0 } : { tickwidth: 0.3 };
  const sides = { increasing: side(theme.up), decreasing: side(theme.down) };
  return { ...QUIET, type, x, open, high, low, close, ...shape, ...sides };
}

function formingPoint(forming, shown, theme, x) {
  if (forming.size === 0) return [];
  const places = [...forming];
  const marker = { color: theme.background, size: 6, line: { color: theme.line, width: 1.5 } };
  const y = places.map((at) => shown.close[at]);
  return [{ ...QUIET, type: "scatter", mode: "markers", x: places.map((at) => x[at]), y, marker }];
}

function volumeTrace({ bars }, theme, x, yaxis) {
  const [up, down] = [withAlpha(theme.up, 0.45), withAlpha(theme.down, 0.45)];
  const color = bars.close.map((close, at) => (close >= bars.open[at] ? up : down));
  return { ...QUIET, type: "bar", x, y: bars.volume, yaxis, marker: { color, line: { width: 0 } } };
}

function indicatorTraces(trace, theme, x, { yaxis, forming }) {
  if (trace.kind === "profile") return []; // see profile.js
  if (trace.kind === "histogram") return [histogram(trace, theme, x, { yaxis, forming })];
  const line = { color: trace.color, width: trace.width, ...(trace.kind === "dashes" && { dash: "dash" }) };
  const shared = { ...QUIET, type: "scatter", mode: "lines", x, yaxis, line };
  if (trace.kind === "band") {
    const edge = { ...shared, line: { color: withAlpha(trace.color, 0.55), width: 1 } };
    const fill = { fill: "tonexty", fillcolor: withAlpha(trace.color, 0.09) };
    return [{ ...edge, y: trace.base }, { ...edge, ...fill, y: trace.values }];
  }
  const [final, open] = columnsOf(trace, forming);
  const marks = { ...shared, mode: "markers", marker: { color: trace.color, size: 3 + trace.width } };
  const done = { ...(trace.kind === "points" ? marks : shared), y: final };
  if (!open) return [done];
  const hollow = { marker: { ...marks.marker, symbol: "circle-open" } };
  const dotted = { line: { ...line, dash: "dot" } };
  const undone = { ...done, ...(trace.kind === "points" ? hollow : dotted), x: x.slice(forming.from, forming.to), y: open };
  return [done, undone];
}

function histogram(trace, theme, x, { yaxis, forming }) {
  const shadeOf = (full) => ({ full, done: trace.isSigned ? withAlpha(full, 0.6) : full, open: withAlpha(full, 0.15) });
  const [up, down] = (trace.isSigned ? [theme.up, theme.down] : [trace.color, trace.color]).map(shadeOf);
  const shades = trace.values.map((value) => (value >= 0 ? up : down));
  const isOpen = (at) => forming?.at.has(at);
  const color = shades.map((shade, at) => (isOpen(at) ? shade.open : shade.done));
  // The bar that may still change is hollow, like its candle.
  const outline = { color: shades.map((shade) => shade.full), width: shades.map((_, at) => (isOpen(at) ? 1 : 0)) };
  return { ...QUIET, type: "bar", x, y: trace.values, yaxis, marker: { color, line: forming ? outline : { width: 0 } } };
}

function buildLayout(view) {
  const { payload, theme, placed, size } = view;
  const margin = { l: 0, r: size.width - placed.plot.width, t: 0, b: size.height - placed.plot.height, pad: 0 };
  const layout = {
    ...size,
    margin,
    font: { family: theme.font, size: 11, color: theme.muted },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    hovermode: false,
    dragmode: false,
    bargap: 0.28,
    boxgap: 0.28,
    boxmode: "overlay",
    barmode: "overlay",
    xaxis: xAxis(view),
    shapes: levelLines(payload, theme, placed),
  };
  for (const pane of placed.panes) {
    layout[pane.axis.replace("y", "yaxis")] = yAxis(pane, view);
  }
  return layout;
}

const xAxis = ({ theme, placed, ranges, ticks }) => ({
  range: ranges.x,
  anchor: placed.panes.at(-1).axis,
  tickmode: "array",
  tickvals: ticks.values,
  ticktext: ticks.texts,
  tickangle: 0,
  gridcolor: theme.grid,
  zeroline: false,
  rangeslider: { visible: false },
});

const yAxis = (pane, { payload, theme, placed, ranges, valueTicks }) => ({
  range: ranges[pane.id],
  domain: domainOf(pane, placed.plot),
  type: pane.id === "price" && payload.head.log ? "log" : "linear",
  side: "right",
  tickmode: "array",
  tickvals: valueTicks[pane.id].values,
  ticktext: valueTicks[pane.id].texts,
  showgrid: pane.id === "price",
  gridcolor: theme.grid,
  zeroline: false,
});

function levelLines({ traces }, theme, placed) {
  const axes = new Map(placed.panes.map((pane) => [pane.id, pane.axis]));
  const levels = traces.flatMap((trace) => trace.levels.map((level) => `${axes.get(trace.pane)} ${level}`));
  return [...new Set(levels)].map((name) => {
    const [yref, level] = name.split(" ");
    const line = { color: withAlpha(theme.text, 0.28), width: 1, dash: "dot" };
    return { type: "line", xref: "paper", x0: 0, x1: 1, yref, y0: Number(level), y1: Number(level), line, layer: "below" };
  });
}
