// Curves over the rounds, and the slopes of one moment as a strip.

import { readable } from "./dom.js";

const MARGIN = { left: 44, right: 10, top: 8, bottom: 20 };

/** Ticks at round numbers that cover [low, high]. */
function ticks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** The range of all finite values, 0 included, or the range that was asked for. */
function range(lines, wanted) {
  if (wanted) return wanted;
  let [low, high] = [0, 0];
  for (const { values } of lines) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high > low ? [low, high + 0.05 * (high - low)] : [0, 1];
}

/** lines: [{ values, colour, dash }], one value for each of the rounds. */
export function drawChart(context, width, height, rounds, lines, colours, wanted = null) {
  const [low, high] = range(lines, wanted);
  const last = Math.max(rounds[rounds.length - 1] ?? 0, 10);
  const { left, right, top, bottom } = MARGIN;
  const x = (round) => left + (round / last) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
  frame(context, width, height, colours, ticks(low, high), y, last, x);
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left - right + 2, height - bottom + 2);
  context.clip();
  for (const line of lines) curve(context, rounds, line, x, y);
  context.restore();
}

function frame(context, width, height, colours, marks, y, last, x) {
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.strokeStyle = colours.grid;
  context.fillStyle = colours.faint;
  context.setLineDash([]);
  for (const mark of marks) {
    context.beginPath();
    context.moveTo(MARGIN.left, y(mark));
    context.lineTo(width - MARGIN.right, y(mark));
    context.stroke();
    context.textAlign = "right";
    context.fillText(tick(mark), MARGIN.left - 6, y(mark) + 4);
  }
  context.textAlign = "center";
  for (const round of ticks(0, last)) {
    if (x(round) < width - 16) context.fillText(tick(round), x(round), height - 5);
  }
}

const tick = (number) =>
  Math.abs(number) >= 1e4 ? number.toExponential(0) : String(Number(number.toPrecision(3)));

function curve(context, rounds, { values, colour, dash, width = 2 }, x, y) {
  Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
  context.setLineDash(dash ?? []);
  context.beginPath();
  let drawing = false;
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) drawing = false;
    else if (drawing) context.lineTo(x(rounds[i]), y(value));
    else {
      context.moveTo(x(rounds[i]), y(value));
      drawing = true;
    }
  });
  context.stroke();
  context.setLineDash([]);
}

/** The slopes at the points x̂, each a stroke on a line from 0 to 2 or further; 1 is marked. */
export function drawStrip(context, width, height, slopes, colours) {
  const most = Math.max(2, ...slopes);
  const x = (slope) => 10 + (slope / most) * (width - 20);
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.fillStyle = colours.faint;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  for (const mark of ticks(0, most)) context.fillText(readable(mark).replace(/\.?0+$/, "") || "0", x(mark), height - 3);
  strokes(context, slopes.map(x), 5, height - 18, colours.critic, 0.45, 2);
  strokes(context, [x(1)], 0, height - 14, colours.truth, 1, 1.5);
}

function strokes(context, places, from, to, colour, alpha, width) {
  Object.assign(context, { strokeStyle: colour, globalAlpha: alpha, lineWidth: width });
  context.beginPath();
  for (const place of places) {
    context.moveTo(place, from);
    context.lineTo(place, to);
  }
  context.stroke();
  context.globalAlpha = 1;
}
