// The map of a run: the critic's surface, the two laws, slopes between them, and what G feels.

import { HEAT, MESH, VIEW } from "../engine/looking.js";
import { surface } from "./colours.js";
import { contour } from "./contours.js";

const LEVELS = 12; // lines of equal height
const SEGMENTS = 40; // of those that were measured, as many as can be told apart
const LONGEST = 0.45; // of an arrow, in units of the map
const PER_SLOPE = 0.2; // the length of a stroke for a slope of 1

/** Draws all chosen layers on a square canvas of `size` pixels; a drawn law shows its pen. */
export function drawMap(context, size, seen, layers, colours, sketch = {}) {
  const place = (x, y) => [((x / VIEW + 1) / 2) * size, ((1 - y / VIEW) / 2) * size];
  const brush = { context, place, colours, unit: size / 520, size };
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, size, size);
  if (seen) drawLayers(brush, seen, layers);
  drawSketch(brush, sketch);
}

function drawLayers(brush, seen, layers) {
  const draw = {
    heat: () => drawHeat(brush, seen.heat, seen.classifier),
    mesh: () => drawMesh(brush, seen.mesh),
    segments: () => drawSegments(brush, seen),
    real: () => drawPoints(brush, seen.real, brush.colours.real, circle, 5.6),
    fake: () => drawPoints(brush, seen.fake, brush.colours.fake, triangle, 3.7),
    arrows: () => drawArrows(brush, seen.arrows),
  };
  for (const layer of Object.keys(draw)) if (layers.includes(layer)) draw[layer]();
}

/** Heights as numbers in [−1, 1]. A discriminator's scores become chances, a half in the middle. */
export function levelled(heat, classifier) {
  if (classifier) return heat.map((score) => 2 / (1 + Math.exp(-score)) - 1);
  const sorted = Float32Array.from(heat).sort();
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const reach = Math.max((high - low) / 2, 1e-12);
  return heat.map((height) => (height - (low + high) / 2) / reach);
}

function drawHeat({ context, colours, size, unit }, heat, classifier) {
  const heights = levelled(heat, classifier);
  const image = new ImageData(HEAT, HEAT);
  heights.forEach((height, i) => image.data.set([...surface(colours, height), 255], 4 * i));
  const small = new OffscreenCanvas(HEAT, HEAT);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  // The outermost values stand on the map's edge: half a cell of the picture lies beyond it.
  const cell = size / (HEAT - 1);
  context.drawImage(small, -cell / 2, -cell / 2, size + cell, size + cell);
  context.strokeStyle = colours.contour;
  context.lineWidth = unit;
  context.beginPath();
  for (let i = 1; i < LEVELS; i++) {
    contour(heights, HEAT, (2 * i) / LEVELS - 1, (x0, y0, x1, y1) => {
      context.moveTo(x0 * cell, y0 * cell);
      context.lineTo(x1 * cell, y1 * cell);
    });
  }
  context.stroke();
}

function drawMesh({ context, place, colours, unit }, mesh) {
  context.strokeStyle = colours.generator;
  context.globalAlpha = 0.55;
  context.lineWidth = 0.9 * unit;
  context.beginPath();
  for (let i = 0; i < mesh.length / 2; i++) {
    const at = place(mesh[2 * i], mesh[2 * i + 1]);
    if (i % MESH.points === 0) context.moveTo(...at);
    else context.lineTo(...at);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** Thin lines from fake to real, and at each x̂ a stroke along the slope, as long as it is steep. */
function drawSegments({ context, place, colours, unit }, { real, fake, segments }) {
  const { points, slopes } = segments;
  const stroke = (width, style, alpha, ends) => {
    Object.assign(context, { lineWidth: width * unit, strokeStyle: style, globalAlpha: alpha });
    context.beginPath();
    for (let i = 0; i < SEGMENTS; i++) {
      const [from, to] = ends(2 * i);
      context.moveTo(...place(...from));
      context.lineTo(...place(...to));
    }
    context.stroke();
    context.globalAlpha = 1;
  };
  stroke(0.8, colours.faint, 0.35, (i) => [[fake[i], fake[i + 1]], [real[i], real[i + 1]]]);
  const reach = (slope) => Math.max(-3, Math.min(3, slope)) * (PER_SLOPE / 2);
  const along = (i) => [-1, 1].map((sign) => [0, 1].map((d) => points[i + d] + sign * reach(slopes[i + d])));
  stroke(4, colours.halo, 0.8, along);
  stroke(2.2, colours.critic, 1, along);
}

function circle(context, x, y, radius) {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function triangle(context, x, y, radius) {
  const r = 1.25 * radius;
  context.moveTo(x, y - r);
  context.lineTo(x + 0.87 * r, y + r / 2);
  context.lineTo(x - 0.87 * r, y + r / 2);
  context.closePath();
}

function drawPoints({ context, place, colours, unit }, points, colour, shape, radius) {
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    shape(context, ...place(points[i], points[i + 1]), radius * unit);
  }
  context.lineWidth = 1.8 * unit;
  context.strokeStyle = colours.halo;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}

/** The way the generator's loss sends each fake; where it goes further than fits, an arrow is cut. */
function drawArrows({ context, place, colours, unit }, { points, pulls }) {
  for (const [width, style] of [[4, colours.halo], [1.9, colours.generator]]) {
    Object.assign(context, { lineWidth: width * unit, strokeStyle: style, lineJoin: "round" });
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const size = Math.hypot(pulls[i], pulls[i + 1]);
      if (size < 0.005) continue;
      const length = Math.min(LONGEST, 0.28 * size);
      const tip = [0, 1].map((d) => points[i + d] + (length * pulls[i + d]) / size);
      arrow(context, place(points[i], points[i + 1]), place(...tip), 5 * unit);
    }
    context.stroke();
  }
}

function arrow(context, [x0, y0], [x1, y1], head) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const size = Math.min(head, 0.5 * Math.hypot(x1 - x0, y1 - y0));
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  for (const side of [-1, 1]) {
    context.moveTo(x1, y1);
    context.lineTo(x1 - size * Math.cos(angle + side * 0.5), y1 - size * Math.sin(angle + side * 0.5));
  }
}

/** The drawn points, and the pen of whoever draws by keyboard. */
function drawSketch(brush, { points = [], pen = null }) {
  const { context, place, colours, unit } = brush;
  context.lineWidth = 1.6 * unit;
  context.strokeStyle = colours.real;
  context.beginPath();
  for (const [x, y] of points) circle(context, ...place(x, y), 5 * unit);
  context.stroke();
  if (!pen) return;
  const [x, y] = place(...pen);
  context.strokeStyle = colours.ink;
  context.beginPath();
  for (const [dx, dy] of [[12, 0], [0, 12]]) {
    context.moveTo(x - dx * unit, y - dy * unit);
    context.lineTo(x + dx * unit, y + dy * unit);
  }
  context.stroke();
}
