// Colours and fonts of the page's theme, from the CSS variables that Streamlit sets.

const canvas = document.createElement("canvas").getContext("2d");

/** Give the colours for `element`; `key` changes when any of them does. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(`--st-${name}`).trim() || otherwise;
  const text = read("text-color", "#131722");
  const background = read("background-color", "#ffffff");
  const [up, down] = [read("green-color", "#089981"), read("red-color", "#f23645")];
  const theme = {
    up,
    down,
    text,
    muted: withAlpha(text, 0.62),
    grid: withAlpha(text, 0.07),
    background,
    line: text, // apart from every indicator
    inkUp: readable(up, text, background),
    inkDown: readable(down, text, background),
    tagUp: readable(up, "#000000", "#ffffff"),
    tagDown: readable(down, "#000000", "#ffffff"),
    font: read("font", "sans-serif"),
    palette: read("chart-categorical-colors", "#2962ff,#ff9800,#9c27b0,#00bcd4,#e91e63,#4caf50").split(","),
  };
  return { ...theme, key: JSON.stringify(theme) };
}

/** `color` at the opacity `alpha`, in a form that Plotly reads. */
export function withAlpha(color, alpha) {
  const parts = partsOf(color);
  return parts ? `rgba(${parts.join(",")},${alpha})` : color;
}

/** `color` mixed with `ink` until text in it can be read on `background`: 4.5 to 1, as WCAG 2.2 (1.4.3) asks for. */
export function readable(color, ink, background) {
  const key = `${color} ${ink} ${background}`;
  if (!readables.has(key)) readables.set(key, mixed(...[color, ink, background].map(partsOf)) ?? color);
  return readables.get(key);
}

const readables = new Map();
const READABLE_CONTRAST = 4.5;
const MIXES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

function mixed(color, ink, background) {
  if (!color || !ink || !background) return null;
  const steps = MIXES.map((share) => color.map((part, at) => Math.round(part + (ink[at] - part) * share)));
  const found = steps.find((step) => contrast(step, background) >= READABLE_CONTRAST) ?? ink;
  return `rgb(${found.join(",")})`;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

// WCAG 2.2's relative luminance of an sRGB colour.
function luminance(parts) {
  const [red, green, blue] = parts.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue of a CSS colour, null when it is no opaque one. */
function partsOf(color) {
  canvas.fillStyle = "#000";
  canvas.fillStyle = color;
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(canvas.fillStyle);
  return hex && hex.slice(1).map((part) => parseInt(part, 16));
}
