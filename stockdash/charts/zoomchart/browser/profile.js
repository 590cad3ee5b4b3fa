// Horizontal bars behind the candles, such as volume by price. They lie on a canvas of their own under Plotly's
// transparent one and follow the price axis from frame to frame, so that Plotly never has to draw them.

import { colored } from "./scene.js";
import { withAlpha } from "./theme.js";

// Longest bar, as a share of the plot's width.
const REACH = 0.3;
const INSIDE = 0.46;
const OUTSIDE = 0.2;
// Rows of at least this height are told apart by a gap of a pixel.
const GAPPED_PIXELS = 4;

export const isProfile = (trace) => trace.kind === "profile";

/** The bars of every profile as rectangles in pixels: [{x, y, width, height, color}]. */
export function profileBars({ payload, theme, placed }, pixelOf) {
  const traces = colored(payload.traces, theme).filter(isProfile);
  return [...new Set(traces.map((trace) => trace.rows.group))].flatMap((group) =>
    barsOf(traces.filter((trace) => trace.rows.group === group), placed.plot.width, pixelOf),
  );
}

/** Bars of traces that share their rows, put end to end. */
function barsOf(traces, plotWidth, pixelOf) {
  const { low, high, inside, side } = traces[0].rows;
  const used = low.map(() => 0);
  const longest = Math.max(...low.map((_, row) => sum(traces.map((trace) => trace.rows.lengths[row]))));
  return traces.flatMap((trace) =>
    trace.rows.lengths.flatMap((length, row) => {
      const width = longest > 0 ? (length / longest) * REACH * plotWidth : 0;
      const from = used[row];
      used[row] += width;
      const [top, bottom] = [pixelOf(high[row]), pixelOf(low[row])];
      const gap = bottom - top >= GAPPED_PIXELS ? 1 : 0;
      const x = side === "left" ? from : plotWidth - from - width;
      const color = withAlpha(trace.color, inside[row] ? INSIDE : OUTSIDE);
      return width > 0 ? [{ x, y: top, width, height: Math.max(bottom - top - gap, 1), color }] : [];
    }),
  );
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

export class ProfileLayer {
  constructor(root) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "sd-profile";
    this.canvas.setAttribute("aria-hidden", "true");
    root.append(this.canvas);
  }

  /** Draw the profiles of `view` in the price pane, as that is scaled now. */
  draw(view) {
    const { canvas } = this;
    const pen = canvas.getContext("2d");
    const pane = view.placed.panes[0];
    const bars = view.isEmpty ? [] : profileBars(view, (value) => view.pixelOfValue(pane, value));
    canvas.dataset.bars = bars.length;
    canvas.hidden = bars.length === 0;
    if (canvas.hidden) return;
    this.#fit(view.size);
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    pen.clearRect(0, 0, view.size.width, view.size.height);
    pen.save();
    pen.beginPath();
    pen.rect(0, pane.top, view.placed.plot.width, pane.height);
    pen.clip();
    for (const { x, y, width, height, color } of bars) {
      pen.fillStyle = color;
      pen.fillRect(x, y, width, height);
    }
    pen.restore();
  }

  #fit({ width, height }) {
    const wanted = [width, height].map((pixels) => Math.round(pixels * devicePixelRatio));
    if (this.canvas.width === wanted[0] && this.canvas.height === wanted[1]) return;
    [this.canvas.width, this.canvas.height] = wanted;
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
  }
}
