// Numbers as text for the readout and the labels on the axis.

/** Decimals for prices around `price`: cents, or more where a cent is coarse (currencies, penny stocks). */
export const priceDecimals = (price) => (price >= 2 ? 2 : price >= 0.1 ? 4 : 6);

export const fixed = (value, decimals) =>
  value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

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
