// One chart on the page: its payload, the range the user looks at, and when to draw what.
//
// Every range is this module's own: Plotly is told the x and y ranges at each draw and never chooses one. The user's
// range lives through new payloads as long as the revision stays; at another resolution its times are kept.

import { formingOf } from "./forming.js";
import { listenToGestures } from "./gestures.js";
import { exchangeLine, pathOf } from "./lines.js";
import { Overlay } from "./overlay.js";
import { readPayload } from "./payload.js";
import { loadPlotly } from "./plotly.js";
import { isProfile, ProfileLayer } from "./profile.js";
import { askedFor, between, bounded, followed, timesOf, withAir, zoomed } from "./ranges.js";
import { buildScene, columnsOf, isPlainLine } from "./scene.js";
import { Steps } from "./steps.js";
import { readTheme } from "./theme.js";
import { View } from "./view.js";

const GESTURE_END_MS = 150;
const SETTINGS = { displayModeBar: false, staticPlot: true, responsive: false };
// The chart ends where the screen does. It is never higher than the greater share of the screen, so that a phone can
// scroll past it, and never lower than the smaller one, however much stands above it.
const SCREEN_SHARES = [0.5, 0.88];
const LEAST_HEIGHT = 320;
const BELOW_PIXELS = 12;
// A phone's address bar comes and goes; the chart does not change its height with it.
const ADDRESS_BAR_PIXELS = 90;

export class Chart {
  constructor(parent) {
    this.ending = new AbortController();
    this.root = document.createElement("div");
    this.root.className = "sd-chart";
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-roledescription", "price chart");
    this.root.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight + - 0");
    this.plot = document.createElement("div");
    this.plot.className = "sd-plot";
    this.status = document.createElement("div");
    this.status.className = "sd-status";
    this.profile = new ProfileLayer(this.root);
    this.root.append(this.plot);
    this.overlay = new Overlay(this.root);
    this.root.append(this.status);
    parent.append(this.root);
    this.steps = new Steps((payload) => this.#step(payload), this.ending.signal);
    this.draws = 0;
    this.gestures = 0;
    this.#say("loading", "Loading the chart…");
    this.resizing = new ResizeObserver(() => this.#resized());
    this.resizing.observe(this.root);
    const { signal } = this.ending;
    addEventListener("resize", () => this.next && this.#setHeight(this.wanted), { signal });
    // What stands above comes, goes and wraps: the block around grows and shrinks with it.
    this.around = new ResizeObserver(() => this.next && this.#setHeight(this.wanted));
    this.around.observe(parent.closest("[data-testid=stVerticalBlock]") ?? parent);
    listenToGestures(this.root, () => this.view?.placed.plot.width ?? 1, this.#moves(), signal);
  }

  /** Draw what Python sent, a Uint8Array. */
  update(bytes) {
    this.next = this.steps.taken(readPayload(bytes, this.next ?? null));
    this.root.dataset.steps = this.steps.near.join(" ");
    this.#setHeight(this.next.door.height);
    if (this.plotly) this.#show();
    else this.#load(this.next.door.plotly);
    afterPaint(() => keepLink(this.next.door.link));
  }

  destroy() {
    this.ending.abort();
    this.steps.end();
    this.resizing.disconnect();
    this.around.disconnect();
    clearTimeout(this.ended);
    cancelAnimationFrame(this.frame);
    this.plotly?.purge(this.plot);
    this.root.remove();
  }

  #step(payload) {
    this.next = payload;
    if (this.plotly) this.#show();
  }

  async #load(path) {
    try {
      this.plotly = await loadPlotly(path);
    } catch (error) {
      this.#say("failed", `The chart can't be drawn: ${error.message}. Reload the page; if it stays, the app is not started with its plotly.js route.`);
      return;
    }
    if (!this.ending.signal.aborted) this.#show();
  }

  #setHeight(wanted) {
    const top = topOf(this.root);
    const below = heightBelow(this.next.door.below);
    const screen = Math.abs(innerHeight - this.screen) > ADDRESS_BAR_PIXELS ? innerHeight : (this.screen ??= innerHeight);
    const stays = wanted === this.wanted && screen === this.screen && below === this.below;
    if (stays && Math.abs(top - this.top) <= 1) return;
    Object.assign(this, { wanted, screen, top, below });
    const [least, most] = SCREEN_SHARES.map((share) => share * screen);
    const room = Math.min(Math.max(screen - top - below - BELOW_PIXELS, least), most);
    this.root.style.height = `${Math.round(Math.max(LEAST_HEIGHT, Math.min(wanted, room)))}px`;
  }

  /** Draw the newest payload: all of it, or only the lines that changed. */
  #show() {
    const before = this.view;
    const payload = this.next;
    const theme = readTheme(this.root);
    const size = { width: Math.round(this.root.clientWidth), height: Math.round(this.root.clientHeight) };
    if (size.width === 0) return; // hidden, e.g. in a tab: the ResizeObserver calls again
    this.view = new View(payload, theme, size);
    this.#mark();
    if (this.view.isEmpty) {
      this.plotly.purge(this.plot);
      this.#say("empty", "No bars to show");
      return;
    }
    if (before && this.#isSame(before)) {
      this.view = before;
      return;
    }
    this.range = this.#rangeFor(before);
    this.view.look(this.range);
    const changed = before ? this.#changedLines(before) : null;
    if (changed === null) this.#drawAll();
    else this.#drawLines(changed);
    this.profile.draw(this.view);
    this.overlay.show(this.view);
    this.root.setAttribute("aria-label", this.overlay.sentence());
    this.#say("ready", "");
    this.#drawn();
  }

  #rangeFor(before) {
    const { head } = this.view.payload;
    const old = before?.payload.head;
    if (!old || before.isEmpty || old.revision !== head.revision) {
      const range = (head.times.length && askedFor(head.times, this.view)) || withAir(head.range, head.total);
      this.home = timesOf(this.view, range);
      this.zoom = null;
      this.told = null;
      return range;
    }
    if (old.resolution === head.resolution) return followed(this.range, before, this.view);
    const zoom = this.zoom ?? timesOf(before, this.range);
    return zoom.map((time) => this.view.scale.xAt(time));
  }

