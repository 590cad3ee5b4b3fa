// What the sidebar needs beside what Streamlit gives: Enter in a search takes the first of its offers, and where the
// sidebar lies over the page, as on a phone, picking a symbol closes it.

const PHONE_PIXELS = 768; // Streamlit's own
const PATIENCE_MS = 5000;
const PICKS = ".st-key-search-found button, .st-key-watchlist label";

const listening = new WeakMap();

export default function sidebar({ parentElement, data }) {
  listening.get(parentElement)?.abort();
  const ending = new AbortController();
  listening.set(parentElement, ending);
  const { signal } = ending;
  let isTaken = false; // what the box says: it says so until the server has emptied it
  document.addEventListener("input", () => (isTaken = false), { signal, capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || isTaken) return;
    const search = data.searches.find((key) => event.target.matches?.(`.st-key-${key} input`));
    isTaken = Boolean(search) && takeFirst(event.target, search, signal, () => (isTaken = false));
  }, { signal });
  // Captured: the watchlist's own widget lets no click through.
  const closing = { signal, capture: true };
  document.addEventListener("click", (event) => event.target.closest?.(PICKS) && setTimeout(closeOnPhone), closing);
  return () => ending.abort();
}

/** Press the first offer for what `input` says now, as soon as it is there; tell whether it says anything. */
function takeFirst(input, search, signal, onGivenUp) {
  const text = input.value.trim();
  if (!text) return false;
  const observer = new MutationObserver(take);
  const stop = () => observer.disconnect();
  signal.addEventListener("abort", stop, { once: true });
  const giveUp = setTimeout(() => {
    stop();
    onGivenUp();
  }, PATIENCE_MS);
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-for"] });
  take();
  return true;

  function take() {
    const isStill = input.value.trim() === text;
    const found = document.querySelector(`.st-key-${search}-found`);
    // The hint stands below the offers: when it tells this text, they are those for it.
    const isThere = found?.querySelector("[data-for]")?.dataset.for === text;
    if (isStill && !isThere) return;
    stop();
    clearTimeout(giveUp);
    if (isStill) found.querySelector("button").click();
  }
}

function closeOnPhone() {
  if (innerWidth < PHONE_PIXELS) document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}
