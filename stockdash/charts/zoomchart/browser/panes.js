// Where the panes lie and which values they show: pure arithmetic on pixels and numbers.

const WEIGHT = { price: 1, volume: 0.2 };
const OWN_WEIGHT = 0.3;
const AXIS_HEIGHT = 26;

/** Room right of the plot for the price labels. */
export const axisWidth = (width) => (width < 500 ? 52 : 64);

/** Give the panes from top to bottom: {id, axis, top, height} in pixels, and the plot's own size. */
export function placePanes(head, width, height) {
  const ids = ["price", ...(head.volume ? ["volume"] : []), ...head.panes.filter((id) => id !== "price")];
  const weights = ids.map((id) => WEIGHT[id] ?? OWN_WEIGHT);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const plot = { width: width - axisWidth(width), height: height - AXIS_HEIGHT };
  let top = 0;
  const panes = ids.map((id, at) => {
    const pane = { id, axis: at === 0 ? "y" : `y${at + 1}`, top, height: (weights[at] / sum) * plot.height };
    top += pane.height;
    return pane;
  });
  return { panes, plot };
}

/** Share of the plot's height, from the bottom, as Plotly wants it. */
export const domainOf = (pane, plot) => [
  Math.max(0, 1 - (pane.top + pane.height) / plot.height),
  Math.min(1, 1 - pane.top / plot.height),
];

/** y range of `pane` that fits the bars from index `from` to `to` (exclusive); log10 values on a log axis. */
export function fitRange(pane, payload, from, to) {
  const own = payload.traces.filter((trace) => trace.pane === pane.id);
  if (pane.id === "volume") return [0, (extremes([payload.bars.volume], from, to)?.[1] ?? 1) * 1.15];
  if (pane.id === "price") return fitPrices(payload, own, from, to);
  const found = extremes(columnsOf(own), from, to) ?? [0, 1];
  const [low, high] = widened(found, own.flatMap((trace) => trace.levels));
  const bars = own.some((trace) => trace.kind === "histogram");
  return padded([bars ? Math.min(low, 0) : low, bars ? Math.max(high, 0) : high], 0.08, 0.24);
}

function fitPrices({ bars, drawn, head }, overlays, from, to) {
  const shown = drawn ?? bars;
  const columns = head.style === "line" ? [shown.close] : [shown.low, shown.high];
  const unit = head.log ? Math.log10 : (value) => value;
  const candles = (extremes(columns, from, to) ?? [1, 2]).map(unit);
  const room = padded(candles, 0.07, 0.13);
  const around = extremes(columnsOf(overlays), from, to);
  if (around === null) return room;
  // An overlay inside the room changes nothing, so moving its slider leaves the axis alone.
  const [low, high] = around.map((value) => (head.log && value <= 0 ? room[0] : unit(value)));
  const span = room[1] - room[0];
  if (low < room[0]) room[0] = Math.max(low - span * 0.03, candles[0] - span);
  if (high > room[1]) room[1] = Math.min(high + span * 0.05, candles[1] + span);
  return room;
}

const columnsOf = (traces) => traces.flatMap(({ values, base }) => (base ? [values, base] : [values]));

function extremes(columns, from, to) {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns) {
    for (let at = from; at < to; at += 1) {
      const value = column[at];
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? null : [low, high];
}

const widened = ([low, high], levels) => [Math.min(low, ...levels), Math.max(high, ...levels)];

function padded([low, high], below, above) {
  const span = high - low || Math.abs(high) * 0.02 || 1;
  return [low - span * below, high + span * above];
}
