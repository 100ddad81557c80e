// The page as a whole: one state, and everything that shows or changes it.

import { BUG_STAGES } from "../catalogue.js";
import { onSchemeChange } from "./colours.js";
import { Controls, choice } from "./controls.js";
import { element } from "./dom.js";
import { Drawing, heart } from "./drawing.js";
import { faultOf, pressed } from "./hearing.js";
import { Breaking, taskCards } from "./panels.js";
import { Pane } from "./pane.js";
import { picture, savePicture } from "./picture.js";
import { Player } from "./player.js";
import { LAYERS, SHARED, fromAddress, settingsOf, stateOfTask, toAddress } from "./state.js";

export class Lab {
  /**
   * Fills `root`. `address` is the state to begin with, `lessons` where the lessons lie ("" for
   * nowhere), `moved(address)` is told of every new state.
   */
  constructor(root, words, { address = "", lessons = "", moved = () => {} }) {
    Object.assign(this, { root, words, lessons, moved, side: "left" });
    const { state, faults } = fromAddress(address);
    this.state = state;
    this.player = new Player(() => this.showPlaying());
    this.drawing = new Drawing({
      finished: (points) => this.set("left", { drawn: points }),
      full: () => this.say(words.drawing.full),
    });
    this.build();
    this.renew();
    if (faults.length) this.say(words.said.address(faults.map((each) => faultOf(words, each)).join(" ")));
    onSchemeChange(() => this.panes.forEach((pane) => pane.redraw()));
  }

  get panes() {
    return this.player.panes;
  }

  // ------------------------------------------------------------------ building

  build() {
    const { words } = this;
    this.stage = element("div", { class: "stage" });
    this.status = element("p", { class: "status", role: "status", "aria-live": "polite" });
    this.controls = new Controls(words, (name, value) => this.change(name, value));
    this.breaking = new Breaking(words, this.lessons, (bug, on) => this.toggleBug(bug, on));
    const open = window.matchMedia("(min-width: 64.01rem)").matches;
    const panel = (name, ...children) =>
      element("details", { class: `panel ${name}`, open }, element("summary", {}, element("h2", {}, words.panels[name])), ...children);
    this.root.replaceChildren(
      element("header", { class: "top" }, element("h1", {}, words.title), element("p", {}, words.lead)),
      this.toolbar(),
      element("main", {}, this.stage, this.legend()),
      element(
        "aside", { "aria-label": words.panels.settings },
        panel("tasks", taskCards(words, (name) => this.setTask(name))),
        panel("settings", element("p", {}, words.settings.lead), this.sides(), this.controls.root, this.sketchTools()),
        panel("breaking", this.breaking.root),
      ),
    );
    document.addEventListener("keydown", (event) => pressed(this, event));
  }

  toolbar() {
    const { player } = this.words;
    const button = (name, act, more = {}) => element("button", { type: "button", click: act, "data-do": name, ...more }, player[name]);
    this.playButton = button("play", () => this.player.toggle(), { class: "main" });
    this.speed = choice("speed", player.speeds, { change: () => this.setSpeed() });
    this.compareButton = button("compare", () => this.compare(), { "aria-pressed": "false" });
    this.lectureButton = button("lecture", () => this.setLecture(!this.state.lecture), { "aria-pressed": "false" });
    this.linkField = element("input", { type: "text", readonly: true, "aria-label": player.linkField, hidden: true });
    return element(
      "div", { class: "toolbar", role: "toolbar", "aria-label": player.name },
      this.playButton,
      button("round", () => this.player.step("rounds")),
      button("critic", () => this.player.step("critic")),
      button("generator", () => this.player.step("generator")),
      button("reset", () => this.reset()),
      element("span", { class: "pair" }, element("label", { for: "speed" }, player.speed), this.speed),
      this.compareButton, this.lectureButton,
      button("link", () => this.copyLink()),
      button("picture", () => savePicture(this.panes, this.words)),
      this.linkField,
      this.status,
      (this.keyHint = element("p", { class: "keys", hidden: true }, player.keys)),
    );
  }

