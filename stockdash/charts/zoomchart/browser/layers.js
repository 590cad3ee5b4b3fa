// Plotly draws a subset of the traces by removing every layer that none of them is in: the candles, the volume, the
// lines of other panes. Layers that it does not know as its own stay. It knows them by a class.

const PLOTLYS = "mlayer";
const KEPT = "sd-kept";

/** Hide from Plotly every layer but those of the lines on one of the axes (y, y2, ...) that are about to be exchanged. */
export function keepLayers(plot, axes) {
  const changing = [...axes].map((axis) => `.x${axis} > .scatterlayer`);
  for (const layer of plot.querySelectorAll(`.${PLOTLYS}`)) {
    if (!changing.some((selector) => layer.matches(selector))) layer.classList.replace(PLOTLYS, KEPT);
  }
}

/** Give Plotly its layers back; to be done before it draws anything else. */
export function releaseLayers(plot) {
  for (const layer of plot.querySelectorAll(`.${KEPT}`)) layer.classList.replace(KEPT, PLOTLYS);
}
