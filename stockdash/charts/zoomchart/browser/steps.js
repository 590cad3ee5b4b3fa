// A figure that a slider's step led to brings the lines of the next steps along. One that is taken is drawn at once,
// before the server has heard of it; what the server then says is the same and draws nothing. A slider that has come
// into focus asks for its steps, so that the first one is as fast as the others.

import { withTraces } from "./payload.js";

// A key that is held runs ahead of the server. When that has said nothing more for so long, what it said is drawn.
const BRIDGE_MS = 1000;
// Who walks through the page with the tab key, or presses an arrow at once, needs nothing brought.
const FOCUS_MS = 100;
// A slider that moves by more steps at once is not stepped, but put somewhere else: what lies between is not drawn.
const STRIDE = 2.5;

export class Steps {
  #onStep;
  #watching = new MutationObserver(() => this.#moved());
  #payload = null; // what the server said last
  #shown = null; // the same, or with the lines of a step
  #input = null; // the slider that it follows
  #value = 0; // what that showed last
  #hasJumped = false;
  #bridge;
  #asking;
  #asked = null; // the slider whose steps were asked for and have not come

  /** Called with the class of a slider whose steps are wanted. */
  onFocus = () => {};

  /** `onStep` is called with the payload to draw. */
  constructor(onStep, signal) {
    this.#onStep = onStep;
    const focused = () => {
      this.#asked = null;
      this.#askSoon();
    };
    document.addEventListener("focusin", focused, { signal });
  }

  /** The values whose lines have come along. */
  get near() {
    return this.#payload.door.slider?.near.map(([value]) => value) ?? [];
  }

  /** Take over a payload; give it, or that of the step nearest to what its slider shows by now. */
  taken(payload) {
    if (isSame(payload, this.#payload)) return this.#shown; // another theme: no news
    clearTimeout(this.#bridge);
    this.#payload = this.#shown = payload;
    const { slider } = payload.door;
    this.#watch(slider ? document.querySelector(`.st-key-${classOf(slider.key)} input[type=range]`) : null);
    if (this.#input) {
      this.#asked = null;
      this.#catchUp();
    } else {
      this.#askSoon();
    }
    return this.#shown;
  }

  end() {
    clearTimeout(this.#bridge);
    clearTimeout(this.#asking);
    this.#watching.disconnect();
  }

  #watch(input) {
    if (input === this.#input) return;
    this.#watching.disconnect();
    this.#input = input;
    if (!input) return;
    this.#watching.observe(input, { attributeFilter: ["value"] });
    this.#value = Number(input.value);
    this.#hasJumped = this.#isFar(this.#payload.door.slider.value);
  }

  #catchUp() {
    const said = this.#payload.door.slider.value;
    if (!this.#isFar(said)) this.#hasJumped = false;
    if (this.#hasJumped || isDragged(this.#input)) return;
    const [value, changes] = this.#nearest();
    this.#shown = withTraces(this.#payload, changes);
    if (value !== said) this.#bridge = setTimeout(() => this.#draw(this.#payload), BRIDGE_MS);
  }

  #moved() {
    const before = this.#value;
    this.#value = Number(this.#input.value);
    this.#hasJumped ||= this.#isFar(before);
    // A drag ends anywhere: following its first step alone would look broken.
    if (this.#hasJumped || isDragged(this.#input)) return;
    const [value, changes] = this.#nearest();
    if (value === this.#value) this.#draw(withTraces(this.#payload, changes));
  }

  #draw(payload) {
    this.#shown = payload;
    this.#onStep(payload);
  }

  /** Whether the slider shows something that no single step leads to from `value`. */
  #isFar(value) {
    const { slider } = this.#payload.door;
    const steps = slider.near.map(([of]) => Math.abs(of - slider.value));
    return Math.abs(this.#value - value) > STRIDE * Math.min(...steps);
  }

  /** The value that is nearest to what is shown, and what to change for it. */
  #nearest() {
    const { value, near } = this.#payload.door.slider;
    const distance = ([of]) => Math.abs(of - this.#value);
    return [[value, []], ...near].reduce((best, next) => (distance(next) < distance(best) ? next : best));
  }

  /** Ask for the steps of the slider in focus when it has stood still for a moment: once, for not every one has them. */
  #askSoon() {
    clearTimeout(this.#asking);
    const input = document.activeElement;
    const { sliders } = this.#payload?.door ?? {};
    if (!sliders || !input?.matches(`.st-key-${classOf(sliders)} input[type=range]`)) return;
    const { value } = input;
    this.#asking = setTimeout(() => {
      if (input !== document.activeElement || input === this.#input || input === this.#asked) return;
      if (input.value !== value || isDragged(input)) {
        this.#askSoon();
        return;
      }
      this.#asked = input;
      this.onFocus(nameOf(input));
    }, FOCUS_MS);
  }
}

const isSame = (payload, other) =>
  payload.lines.length === other?.lines.length && payload.lines.every((line, at) => line === other.lines[at]);

const isDragged = (input) => Boolean(input.closest("[data-dragging]"));

/** The class that Streamlit gives the widget of that key. */
const classOf = (key) => key.replace(/[^a-zA-Z0-9_-]/g, "-");

/** The same class, of the widget that `input` belongs to. */
const nameOf = (input) => /st-key-(\S+)/.exec(input.closest("[class*=st-key-]").className)[1];
