// Between bar numbers and times. Bar n of the whole history is drawn around x = n and covers n - 0.5 to n + 0.5;
// nights, weekends and holidays have no width. Times are UTC minutes since 1970. Outside the bars that were sent,
// times are estimated from the usual spacing, until Python answers with the right ones.

const DAY = 1440;
// How long a bar lasts at most, and how far apart bars lie on average, in minutes.
const LENGTH = { "30m": 30, "1d": DAY, "1wk": 7 * DAY, "1mo": 31 * DAY };
const SPACING = { "30m": (7 * DAY) / 65, "1d": (7 * DAY) / 5, "1wk": 7 * DAY, "1mo": 30.437 * DAY };

export class TimeScale {
  constructor(head, times) {
    this.first = head.first;
    this.times = times;
    this.resolution = head.resolution;
    this.zone = head.zone;
  }

  /** UTC minute at the x coordinate `x`. */
  timeAt(x) {
    const place = x + 0.5 - this.first;
    const count = this.times.length;
    if (place < 0) return this.times[0] + place * SPACING[this.resolution];
    if (place >= count) return this.#end(count - 1) + (place - count) * SPACING[this.resolution];
    const bar = Math.floor(place);
    return this.times[bar] + (place - bar) * (this.#end(bar) - this.times[bar]);
  }

  /** x coordinate of the UTC minute `time`; a time between two bars is the edge between them. */
  xAt(time) {
    const count = this.times.length;
    const edge = this.first - 0.5;
    if (time < this.times[0]) return edge + (time - this.times[0]) / SPACING[this.resolution];
    const last = this.#end(count - 1);
    if (time >= last) return edge + count + (time - last) / SPACING[this.resolution];
    const bar = this.#barAt(time);
    return edge + bar + Math.min(1, (time - this.times[bar]) / (this.#end(bar) - this.times[bar]));
  }

  /** New York's clock at a UTC minute, as a Date whose UTC fields are to be read. */
  clock(minute) {
    let offset = this.zone[0][1];
    for (const [from, minutes] of this.zone) if (minute >= from) offset = minutes;
    return new Date((minute + offset) * 60_000);
  }

  #end(bar) {
    const next = this.times[bar + 1] ?? Infinity;
    return Math.min(next, this.times[bar] + LENGTH[this.resolution]);
  }

  #barAt(time) {
    let low = 0;
    let high = this.times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
