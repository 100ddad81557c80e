// What is on the page as one picture: maps, curves and settings, large enough for a slide.

import { palette } from "./colours.js";
import { element } from "./dom.js";
import { drawMap } from "./map.js";

const [SIDE, GAP, HEAD, CHARTS] = [900, 50, 84, 210];

/** One canvas with all panes side by side. */
export function picture(panes, words) {
  const canvas = element("canvas", {});
  canvas.width = panes.length * (SIDE + GAP) + GAP;
  canvas.height = HEAD + SIDE + CHARTS + 2 * GAP;
  const context = canvas.getContext("2d");
  context.fillStyle = palette().ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  panes.forEach((pane, i) => column(context, pane, GAP + i * (SIDE + GAP), words));
  return canvas;
}

function column(context, pane, left, words) {
  const colours = palette();
  context.save();
  context.translate(left, 0);
  write(context, pane.title.textContent, 0, 44, `600 32px ${FONT}`, colours.ink);
  write(context, pane.progress.textContent, 0, 72, `20px ${FONT}`, colours.faint);
  context.translate(0, HEAD);
  context.beginPath();
  context.rect(0, 0, SIDE, SIDE);
  context.save();
  context.clip();
  drawMap(context, SIDE, pane.seen, pane.layers, colours, pane.sketch);
  context.restore();
  context.strokeStyle = colours.grid;
  context.strokeRect(0, 0, SIDE, SIDE);
  context.translate(0, SIDE + 34);
  write(context, words.charts.distance, 0, 0, `600 18px ${FONT}`, colours.ink);
  context.translate(0, 8);
  if (pane.seen) pane.drawCurves(context, SIDE, CHARTS - 20, "distance");
  write(context, pane.seen ? pane.readings().slice(0, 4).map((pair) => pair.join(": ")).join("  ·  ") : "",
    0, CHARTS + 12, `18px ${FONT}`, colours.faint);
  context.restore();
}

const FONT = "system-ui, sans-serif";

function write(context, text, x, y, font, colour) {
  Object.assign(context, { font, fillStyle: colour, textAlign: "left" });
  context.fillText(text, x, y, SIDE);
}

/** Hands the picture to the browser's downloads. */
export function savePicture(panes, words) {
  picture(panes, words).toBlob((blob) => {
    const address = URL.createObjectURL(blob);
    element("a", { href: address, download: "wgan-lab.png" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });
}
