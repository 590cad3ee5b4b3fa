// Everything above the plot that follows the pointer or the last price: readouts, crosshair, labels, badges.
// These are a few HTML elements, so moving the pointer never touches Plotly.

import { axisPrice, fixed, plain, priceDecimals, short } from "./numbers.js";
import { colored } from "./scene.js";
import { readable } from "./theme.js";
import { dateText } from "./ticks.js";

const RESOLUTION_NAMES = { "30m": "30 min", "1d": "1 day", "1wk": "1 week", "1mo": "1 month" };

const BADGE_PIXELS = 19;

const make = (parent, name, text = "") => {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
};

export class Overlay {
  constructor(root) {
    this.layer = make(root, "sd-overlay");
    this.legends = make(this.layer, "sd-legends");
    this.badges = make(this.layer, "sd-badges");
    this.lastLine = make(this.layer, "sd-last-line");
    this.lastTag = make(this.layer, "sd-tag sd-last-tag");
    this.vertical = make(this.layer, "sd-cross sd-cross-vertical");
    this.horizontal = make(this.layer, "sd-cross sd-cross-horizontal");
    this.dateTag = make(this.layer, "sd-tag sd-date-tag");
    this.valueTag = make(this.layer, "sd-tag sd-value-tag");
    this.box = make(this.layer, "sd-box");
    this.hide();
  }

  /** Take over a new payload, theme or size: the view of what is drawn, see Chart. */
  show(view) {
    this.view = view;
    this.#buildLegends();
    this.#buildBadges();
    this.move();
  }

  /** Follow the visible range. */
  move() {
    this.#placeLast();
    this.#placeBadges();
    if (this.pointer) this.point(...this.pointer);
    else this.#read(this.view.lastVisible());
  }

  /** Put the crosshair at a pixel of the plot. */
  point(px, py) {
    const { view } = this;
    this.pointer = [px, py];
    const bar = view.barAt(px);
    const pane = view.placed.panes.find((pane) => py >= pane.top && py < pane.top + pane.height);
    if (bar === null || !pane) {
      this.hide();
      return this.#read(view.lastVisible());
    }
    const x = view.pixelOf(view.payload.head.first + bar);
    this.vertical.style.transform = `translateX(${x}px)`;
    this.horizontal.style.transform = `translateY(${py}px)`;
    this.dateTag.textContent = this.#date(bar);
    this.#clampDate(x);
    this.valueTag.textContent = this.#value(pane, view.valueAt(pane, py));
    this.valueTag.style.top = `${py}px`;
    for (const element of this.#crosshair()) element.hidden = false;
    return this.#read(bar);
  }

  leave() {
    this.pointer = null;
    this.hide();
    if (this.view) this.#read(this.view.lastVisible());
  }

  hide() {
    for (const element of [...this.#crosshair(), this.box]) element.hidden = true;
  }

  /** Show the span that a shift-drag would zoom to, as shares of the plot's width. */
  boxing(from, to) {
    const { width, height } = this.view.placed.plot;
    const [left, right] = [Math.min(from, to), Math.max(from, to)].map((share) => share * width);
    Object.assign(this.box.style, { left: `${left}px`, width: `${right - left}px`, height: `${height}px` });
    this.box.hidden = false;
  }

  /** The chart in one sentence, for screen readers. */
  sentence() {
    const { payload } = this.view;
    const bar = this.view.lastVisible();
    if (bar === null) return `${payload.head.title} price chart`;
    const close = fixed(payload.bars.close[bar], this.decimals);
    const names = payload.traces.flatMap((trace) => trace.name || []).join(", ");
    const what = `${payload.head.title} price chart, ${RESOLUTION_NAMES[payload.head.resolution]} bars`;
    return `${what}, last shown ${this.#date(bar)}, close ${close}${names && `, with ${names}`}`;
  }

  #crosshair() {
    return [this.vertical, this.horizontal, this.dateTag, this.valueTag];
  }

  #date(bar) {
    const { scale, payload } = this.view;
    return dateText(scale.clock(payload.times[bar]), payload.head.resolution);
  }

  #clampDate(x) {
    const half = this.dateTag.offsetWidth / 2;
    this.dateTag.style.left = `${Math.min(Math.max(x, half), this.view.placed.plot.width - half)}px`;
    this.dateTag.style.top = `${this.view.placed.plot.height}px`;
  }

