// One run on the page: its map, its numbers, its curves, and its trouble if it has any.

import { VIEW } from "../engine/looking.js";
import { OBJECTIVES } from "../engine/objectives.js";
import { drawChart, drawStrip } from "./charts.js";
import { Client } from "./client.js";
import { DASHES, palette } from "./colours.js";
import { element, freshId, readable } from "./dom.js";
import { drawMap } from "./map.js";

const REMEMBERED = 1000; // moments in a curve; with more, every other one is forgotten
const CHART = { distance: 150, modes: 110, slope: 110 };

export class Pane {
  constructor(words, reset) {
    this.words = words;
    this.client = new Client();
    this.epoch = 0;
    this.sketch = {};
    this.layers = [];
    this.forget();
    this.build(reset);
    new ResizeObserver(() => this.redraw()).observe(this.map);
  }

  // ------------------------------------------------------------------ what is on the page

  build(reset) {
    const { map, charts, numbers, troubles } = this.words;
    const id = freshId("pane");
    const picture = (height, label) =>
      element("canvas", { role: "img", "aria-label": label, style: `height:${height}px` });
    this.title = element("h2", { id });
    this.progress = element("p", { class: "progress" }, map.waiting);
    this.trouble = element("div", { class: "trouble", role: "alert", hidden: true });
    this.resetButton = element("button", { type: "button", click: reset }, troubles.button);
    this.map = element("canvas", { class: "map", role: "img", "aria-label": map.waiting });
    this.scale = element("p", { class: "scale" });
    this.away = element("p", { class: "away", hidden: true });
    this.strip = picture(46, charts.strip);
    this.numbers = element("dl", { class: "numbers", "aria-label": numbers.name });
    this.charts = Object.fromEntries(
      Object.entries(CHART).map(([name, height]) => [name, picture(height, charts[name])]),
    );
    this.legends = Object.fromEntries(
      Object.keys(CHART).map((name) => [name, element("figcaption", {})]),
    );
    const curves = Object.keys(CHART).map((name) =>
      element("figure", {}, this.legends[name], this.charts[name]),
    );
    this.root = element(
      "section", { class: "pane", "aria-labelledby": id },
      element("header", {}, this.title, this.progress),
      element("div", { class: "picture" }, element("div", { class: "frame" }, this.map, this.away, this.trouble), this.scale),
      element(
        "div", { class: "measured" },
        element("figure", {}, element("figcaption", {}, charts.strip), this.strip),
        ...curves,
        this.numbers,
      ),
    );
  }

  /** The name of the run, as headings and pictures give it; `apart` tells it from the other run. */
  name(settings, apart) {
    const { settings: words, bugs } = this.words;
    const values = apart.map((key) => words[key].short(words[key].choices?.[settings[key]] ?? settings[key]));
    const names = settings.bugs.map((bug) => `“${bugs[bug].name}”`);
    return [words.objective.choices[settings.objective], ...names, ...values].join(", ");
  }

  /** Take it off the page, and end its engine. */
  leave() {
    this.epoch += 1;
    this.client.worker?.terminate();
    this.root.remove();
  }

  // ------------------------------------------------------------------ what the engine says

  /** Begin afresh with these settings; resolves to whether that went well. */
  restart(settings, layers, apart) {
    this.epoch += 1;
    this.settings = settings;
    this.layers = layers;
    this.forget();
    this.pace = null;
    this.title.textContent = this.name(settings, apart);
    this.explain();
    return this.ask({ ask: "start", settings });
  }

  forget() {
    this.seen = null;
    this.history = [];
    this.stopped = null;
  }

  /** One question to the engine; resolves to whether the run is sound. Late answers are dropped. */
  async ask(message) {
    const epoch = this.epoch;
    const answer = await this.client.ask(message);
    if (epoch !== this.epoch) return true;
    if (answer.trouble) this.stop(answer.trouble);
    else this.see(answer);
    return !answer.trouble;
  }

  see({ seen, taken, spent }) {
    this.seen = seen;
    if (taken) this.cost = spent / taken;
    this.stop(null);
    const { covered, total } = seen.numbers;
    this.history.push({ round: seen.round, ...seen.numbers, share: total ? covered / total : null });
    if (this.history.length > REMEMBERED) this.history = this.history.filter((_, i) => i % 2 === 0);
    this.redraw();
  }

  /** Shows what went wrong and how to go on, or takes it away. */
  stop(trouble) {
    this.stopped = trouble;
    this.trouble.hidden = !trouble;
    this.redraw();
    if (!trouble) return;
    const words = this.words.troubles[trouble.kind];
    const what = words.parts[trouble.what] ?? trouble.what;
    const button = trouble.kind === "no-points" ? null : this.resetButton;
    this.trouble.replaceChildren(
      element("strong", {}, words.title(trouble.round)),
      element("p", {}, words.text(what)),
      element("p", {}, words.advice),
      ...(button ? [button] : []),
    );
  }