  #isSame(before) {
    return (
      before.payload.lines.slice(1).every((line, at) => line === this.view.payload.lines[at + 1]) &&
      before.payload.lines.length === this.view.payload.lines.length &&
      before.theme.key === this.view.theme.key &&
      before.size.width === this.view.size.width &&
      before.size.height === this.view.size.height
    );
  }

  /** Numbers of the traces to exchange when that is all there is to do, else null. */
  #changedLines(before) {
    const { payload, ranges, theme, size } = this.view;
    const old = before.payload;
    const stays =
      ["head", "times", "bars", "drawn"].every((part) => payload[part] === old[part]) &&
      payload.traces.length === old.traces.length &&
      theme.key === before.theme.key &&
      size.width === before.size.width &&
      size.height === before.size.height &&
      Object.keys(ranges).every((pane) => ranges[pane].every((bound, at) => bound === before.ranges[pane][at]));
    if (!stays) return null;
    const isKept = (trace, before) => trace === before || (isProfile(trace) && isProfile(before));
    const changed = payload.traces.flatMap((trace, number) => (isKept(trace, old.traces[number]) ? [] : [number]));
    return changed.every((number) => isSameLine(payload.traces[number], old.traces[number])) ? changed : null;
  }

  #drawAll() {
    const { data, lines, layout } = buildScene(this.view);
    this.lines = lines;
    this.isAhead = false;
    this.plotly.react(this.plot, data, layout, SETTINGS);
  }

  /** Exchange lines without Plotly, which is told of them when it next draws. */
  #drawLines(numbers) {
    const { payload, placed } = this.view;
    const forming = formingOf(payload);
    this.isAhead = true;
    const exchanged = numbers.flatMap((number) => {
      const trace = payload.traces[number];
      const pane = placed.panes.find(({ id }) => id === trace.pane);
      return columnsOf(trace, forming).map((values, at) => {
        const place = this.lines.get(number)[at];
        return exchangeLine(this.plot, place, values, pathOf(this.view, pane, this.plot.data[place].x, values));
      });
    });
    if (!exchanged.every(Boolean)) this.#drawAll();
  }

  /** Draw the present range; called at most once a frame. */
  #drawRange() {
    this.frame = null;
    const { ticks, valueTicks } = this.view;
    this.view.look(this.range);
    if (this.isAhead) this.#drawAll();
    else this.plotly.relayout(this.plot, this.#rangeChange(ticks, valueTicks));
    this.profile.draw(this.view);
    this.overlay.move();
    this.#drawn();
  }

  #rangeChange(ticks, valueTicks) {
    const change = axisChange("xaxis", this.view.ranges.x, this.view.ticks, ticks);
    for (const { id, axis } of this.view.placed.panes) {
      const name = axis.replace("y", "yaxis");
      Object.assign(change, axisChange(name, this.view.ranges[id], this.view.valueTicks[id], valueTicks[id]));
    }
    return change;
  }

  #moves() {
    return {
      pan: (share) => this.#move(([from, to]) => [from + share * (to - from), to + share * (to - from)]),
      zoom: (factor, share) => this.#move((range) => zoomed(range, factor, share)),
      box: (from, to) => {
        this.overlay.hide();
        if (Math.abs(to - from) < 0.01) return;
        this.#move((range) => between(range, Math.min(from, to), Math.max(from, to)));
      },
      boxing: (from, to) => this.#isReady() && this.overlay.boxing(from, to),
      reset: () => this.#move(() => this.home.map((time) => this.view.scale.xAt(time))),
      hover: (x, y) => this.#isReady() && this.overlay.point(x, y),
      leave: () => this.overlay.leave(),
      held: (isDown) => {
        this.isHeld = isDown;
        this.root.classList.toggle("sd-held", isDown);
        if (!isDown && this.hasMoved) this.#endSoon();
      },
    };
  }

  #isReady() {
    return this.plotly && this.view && !this.view.isEmpty;
  }

  #move(change) {
    if (!this.#isReady()) return;
    const range = bounded(change(this.range), this.view);
    if (range[0] === this.range[0] && range[1] === this.range[1]) return;
    this.range = range;
    this.zoom = null;
    this.hasMoved = true;
    this.frame ??= requestAnimationFrame(() => this.#drawRange());
    this.#endSoon();
  }

  #endSoon() {
    clearTimeout(this.ended);
    this.ended = setTimeout(() => !this.isHeld && this.#end(), GESTURE_END_MS);
  }

  /** A gesture has ended: tell Python, once, if something changed. */
  #end() {
    this.hasMoved = false;
    const [start, end] = timesOf(this.view, this.range).map(Math.round);
    this.zoom = [start, end];
    this.root.setAttribute("aria-label", this.overlay.sentence());
    const { revision } = this.view.payload.head;
    const told = `${start} ${end}`;
    if (told === this.told) return;
    this.told = told;
    // The number tells a gesture from an earlier one that ended on the same range.
    this.gestures += 1;
    this.report({ start, end, revision, gesture: this.gestures });
  }

  #resized() {
    if (!this.next || !this.plotly) return;
    if (!this.view) {
      this.#show();
      return;
    }
    const { width, height } = this.view.size;
    const change = Math.max(Math.abs(this.root.clientWidth - width), Math.abs(this.root.clientHeight - height));
    if (change > 1) this.#show();
  }

  #say(state, text) {
    this.root.dataset.state = state;
    this.status.textContent = text;
    this.status.setAttribute("role", state === "failed" ? "alert" : "status");
  }

  #mark() {
    const { head } = this.view.payload;
    this.root.dataset.resolution = head.resolution;
    this.root.dataset.revision = head.revision;
    this.root.style.setProperty("--sd-axis-width", `${this.view.size.width - this.view.placed.plot.width}px`);
  }

  /** Leave traces of a draw for tests and for whoever listens. */
  #drawn() {
    this.draws += 1;
    const { dataset } = this.root;
    dataset.draws = this.draws;
    dataset.range = this.range.join(",");
    dataset.times = timesOf(this.view, this.range).join(",");
    this.root.dispatchEvent(new CustomEvent("stockdash:drawn", { bubbles: true }));
  }
}

