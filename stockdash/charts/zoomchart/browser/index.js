// The component's door: Streamlit calls this at every change of data or theme, with the same parent element.

import { Chart } from "./chart.js";

const charts = new WeakMap();

export default function zoomchart({ parentElement, data, setStateValue, setTriggerValue }) {
  let chart = charts.get(parentElement);
  if (chart === undefined) {
    chart = new Chart(parentElement);
    charts.set(parentElement, chart);
  }
  chart.report = (zoom) => setStateValue("zoom", zoom);
  chart.steps.onFocus = (slider) => setTriggerValue("focus", slider);
  chart.update(data);
  return () => {
    // Streamlit may call this while the element lives on.
    if (parentElement.isConnected) return;
    chart.destroy();
    charts.delete(parentElement);
  };
}
