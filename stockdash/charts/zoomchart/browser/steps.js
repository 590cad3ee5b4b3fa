// A figure that a slider's step led to brings the lines of the next steps along. One that is taken is drawn at once,
// before the server has heard of it; what the server then says is the same and draws nothing. A slider that has come
// into focus asks for its steps, so that the first one is as fast as the others.

import { withTraces } from "./payload.js";

// A key that is held runs ahead of the server. When that has said nothing more for so long, what it said is drawn.
const BRIDGE_MS = 1000;
// Who walks through the page with the tab key, or presses an arrow at once, needs nothing brought.
const FOCUS_MS = 100;

export class Steps {
  /** `onStep` is called with the payload to draw, `onFocus` with the class of a slider whose steps are wanted. */
  constructor(onStep, signal) {
    this.onStep = onStep;
    this.watching = new MutationObserver(() => this.#moved());
    document.addEventListener("focusin", () => this.#askSoon(), { signal });
  }

  /** Take over a payload; give it, or that of the step nearest to what its slider shows by now. */
  taken(payload) {
    clearTimeout(this.bridge);
    this.payload = payload;
    const { slider } = payload.door;
    const input = slider && document.querySelector(`.st-key-${classOf(slider.key)} input[type=range]`);
    if (input !== this.input) this.#watch(input);
    if (!input) this.#askSoon();
    if (!input || isDragged(input)) return payload;
    this.asked = null;
    const [value, changes] = this.#nearest();
    if (value !== slider.value) this.bridge = setTimeout(() => this.onStep(payload), BRIDGE_MS);
    return withTraces(payload, changes);
  }

  /** The values whose lines have come along. */
  get near() {
    return this.payload.door.slider?.near.map(([value]) => value) ?? [];
  }

  end() {
    clearTimeout(this.bridge);
    clearTimeout(this.asking);
    this.watching.disconnect();
  }

  #watch(input) {
    this.watching.disconnect();
    this.input = input;
    if (input) this.watching.observe(input, { attributeFilter: ["value"] });
  }

  /** Ask for the steps of the slider in focus when it has stood still for a moment; once, if there are none. */
  #askSoon() {
    clearTimeout(this.asking);
    const input = document.activeElement;
    const { sliders } = this.payload?.door ?? {};
    if (!sliders || !input?.matches(`.st-key-${classOf(sliders)} input[type=range]`)) return;
    const { value } = input;
    this.asking = setTimeout(() => {
      const name = nameOf(input);
      const asked = `${name} ${value}`;
      const stands = input === document.activeElement && input.value === value && !isDragged(input);
      if (!stands || input === this.input || asked === this.asked) return;
      this.asked = asked;
      this.onFocus(name);
    }, FOCUS_MS);
  }

  #moved() {
    // A drag ends anywhere: following its first step alone would look broken.
    if (isDragged(this.input)) return;
    const [value, changes] = this.#nearest();
    if (value === this.#shown()) this.onStep(withTraces(this.payload, changes));
  }

  #shown() {
    return Number(this.input.value);
  }

  /** The value that is nearest to what is shown, and what to change for it. */
  #nearest() {
    const { value, near } = this.payload.door.slider;
    const distance = ([of]) => Math.abs(of - this.#shown());
    return [[value, []], ...near].reduce((best, next) => (distance(next) < distance(best) ? next : best));
  }
}

const isDragged = (input) => Boolean(input.closest("[data-dragging]"));

/** The class that Streamlit gives the widget of that key. */
const classOf = (key) => key.replace(/[^a-zA-Z0-9_-]/g, "-");

/** The same class, of the widget that `input` belongs to. */
const nameOf = (input) => /st-key-(\S+)/.exec(input.closest("[class*=st-key-]").className)[1];
