// A figure that a slider's step led to brings the lines of the next steps along. One that is taken is drawn at once,
// before the server has heard of it; what the server then says is the same and draws nothing.

import { withTraces } from "./payload.js";

export class Steps {
  /** `onStep` is called with the payload of a step that is taken. */
  constructor(onStep) {
    this.watching = new MutationObserver(() => {
      const [value, changes] = this.#nearest();
      if (value === this.#shown()) onStep(withTraces(this.payload, changes));
    });
  }

  /** Take over a payload; give it, or that of the step nearest to what its slider shows by now. */
  taken(payload) {
    this.payload = payload;
    const { slider } = payload.door;
    const input = slider && document.querySelector(`.st-key-${classOf(slider.key)} input[type=range]`);
    if (input !== this.input) this.#watch(input);
    return input ? withTraces(payload, this.#nearest()[1]) : payload;
  }

  end() {
    this.watching.disconnect();
  }

  #watch(input) {
    this.watching.disconnect();
    this.input = input;
    if (input) this.watching.observe(input, { attributeFilter: ["value"] });
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