  /** What the map shows, each layer with its sign and a box to hide it. */
  legend() {
    const { legend, layers } = this.words.map;
    this.layerBoxes = LAYERS.map((layer) => element("input", { type: "checkbox", id: `layer-${layer}`, change: () => this.setLayers() }));
    const entries = LAYERS.map((layer, i) =>
      element("label", { class: `layer ${layer}`, for: `layer-${layer}` }, this.layerBoxes[i], element("span", { class: "sign" }), layers[layer]),
    );
    return element("fieldset", { class: "legend" }, element("legend", {}, legend), ...entries);
  }

  /** Whose settings the form shows, where there are two runs. */
  sides() {
    const { side, sides, shared } = this.words.settings;
    const radio = (name) => {
      const input = element("input", { type: "radio", name: "side", value: name, id: `side-${name}`, change: () => this.choose(name) });
      return [input, element("label", { for: `side-${name}` }, sides[name])];
    };
    const radios = Object.keys(sides).map(radio);
    this.sideInputs = Object.fromEntries(radios.map(([input]) => [input.value, input]));
    this.sideField = element("fieldset", { class: "sides" }, element("legend", {}, side), ...radios.flat(), element("p", {}, shared));
    return this.sideField;
  }

  sketchTools() {
    const { drawing } = this.words;
    this.sketchCount = element("p", {});
    const button = (name, points) => element("button", { type: "button", click: () => this.set("left", { drawn: points() }) }, drawing[name]);
    this.sketch = element("div", { class: "sketch" }, element("p", {}, drawing.pen), this.sketchCount, button("clear", () => []), button("from", heart));
    return this.sketch;
  }

  // ------------------------------------------------------------------ changing the state

  /** A setting of the side that the form shows. */
  change(name, value) {
    const { label, choices } = this.words.settings[name];
    this.set(SHARED.includes(name) ? "left" : this.side, { [name]: value });
    this.say(this.words.said.changed(label, choices?.[value] ?? value));
  }

  set(side, changes) {
    if (side === "right") Object.assign(this.state.right, changes);
    else Object.assign(this.state.left, changes);
    this.renew();
  }

  toggleBug(bug, on) {
    const { bugs: words, said } = this.words;
    const { bugs } = settingsOf(this.state, this.side);
    const others = bugs.filter((each) => each !== bug);
    const stage = on ? this.needed(BUG_STAGES[bug].settings) : {};
    this.set(this.side, { ...stage, bugs: on ? [...others, bug] : others });
    this.say(on ? said.bugOn(words[bug].name, this.listed(stage)) : said.bugOff(words[bug].name));
  }

  /** Those of the settings that are not so yet. */
  needed(settings) {
    const now = settingsOf(this.state, this.side);
    return Object.fromEntries(Object.entries(settings).filter(([name, value]) => now[name] !== value));
  }

  listed(settings) {
    const { settings: words } = this.words;
    const one = ([name, value]) => `${words[name].label} ${words[name].choices?.[value] ?? value}`;
    return Object.entries(settings).map(one).join(", ");
  }

  setTask(name) {
    this.player.pause();
    Object.assign(this.state, stateOfTask(name), { lecture: this.state.lecture });
    this.side = "left";
    this.renew();
    this.say(this.words.said.task(this.words.tasks[name].title));
    this.stage.scrollIntoView({ block: "nearest" });
  }

  /** Two runs, GAN on the left; or again the one that was there. */
  compare() {
    const { state, words } = this;
    if (state.right) {
      state.left = settingsOf(state, "right");
      state.right = null;
      this.say(words.said.single);
    } else {
      const before = state.left.objective === "gan" ? "wgan-gp" : state.left.objective;
      state.right = { objective: before, bugs: state.left.bugs };
      state.left = { ...state.left, objective: "gan", bugs: [] };
      const { choices } = words.settings.objective;
      this.say(words.said.compare(choices.gan, choices[before]));
    }
    this.choose("left");
    this.renew();
  }