  #value(pane, value) {
    if (pane.id === "price") return fixed(value, Math.max(this.view.decimals, priceDecimals(value)));
    return pane.id === "volume" ? short(value) : plain(value);
  }

  #buildLegends() {
    const { payload, theme, placed } = this.view;
    const traces = colored(payload.traces, theme);
    this.legends.replaceChildren();
    this.slots = [];
    for (const pane of placed.panes) {
      const legend = make(this.legends, "sd-legend");
      legend.style.top = `${pane.top + 6}px`;
      legend.style.maxWidth = `${placed.plot.width - 12}px`;
      if (pane.top > 0) make(this.legends, "sd-separator").style.top = `${pane.top}px`;
      if (pane.id === "price") this.#buildHeadline(legend);
      const own = traces.filter((trace) => trace.pane === pane.id && trace.name);
      const row = own.length || pane.id === "volume" ? make(legend, "sd-row") : null;
      if (pane.id === "volume") this.#slot(row, "Vol", theme.muted, payload.bars.volume, short);
      const format = pane.id === "price" ? (value) => fixed(value, this.decimals) : plain;
      own.forEach((trace) => this.#slot(row, trace.name, trace.color, trace.values, format, trace.base));
    }
  }

  #buildHeadline(legend) {
    const row = make(legend, "sd-row sd-headline");
    const { head } = this.view.payload;
    if (head.title) make(row, "sd-title", head.title);
    make(row, "sd-resolution", RESOLUTION_NAMES[head.resolution]);
    this.dateText = make(row, "sd-date");
    const prices = make(legend, "sd-row sd-prices");
    this.prices = ["O", "H", "L", "C"].map((letter) => {
      const pair = make(prices, "sd-pair");
      make(pair, "sd-letter", letter);
      return make(pair, "sd-number");
    });
    this.change = make(prices, "sd-number sd-change");
  }

  #slot(row, name, color, values, format, base = null) {
    const { theme } = this.view;
    const pair = make(row, "sd-pair");
    make(pair, "sd-name", name);
    const number = make(pair, "sd-number");
    number.style.color = readable(color, theme.text, theme.background);
    this.slots.push({ number, values, base, format });
  }

  #read(bar) {
    if (bar === null) return;
    const { bars, head, badges } = this.view.payload;
    const { theme } = this.view;
    const color = bars.close[bar] >= bars.open[bar] ? theme.inkUp : theme.inkDown;
    this.decimals = Math.max(this.view.decimals, priceDecimals(bars.close[bar]));
    ["open", "high", "low", "close"].forEach((name, at) => {
      this.prices[at].textContent = fixed(bars[name][bar], this.decimals);
      this.prices[at].style.color = color;
    });
    const events = badges.filter((badge) => badge.at === head.first + bar).map((badge) => badge.text);
    const notes = [...(bars.provisional.includes(bar) ? ["forming"] : []), ...events];
    this.dateText.textContent = [this.#date(bar), ...notes].join(" · ");
    this.#readChange(bars.close[bar], bars.close[bar - 1]);
    for (const { number, values, base, format } of this.slots) {
      const shown = [base?.[bar] ?? null, values[bar]].filter((value) => value !== null);
      number.textContent = shown.length ? shown.map(format).join(" – ") : "–";
    }
  }

  #readChange(close, before) {
    if (before === undefined) {
      this.change.textContent = "";
      return;
    }
    const change = close - before;
    const sign = change >= 0 ? "+" : "−";
    const percent = fixed(Math.abs(change / before) * 100, 2);
    this.change.textContent = `${sign}${fixed(Math.abs(change), this.decimals)} (${sign}${percent}%)`;
    this.change.style.color = change >= 0 ? this.view.theme.inkUp : this.view.theme.inkDown;
  }

  #placeLast() {
    const [before, last] = this.view.payload.head.last.slice(-2);
    const price = last ?? before;
    const pane = this.view.placed.panes[0];
    const y = this.view.pixelOfValue(pane, price);
    const isSeen = y >= pane.top && y <= pane.top + pane.height;
    this.lastLine.hidden = this.lastTag.hidden = !isSeen;
    if (!isSeen) return;
    const { theme } = this.view;
    const isUp = last === undefined || last >= before;
    this.lastTag.textContent = axisPrice(price, priceDecimals(price));
    this.lastTag.style.background = isUp ? theme.tagUp : theme.tagDown;
    this.lastLine.style.borderColor = isUp ? theme.up : theme.down;
    this.lastTag.style.top = this.lastLine.style.top = `${y}px`;
  }

  #buildBadges() {
    const { badges } = this.view.payload;
    this.badges.replaceChildren();
    // Splits first: where badges crowd, later ones give way.
    const bySplit = badges.toSorted((a, b) => (b.kind === "split") - (a.kind === "split") || b.at - a.at);
    this.placedBadges = bySplit.map((badge) => {
      const element = make(this.badges, `sd-badge sd-badge-${badge.kind}`, badge.kind === "split" ? "S" : "D");
      element.title = badge.text;
      return { at: badge.at, element };
    });
  }

  #placeBadges() {
    const pane = this.view.placed.panes[0];
    const taken = [];
    for (const { at, element } of this.placedBadges) {
      const x = this.view.pixelOf(at);
      const isFree = taken.every((other) => Math.abs(other - x) >= BADGE_PIXELS);
      element.hidden = x < 0 || x > this.view.placed.plot.width || !isFree;
      if (!element.hidden) taken.push(x);
      element.style.transform = `translate(${x}px, ${pane.top + pane.height - 12}px)`;
    }
  }
}
