// The bytes that Python sends: lines of JSON. A line that did not change keeps its parsed object, so that
// everything downstream can tell by identity (===) what is to be drawn again.

const decoder = new TextDecoder();
const FIXED = ["door", "head", "times", "bars", "drawn", "badges"];

/** The same payload with some traces exchanged: pairs of a trace's number and its line. */
export function withTraces(payload, changes) {
  const [lines, parts] = [[...payload.lines], [...payload.parts]];
  for (const [number, line] of changes) {
    lines[FIXED.length + number] = line;
    parts[FIXED.length + number] = JSON.parse(line);
  }
  return { ...payload, traces: parts.slice(FIXED.length), lines, parts };
}

/** Parse `bytes`, reusing the objects of `before`, the last answer of this function or null. */
export function readPayload(bytes, before) {
  const lines = decoder.decode(bytes).split("\n");
  const parts = lines.map((line, at) => (before?.lines[at] === line ? before.parts[at] : JSON.parse(line)));
  const payload = Object.fromEntries(FIXED.map((name, at) => [name, parts[at]]));
  return { ...payload, traces: parts.slice(FIXED.length), lines, parts };
}