/** Distance of `element` from the top of the page, wherever the page is scrolled to. */
function topOf(element) {
  let top = element.getBoundingClientRect().top;
  for (let at = element.parentElement; at; at = at.parentElement) top += at.scrollTop;
  return top;
}

/** Height of the container of that key which is to stay on the screen under the chart, with the gap above it. */
function heightBelow(key) {
  const container = key && document.querySelector(`.st-key-${CSS.escape(key)}`);
  return container ? container.offsetHeight + BELOW_PIXELS : 0;
}

/** Call `then` when the present picture stands. */
function afterPaint(then) {
  requestAnimationFrame(() => setTimeout(then));
}

/** Make the address line say what is shown; no new step for the back button. */
function keepLink(link) {
  if (link && link !== location.search) history.replaceState(history.state, "", link);
}

function axisChange(axis, range, ticks, before) {
  const change = { [`${axis}.range`]: range };
  if (ticks !== before && String(ticks.values) !== String(before.values)) {
    Object.assign(change, { [`${axis}.tickvals`]: ticks.values, [`${axis}.ticktext`]: ticks.texts });
  }
  return change;
}

const isSameLine = (trace, before) =>
  isPlainLine(trace) && ["kind", "pane", "color", "width", "levels"].every((name) => String(trace[name]) === String(before[name]));
