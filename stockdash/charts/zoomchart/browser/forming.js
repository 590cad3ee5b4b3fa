// What is drawn otherwise because its bar may still change: the last part of a line, the last bar of a histogram.

/** Where the forming bars are: their places, and the span [from, to) that holds them and their neighbours; null for none. */
export function formingOf({ bars }) {
  if (bars.provisional.length === 0) return null;
  const from = Math.max(Math.min(...bars.provisional) - 1, 0);
  return { at: new Set(bars.provisional), from, to: Math.min(Math.max(...bars.provisional) + 2, bars.close.length) };
}

/** Cut a column into what is final, over all bars, and what is forming, over the span; just the column without any. */
export function cut(values, forming, isJoined) {
  if (!forming) return [values];
  const { at, from, to } = forming;
  const isOpen = (place) => at.has(place) || (isJoined && (at.has(place - 1) || at.has(place + 1)));
  const open = values.slice(from, to).map((value, place) => (isOpen(from + place) ? value : null));
  return [values.map((value, place) => (at.has(place) ? null : value)), open];
}
