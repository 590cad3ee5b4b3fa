// A line exchanged in the figure that Plotly has drawn: its path alone, in a tenth of the time Plotly takes to draw it.
// Plotly is told at its next draw; until then `data` of the plot is ahead of what it knows.

/** Name of the trace at a place of the figure, by which its path is found again. */
export const uidOf = (place) => `sd${place}`;

/** Draw the line of the trace at `place` through `values`; false when Plotly has drawn no line there. */
export function exchangeLine(plot, place, values, path) {
  const [first, ...rest] = plot.querySelectorAll(`.trace${uidOf(place)} path.js-line`);
  if (first === undefined) return false;
  plot.data[place].y = values;
  first.setAttribute("d", path);
  // Plotly draws one path for each part between gaps.
  for (const part of rest) part.setAttribute("d", "");
  return true;
}

/** The SVG path through places `x` and `values` of a pane, in its own pixels; what is not known is a gap. */
export function pathOf(view, pane, x, values) {
  const parts = [];
  let command = "M";
  values.forEach((value, at) => {
    const y = value === null ? NaN : view.pixelOfValue(pane, value) - pane.top;
    if (Number.isFinite(y)) parts.push(`${command}${rounded(view.pixelOf(x[at]))},${rounded(y)}`);
    command = Number.isFinite(y) ? "L" : "M";
  });
  return parts.join("");
}

const rounded = (pixels) => Math.round(pixels * 100) / 100;
