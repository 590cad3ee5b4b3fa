// Colours and fonts of the page's theme, from the CSS variables that Streamlit sets.

const canvas = document.createElement("canvas").getContext("2d");

/** Give the colours for `element`; `key` changes when any of them does. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(`--st-${name}`).trim() || otherwise;
  const text = read("text-color", "#131722");
  const theme = {
    up: read("green-color", "#089981"),
    down: read("red-color", "#f23645"),
    text,
    muted: withAlpha(text, 0.62),
    grid: withAlpha(text, 0.07),
    background: read("background-color", "#ffffff"),
    line: text, // apart from every indicator
    font: read("font", "sans-serif"),
    palette: read("chart-categorical-colors", "#2962ff,#ff9800,#9c27b0,#00bcd4,#e91e63,#4caf50").split(","),
  };
  return { ...theme, key: JSON.stringify(theme) };
}

/** `color` at the opacity `alpha`, in a form that Plotly reads. */
export function withAlpha(color, alpha) {
  canvas.fillStyle = "#000";
  canvas.fillStyle = color;
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(canvas.fillStyle);
  if (hex === null) return color;
  const [red, green, blue] = hex.slice(1).map((part) => parseInt(part, 16));
  return `rgba(${red},${green},${blue},${alpha})`;
}
