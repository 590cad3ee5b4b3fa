// Numbers as text for the readout and the labels on the axis.

/** Decimals for prices around `price`: cents, or more where a cent is coarse (currencies, penny stocks). */
export const priceDecimals = (price) => (price >= 2 ? 2 : price >= 0.1 ? 4 : 6);

/** A price as a label on the axis, where five figures leave no room for cents. */
export const axisPrice = (value, decimals) => fixed(value, Math.abs(value) >= 10_000 ? 0 : decimals);

export const fixed = (value, decimals) => formatOf(decimals).format(value);

// Making one costs more than all the numbers of a readout.
const formats = new Map();
const formatOf = (decimals) => {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  if (!formats.has(decimals)) formats.set(decimals, new Intl.NumberFormat("en-US", digits));
  return formats.get(decimals);
};

/** Decimals without which two of the ascending `values` would read the same. */
export function decimalsToTell(values) {
  const steps = values.slice(1).map((value, at) => value - values[at]);
  return steps.length ? Math.max(0, Math.ceil(-Math.log10(Math.min(...steps)) - 1e-9)) : 0;
}

/** 48_210_000 as 48.21M. */
export function short(value) {
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
    if (size >= unit) return (value / unit).toFixed(2) + letter;
  }
  return String(Math.round(value * 100) / 100);
}

/** An indicator's value: as many decimals as its size needs. */
export function plain(value) {
  const size = Math.abs(value);
  if (size >= 100_000) return short(value);
  return fixed(value, size >= 1 || size === 0 ? 2 : size >= 0.01 ? 4 : 6);
}

/** Round values for an axis from `low` to `high` with room for `most` labels. */
export function roundValues(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, at) => (first + at) * step);
}

// Leading figures of labels on a log axis, those that matter more first.
const FIGURES = [[1], [2, 5], [3], [1.5, 4, 7]];

/** Round values for a log axis; `low` and `high` are values, not logarithms. */
export function roundLogValues(low, high, most) {
  if (high / low < 4) return roundValues(low, high, most).filter((value) => value > 0);
  const apart = Math.log10(high / low) / Math.max(1, most);
  const chosen = [];
  for (const figures of FIGURES) {
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      for (const value of figures.map((figure) => figure * 10 ** power)) {
        const isFree = chosen.every((other) => Math.abs(Math.log10(other / value)) >= apart);
        if (value >= low && value <= high && isFree) chosen.push(value);
      }
    }
  }
  return chosen.sort((a, b) => a - b);
}