  choose(side) {
    this.side = side;
    this.showForm();
  }

  reset() {
    this.renew();
    this.say(this.words.said.reset);
  }

  setSpeed() {
    this.state.speed = this.speed.value;
    this.player.speed = this.state.speed;
    this.moved(this.address);
  }

  setLayers() {
    this.state.layers = LAYERS.filter((_, i) => this.layerBoxes[i].checked);
    for (const pane of this.panes) {
      pane.layers = this.state.layers;
      pane.redraw();
    }
    this.moved(this.address);
  }

  setLecture(on) {
    this.state.lecture = on;
    this.showForm();
    this.moved(this.address);
  }

  // ------------------------------------------------------------------ showing the state

  /** All runs afresh, as the state says. */
  renew() {
    const sides = this.state.right ? ["left", "right"] : ["left"];
    while (this.panes.length < sides.length) this.addPane();
    while (this.panes.length > sides.length) this.panes.pop().leave();
    this.stage.classList.toggle("two", sides.length === 2);
    this.player.speed = this.state.speed;
    sides.forEach((side, i) => this.panes[i].restart(settingsOf(this.state, side), this.state.layers, this.apart()));
    const { data, drawn } = this.state.left;
    this.drawing.set(data === "drawn", drawn);
    if (data === "drawn" && drawn.length === 0) this.player.pause();
    this.showForm();
    this.moved(this.address);
  }

  /** The settings in which the two runs differ, besides those that every heading names. */
  apart() {
    const { left, right } = this.state;
    const named = ["objective", "bugs"];
    return Object.keys(right ?? {}).filter((name) => !named.includes(name) && right[name] !== left[name]);
  }

  addPane() {
    const pane = new Pane(this.words, () => this.reset());
    this.panes.push(pane);
    this.stage.append(pane.root);
    this.drawing.watch(pane);
  }

  showForm() {
    const { state, words } = this;
    if (!state.right) this.side = "left";
    this.sideField.hidden = !state.right;
    this.sideInputs[this.side].checked = true;
    this.controls.show(state, this.side);
    this.breaking.show(settingsOf(state, this.side));
    this.sketch.hidden = state.left.data !== "drawn";
    this.sketchCount.textContent = words.drawing.count(state.left.drawn.length);
    this.speed.value = state.speed;
    this.compareButton.setAttribute("aria-pressed", String(Boolean(state.right)));
    this.lectureButton.setAttribute("aria-pressed", String(state.lecture));
    this.layerBoxes.forEach((box, i) => { box.checked = state.layers.includes(LAYERS[i]); });
    this.root.classList.toggle("lecture", state.lecture);
    this.keyHint.hidden = !state.lecture;
  }

  say(text) { this.status.textContent = text; }

  showPlaying() {
    const { play, pause } = this.words.player;
    this.playButton.textContent = this.player.playing ? pause : play;
  }

  // ------------------------------------------------------------------ keys and links

  async copyLink() {
    const { linkCopied, linkShown } = this.words.player;
    const link = `${location.href.split("#")[0]}#${this.address}`;
    this.linkField.value = link;
    this.linkField.hidden = false;
    this.linkField.select();
    try {
      await navigator.clipboard.writeText(link);
      this.say(linkCopied);
    } catch {
      this.say(linkShown);
    }
  }

  /** All that the page shows of its runs, on one canvas. */
  picture() {
    return picture(this.panes, this.words);
  }

  get address() {
    return toAddress(this.state);
  }

  /** The state that a link describes, as when it is opened. */
  open(address) {
    this.player.pause();
    this.state = fromAddress(address).state;
    this.renew();
  }
}
