// A law of one's own: drawn on the map with a mouse, a finger or the keyboard.

import { VIEW } from "../engine/looking.js";
import { MOST_DRAWN } from "./state.js";

const APART = 0.07; // of two points of one stroke
const STRIDE = 0.1; // of the pen, for each press of an arrow key
const ARROW_KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Drawing {
  /** `finished(points)` is called after each stroke, `full()` when no more points fit. */
  constructor({ finished, full }) {
    Object.assign(this, { finished, full, points: [], pen: [0, 0], active: false });
    this.panes = [];
  }

  /** The maps on which one may draw. */
  watch(pane) {
    this.panes.push(pane);
    const { map } = pane;
    map.addEventListener("pointerdown", (event) => this.down(event, map));
    map.addEventListener("pointermove", (event) => this.moving && this.add(where(event, map)));
    map.addEventListener("pointerup", () => this.up());
    map.addEventListener("pointercancel", () => this.up());
    map.addEventListener("keydown", (event) => this.key(event));
    map.addEventListener("focus", () => this.show());
    map.addEventListener("blur", () => this.show());
  }

  /** Switch drawing on or off, with these points. */
  set(active, points) {
    Object.assign(this, { active, points: points.map((point) => [...point]) });
    for (const { map } of this.panes) {
      map.classList.toggle("drawable", active);
      if (active) map.setAttribute("tabindex", "0");
      else map.removeAttribute("tabindex");
    }
    this.show();
  }

  show() {
    for (const pane of this.panes) {
      const focused = this.active && document.activeElement === pane.map;
      pane.sketch = this.active ? { points: this.points, pen: focused ? this.pen : null } : {};
      pane.redraw();
    }
  }

  down(event, map) {
    if (!this.active) return;
    event.preventDefault();
    map.focus();
    map.setPointerCapture(event.pointerId);
    this.moving = true;
    this.add(where(event, map));
  }

  up() {
    if (!this.moving) return;
    this.moving = false;
    this.finished(this.points);
  }

  key(event) {
    if (!this.active) return;
    const move = ARROW_KEYS[event.key];
    if (move) this.pen = this.pen.map((x, d) => clamped(x + STRIDE * move[d]));
    else if (event.key === "Enter") {
      this.add(this.pen);
      this.finished(this.points);
    } else return;
    event.preventDefault();
    this.show();
  }

  add(point) {
    const last = this.points[this.points.length - 1];
    if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < APART) return;
    if (this.points.length >= MOST_DRAWN) return this.full();
    this.points.push([...point]);
    this.show();
  }
}

const clamped = (x) => Math.max(-VIEW, Math.min(VIEW, x));

/** The point of the map under a pointer. */
function where(event, map) {
  const { left, top, width, height } = map.getBoundingClientRect();
  return [
    clamped(VIEW * ((2 * (event.clientX - left)) / width - 1)),
    clamped(VIEW * (1 - (2 * (event.clientY - top)) / height)),
  ];
}

/** A law for those who want one at once. */
export const heart = () =>
  Array.from({ length: 72 }, (_, i) => {
    const t = (i * Math.PI) / 36;
    const x = 16 * Math.sin(t) ** 3;
    const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
    return [x / 10, y / 10 + 0.2];
  });
