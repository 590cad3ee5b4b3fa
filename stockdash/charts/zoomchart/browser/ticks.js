// Date labels under the chart. Each bar that begins something (a year, a month, a week, a day, an hour) may carry a
// label; the greatest beginnings are placed first, smaller ones where room is left. Labels are chosen over all bars
// sent and not only the visible ones, so that panning never makes them jump.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const two = (number) => String(number).padStart(2, "0");

/** Give {values, texts}: x coordinates and labels, at least `apart` bars from each other. */
export function dateTicks(scale, apart) {
  const clocks = scale.times.map((minute) => scale.clock(minute));
  const marks = clocks.map((clock, bar) => ({ bar, rank: rank(clock, clocks[bar - 1], scale.resolution) }));
  const placed = new Uint8Array(clocks.length);
  const chosen = [];
  for (const mark of marks.filter((mark) => mark.rank > 0).sort((a, b) => b.rank - a.rank || a.bar - b.bar)) {
    if (isFree(placed, mark.bar, apart)) {
      placed[mark.bar] = 1;
      chosen.push(mark);
    }
  }
  chosen.sort((a, b) => a.bar - b.bar);
  return {
    values: chosen.map((mark) => scale.first + mark.bar),
    texts: chosen.map((mark) => label(clocks[mark.bar], mark.rank)),
  };
}

/** The moment of a bar in words, for the readout and the crosshair. */
export function dateText(clock, resolution) {
  const day = `${clock.getUTCDate()} ${MONTHS[clock.getUTCMonth()]} ${clock.getUTCFullYear()}`;
  if (resolution === "1mo") return day.slice(day.indexOf(" ") + 1);
  if (resolution === "1wk") return `week of ${day}`;
  const weekday = DAYS[clock.getUTCDay()];
  return resolution === "30m" ? `${weekday} ${day} ${time(clock)} ET` : `${weekday} ${day}`;
}

// 9 year, 8 month, 7 week, 6 day, 5 to 3 hours, 2 half hours, 0 nothing.
function rank(clock, before, resolution) {
  if (before === undefined) return 0;
  const year = clock.getUTCFullYear();
  if (year !== before.getUTCFullYear()) return 9 + [2, 4, 8, 16].filter((years) => year % years === 0).length / 8;
  const month = clock.getUTCMonth();
  if (month !== before.getUTCMonth()) return 8 + (month % 6 === 0) / 2 + (month % 3 === 0) / 4;
  if (resolution === "1wk" || resolution === "1mo") return 0;
  const newDay = clock.getUTCDate() !== before.getUTCDate();
  if (newDay) return clock.getUTCDay() < before.getUTCDay() ? 7 : 6;
  return resolution === "30m" ? rankOfTime(clock) : 0;
}

function rankOfTime(clock) {
  if (clock.getUTCMinutes() !== 0) return 2;
  const hour = clock.getUTCHours();
  return hour === 12 ? 5 : hour % 2 === 0 ? 4 : 3;
}

function isFree(placed, bar, apart) {
  const from = Math.max(0, Math.ceil(bar - apart + 1));
  const to = Math.min(placed.length, bar + apart);
  for (let at = from; at < to; at += 1) if (placed[at]) return false;
  return true;
}

function label(clock, rank) {
  if (rank >= 9) return `<b>${clock.getUTCFullYear()}</b>`;
  if (rank >= 8) return `<b>${MONTHS[clock.getUTCMonth()]}</b>`;
  return rank >= 6 ? String(clock.getUTCDate()) : time(clock);
}

const time = (clock) => `${two(clock.getUTCHours())}:${two(clock.getUTCMinutes())}`;
