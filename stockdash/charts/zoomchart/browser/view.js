// What is drawn right now, as numbers: payload, theme, panes, ranges, and the way between pixels and values.

import { axisPrice, decimalsToTell, plain, priceDecimals, roundLogValues, roundValues, short } from "./numbers.js";
import { axisWidth, fitRange, placePanes } from "./panes.js";
import { dateTicks } from "./ticks.js";
import { TimeScale } from "./time.js";

// Least distance between labels of dates and of values.
const VALUE_PIXELS = 38;
const LABEL_PIXELS = 58;
const NARROW_LABEL_PIXELS = 48;

export class View {
  constructor(payload, theme, size) {
    this.payload = payload;
    this.theme = theme;
    this.size = size;
    this.scale = new TimeScale(payload.head, payload.times);
    this.placed = placePanes(payload.head, size.width, size.height);
    this.isEmpty = payload.times.length === 0;
  }

  /** Look at the bars from x coordinate `from` to `to`: fits every pane's y range and chooses the date labels. */
  look([from, to]) {
    const { head, times } = this.payload;
    const first = clamp(Math.ceil(from - head.first), 0, times.length - 1);
    const end = clamp(Math.floor(to - head.first) + 1, first + 1, times.length);
    this.visible = [first, end];
    this.ranges = { x: [from, to] };
    for (const pane of this.placed.panes) this.ranges[pane.id] = fitRange(pane, this.payload, first, end);
    const highest = this.valueAt(this.placed.panes[0], 0);
    this.decimals = priceDecimals(highest);
    this.ticks = this.#dateTicks(to - from);
    this.valueTicks = Object.fromEntries(this.placed.panes.map((pane) => [pane.id, this.#valueTicks(pane)]));
  }

  /** Index of the newest bar in sight, null when there is none. */
  lastVisible() {
    return this.isEmpty ? null : this.visible[1] - 1;
  }

  /** Index of the bar under a pixel, null outside the bars. */
  barAt(px) {
    const [from, to] = this.ranges.x;
    const bar = Math.round(from + (px / this.placed.plot.width) * (to - from)) - this.payload.head.first;
    return bar >= 0 && bar < this.payload.times.length && px <= this.placed.plot.width ? bar : null;
  }

  pixelOf(x) {
    const [from, to] = this.ranges.x;
    return ((x - from) / (to - from)) * this.placed.plot.width;
  }

  pixelOfValue(pane, value) {
    const [low, high] = this.ranges[pane.id];
    const unit = this.#isLog(pane) ? Math.log10(value) : value;
    return pane.top + (1 - (unit - low) / (high - low)) * pane.height;
  }

  valueAt(pane, py) {
    const [low, high] = this.ranges[pane.id];
    const unit = low + (1 - (py - pane.top) / pane.height) * (high - low);
    return this.#isLog(pane) ? 10 ** unit : unit;
  }

  #isLog(pane) {
    return pane.id === "price" && this.payload.head.log;
  }

  #dateTicks(span) {
    const pixels = axisWidth(this.size.width) < 60 ? NARROW_LABEL_PIXELS : LABEL_PIXELS;
    // In steps of a quarter, or the labels would flicker all through a zoom.
    const apart = 2 ** (Math.ceil(Math.log2((span * pixels) / this.placed.plot.width) * 4) / 4);
    if (this.apart !== apart) {
      this.apart = apart;
      this.allTicks = dateTicks(this.scale, Math.max(1, Math.ceil(apart)));
    }
    return this.allTicks;
  }

  /** Labels of a pane's axis: prices, volumes, or the levels of an indicator that has some. */
  #valueTicks(pane) {
    const [low, high] = this.ranges[pane.id];
    const most = pane.height / VALUE_PIXELS;
    const label = (values, text) => ({ values, texts: values.map(text) });
    if (pane.id === "volume") return label(roundValues(high * 0.2, high * 0.9, 2), (value) => trimmed(short(value)));
    if (pane.id === "price") {
      const values = this.#isLog(pane) ? roundLogValues(10 ** low, 10 ** high, most) : roundValues(low, high, most);
      const decimals = Math.max(this.decimals, decimalsToTell(values));
      return label(values, (value) => axisPrice(value, decimals));
    }
    const levels = levelsOf(this.payload.traces, pane);
    return label(levels.length ? levels : roundValues(low, high, Math.min(most, 4)), (value) => trimmed(plain(value)));
  }
}


/** 30.00 as 30, 0.5000 as 0.5, 5.00M as 5M. */
const trimmed = (text) => text.replace(/\.?0+(?=[KMBT]?$)/, (zeros) => (text.includes(".") ? "" : zeros));

const levelsOf = (traces, pane) => [
  ...new Set(traces.filter((trace) => trace.pane === pane.id).flatMap((trace) => trace.levels)),
];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
