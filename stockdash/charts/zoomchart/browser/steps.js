// A figure that a slider's step led to brings the lines of the next steps along. One that is taken is drawn at once,
// before the server has heard of it; what the server then says is the same and draws nothing.

import { withTraces } from "./payload.js";

// A key that is held runs ahead of the server. When that has said nothing more for so long, what it said is drawn.
const BRIDGE_MS = 1000;

export class Steps {
  /** `onStep` is called with the payload to draw. */
  constructor(onStep) {
    this.onStep = onStep;
    this.watching = new MutationObserver(() => this.#moved());
  }

  /** Take over a payload; give it, or that of the step nearest to what its slider shows by now. */
  taken(payload) {
    clearTimeout(this.bridge);
    this.payload = payload;
    const { slider } = payload.door;
    const input = slider && document.querySelector(`.st-key-${classOf(slider.key)} input[type=range]`);
    if (input !== this.input) this.#watch(input);
    if (!input) return payload;
    const [value, changes] = this.#nearest();
    if (value !== slider.value) this.bridge = setTimeout(() => this.onStep(payload), BRIDGE_MS);
    return withTraces(payload, changes);
  }

  end() {
    clearTimeout(this.bridge);
    this.watching.disconnect();
  }

  #watch(input) {
    this.watching.disconnect();
    this.input = input;
    if (input) this.watching.observe(input, { attributeFilter: ["value"] });
  }

  #moved() {
    // A drag ends anywhere: following its first step alone would look broken.
    if (this.input.closest("[data-dragging]")) return;
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

/** The class that Streamlit gives the widget of that key. */
const classOf = (key) => key.replace(/[^a-zA-Z0-9_-]/g, "-");