  // ------------------------------------------------------------------ drawing

  /** Soon, and once, however often it is asked for. */
  redraw() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  draw() {
    const colours = palette();
    const size = this.map.clientWidth;
    if (!size) return;
    drawMap(ready(this.map, size, size), size, this.seen, this.layers, colours, this.sketch);
    if (!this.seen) return;
    const context = ready(this.strip, this.strip.clientWidth, 46);
    drawStrip(context, this.strip.clientWidth, 46, this.seen.segments.norms, colours);
    for (const [name, height] of Object.entries(CHART)) {
      const canvas = this.charts[name];
      this.drawCurves(ready(canvas, canvas.clientWidth, height), canvas.clientWidth, height, name);
    }
    this.report();
  }

  /** One of the three charts on any canvas. */
  drawCurves(context, width, height, name) {
    const colours = palette();
    const rounds = this.history.map(({ round }) => round);
    const lines = this.curves(colours)[name].map(({ key, ...look }) => ({
      values: this.history.map((moment) => moment[key] ?? NaN),
      ...look,
    }));
    drawChart(context, width, height, rounds, lines, colours, name === "modes" ? [0, 1.05] : null);
  }

  curves(colours) {
    return {
      distance: [
        { key: "floor", colour: colours.faint, dash: DASHES.floor, width: 1.5 },
        { key: "exact", colour: colours.truth, dash: DASHES.exact },
        { key: "estimate", colour: colours.critic, dash: DASHES.estimate, width: 2.5 },
      ],
      modes: [
        { key: "share", colour: colours.real, dash: [] },
        { key: "highQuality", colour: colours.fake, dash: DASHES.estimate },
      ],
      slope: [
        { key: "slope", colour: colours.critic, dash: [] },
        { key: "pull", colour: colours.generator, dash: DASHES.estimate },
      ],
    };
  }

  /** Legends and scale, in the words that fit the objective. */
  explain() {
    const { numbers, charts, map } = this.words;
    const classifier = OBJECTIVES[this.settings.objective].classifier;
    const estimate = classifier ? numbers.estimateJS : numbers.estimate;
    const names = {
      distance: [["estimate", estimate], ["exact", numbers.exact], ["floor", numbers.floor]],
      modes: [["covered", numbers.modes], ["quality", numbers.quality]],
      slope: [["slope", numbers.slope], ["pull", numbers.pull]],
    };
    for (const [name, keys] of Object.entries(names)) {
      const marks = keys.map(([key, text]) => element("span", { class: `line ${key}` }, text));
      this.legends[name].replaceChildren(element("b", {}, charts[name]), ...marks);
    }
    const what = classifier ? map.probability : map.height;
    this.scale.replaceChildren(map.low, element("span", { class: "ramp" }), map.high, ` · ${what}`);
  }

  /** The numbers in words: for everybody, and as the map's description. */
  report() {
    const { map } = this.words;
    const { seen } = this;
    const said = this.readings();
    this.numbers.replaceChildren(
      ...said.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    );
    const pace = this.pace ? `, ${map.pace(Math.round(this.pace))}` : "";
    const away = this.awayShare();
    this.progress.textContent = map.round(seen.round, seen.criticSteps) + pace;
    this.away.hidden = away < 0.005;
    this.away.textContent = map.farAway(`${Math.round(100 * away)} %`);
    const sentences = said.map(([name, value]) => `${name} ${value}`);
    this.map.setAttribute("aria-label", map.summary(this.title.textContent, seen, sentences));
  }

  awayShare() {
    const { fake } = this.seen;
    let away = 0;
    for (let i = 0; i < fake.length; i += 2) {
      if (Math.max(Math.abs(fake[i]), Math.abs(fake[i + 1])) > VIEW) away += 1;
    }
    return (2 * away) / fake.length;
  }

  /** Names and values of what is measured. */
  readings() {
    const { numbers: words } = this.words;
    const { numbers, classifier } = this.seen;
    const modes = numbers.total === null ? words.none : words.of(numbers.covered, numbers.total);
    const share = (part) => (part === null ? "–" : `${(100 * part).toFixed(1)} %`);
    return [
      [classifier ? words.estimateJS : words.estimate, readable(numbers.estimate)],
      [words.exact, readable(numbers.exact)],
      [words.modes, modes],
      [words.quality, share(numbers.highQuality)],
      [words.slope, readable(numbers.slope)],
      [words.steepest, readable(numbers.steepest)],
      [words.spread, readable(numbers.spread)],
      [words.pull, readable(numbers.pull)],
      [words.largestWeight, readable(numbers.largestWeight)],
    ];
  }
}

/** The context of a canvas whose pixels are those of the screen, in units of the page. */
export function ready(canvas, width, height, ratio = window.devicePixelRatio || 1) {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
