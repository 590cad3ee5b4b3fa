// Arithmetic on ranges: pairs of x coordinates, from the left edge of what is visible to the right one.

// Fewest bars in sight. Under a bar of weeks and months there are smaller ones, which come when the gesture ends.
const FEWEST = { "30m": 4, "1d": 2, "1wk": 0.4, "1mo": 0.1 };
// Room right of the newest bar, as a share of what is visible.
const AIR = 0.03;
const MOST_AIR = 0.25;

// Times are told in whole minutes: what was just inside a limit may come back a little outside.
const ROUNDED = 0.95;

const ends = (scale, head) => [scale.xAt(head.extent[0]) - 1, Math.max(scale.xAt(head.extent[1]), head.total - 0.5)];

export const timesOf = (view, range) => range.map((x) => view.scale.timeAt(x));

export const between = ([from, to], start, end) => [from + start * (to - from), from + end * (to - from)];

export function zoomed([from, to], factor, share) {
  const anchor = from + share * (to - from);
  return [anchor - (anchor - from) * factor, anchor + (to - anchor) * factor];
}

export const withAir = ([from, to], total) => (to < total - 1 ? [from, to] : [from, to + (to - from) * AIR]);

/** The range between the UTC minutes `times`, with both ends in the history; null when it is too narrow to be shown. */
export function askedFor(times, { scale, payload: { head } }) {
  const [oldest, newest] = ends(scale, head);
  const [from, end] = times.map((time) => scale.xAt(time));
  const start = Math.max(from, oldest + 0.5);
  const isFarther = ROUNDED * (end - newest) > MOST_AIR * (end - start);
  const to = isFarther ? newest + AIR * (newest - start) : end;
  return to - start < FEWEST[head.resolution] * ROUNDED ? null : [start, to];
}

/** `range` moved and narrowed so that it shows a few bars and does not leave the history. */
export function bounded([from, to], { scale, payload: { head } }) {
  const [oldest, newest] = ends(scale, head);
  const span = Math.min(Math.max(to - from, FEWEST[head.resolution]), (newest - oldest) * (1 + AIR));
  const middle = (from + to) / 2;
  const start = Math.min(Math.max(middle - span / 2, oldest), newest + span * MOST_AIR - span);
  return [start, start + span];
}

/** `range` in a view of the same bars, perhaps some more of them: who looks at the newest goes on to see the newest. */
export function followed(range, before, view) {
  const { head, times } = view.payload;
  const old = before.payload;
  const common = Math.max(times[0], old.times[0]);
  const isShared = common <= Math.min(times.at(-1), old.times.at(-1));
  const prepended = isShared ? Math.round(view.scale.xAt(common) - before.scale.xAt(common)) : 0;
  const appended = head.total - old.head.total - prepended;
  const shift = prepended + (range[1] > old.head.total - 1 ? appended : 0);
  return range.map((x) => x + shift);
}
