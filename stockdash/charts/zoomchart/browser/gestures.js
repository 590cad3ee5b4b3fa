// Mouse, touch and keys -> four movements of the chart, told in shares of the plot's width.

const KEY_STEP = 0.1;
const KEY_ZOOM = 1.25;
const TAP_PIXELS = 4;

/** Listen on `surface`; `to` has pan(share), zoom(factor, share), box(from, to), boxing(from, to), reset(), hover(x, y), leave(), held(isDown). */
export function listenToGestures(surface, widthOf, to, signal) {
  const pointers = new Map();
  let box = null;
  const share = (event) => (event.clientX - surface.getBoundingClientRect().left) / widthOf();
  const at = (event) => {
    const corner = surface.getBoundingClientRect();
    return [event.clientX - corner.left, event.clientY - corner.top];
  };
  const on = (name, listener, options) => surface.addEventListener(name, listener, { signal, ...options });

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, moved: false });
    box = event.shiftKey && pointers.size === 1 ? share(event) : null;
    to.held(true);
  });

  on("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (event.pointerType !== "touch" || !before) to.hover(...at(event));
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY, moved: true };
    if (!before.moved && Math.abs(now.x - before.x) < TAP_PIXELS) return;
    if (box !== null) to.boxing(box, share(event));
    else if (pointers.size === 2) pinch(event.pointerId, before, now);
    else to.pan((before.x - now.x) / widthOf());
    pointers.set(event.pointerId, now);
  });

  function pinch(id, before, now) {
    const other = [...pointers].find(([key]) => key !== id)[1];
    const left = surface.getBoundingClientRect().left;
    const distance = (point) => Math.max(20, Math.hypot(point.x - other.x, point.y - other.y));
    to.zoom(distance(before) / distance(now), ((now.x + other.x) / 2 - left) / widthOf());
    to.pan((before.x - now.x) / 2 / widthOf());
  }

  function release(event) {
    const point = pointers.get(event.pointerId);
    if (!point) return;
    pointers.delete(event.pointerId);
    if (box !== null) to.box(box, share(event));
    else if (!point.moved && event.pointerType === "touch") to.hover(...at(event));
    box = null;
    to.held(pointers.size > 0);
  }
  on("pointerup", release);
  on("pointercancel", release);
  on("pointerleave", (event) => event.pointerType !== "touch" && to.leave());
  on("dblclick", () => to.reset());

  on(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 33 : 1;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return to.pan((event.deltaX * lines) / widthOf());
      if (event.shiftKey) return to.pan((event.deltaY * lines) / widthOf());
      // A trackpad's pinch arrives as a wheel with ctrl and small steps.
      const speed = event.ctrlKey ? 0.01 : 0.0015;
      return to.zoom(Math.exp(event.deltaY * lines * speed), share(event));
    },
    { passive: false },
  );

  on("keydown", (event) => {
    const action = {
      ArrowLeft: () => to.pan(-KEY_STEP),
      ArrowRight: () => to.pan(KEY_STEP),
      "+": () => to.zoom(1 / KEY_ZOOM, 0.5),
      "=": () => to.zoom(1 / KEY_ZOOM, 0.5),
      "-": () => to.zoom(KEY_ZOOM, 0.5),
      0: () => to.reset(),
    }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}
