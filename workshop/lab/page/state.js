// The state of the page: the settings of one or two runs, the speed, what is shown; as a link and back.

import { TASKS } from "../catalogue.js";
import { VIEW } from "../engine/looking.js";
import { BUGS, SETTINGS, defaults, fault } from "../engine/settings.js";

export const SPEEDS = ["1", "5", "25", "full"];
export const LAYERS = ["heat", "mesh", "segments", "real", "fake", "arrows"];
export const SHARED = ["data", "seed", "drawn"]; // the same for both runs
export const MOST_DRAWN = 200;
const FINENESS = 35 * 36; // a coordinate is two digits in base 36

/** `right` holds what the right run does otherwise; null where there is one run. */
export function freshState() {
  return { left: defaults(), right: null, speed: "full", layers: [...LAYERS], lecture: false };
}

/** The state that an experiment sets up. */
export function stateOfTask(name) {
  const { settings, right } = TASKS[name];
  const state = freshState();
  return { ...state, left: { ...state.left, ...settings }, right: right && { ...right } };
}

/** The whole settings of a side. */
export const settingsOf = (state, side) =>
  side === "left" ? state.left : { ...state.left, ...state.right };

/** All of the state in the words of a link: name=value, joined by &. */
export function toAddress(state) {
  const words = new URLSearchParams();
  for (const name of Object.keys(SETTINGS)) words.set(name, state.left[name]);
  words.set("bugs", state.left.bugs.join("."));
  if (state.left.drawn.length) words.set("drawn", packed(state.left.drawn));
  if (state.right) {
    words.set("compare", "yes");
    for (const [name, value] of Object.entries(state.right)) {
      words.set(`right-${name}`, name === "bugs" ? value.join(".") : value);
    }
  }
  words.set("speed", state.speed);
  words.set("layers", state.layers.join("."));
  if (state.lecture) words.set("lecture", "yes");
  return words.toString();
}

/**
 * The state of a link, and what in it could not be: [name, kind of fault] each. task=NAME begins
 * with an experiment; whatever else the link says goes over it.
 */
export function fromAddress(text) {
  const faults = [];
  const words = new URLSearchParams(text);
  const task = words.get("task");
  if (task !== null && !(task in TASKS)) faults.push(["task", "unknown"]);
  const state = task in TASKS ? stateOfTask(task) : freshState();
  words.delete("task");
  if (words.get("compare") === "yes") state.right = {};
  for (const [name, word] of words) read(state, name, word, faults);
  return { state, faults };
}

function read(state, name, word, faults) {
  const right = name.startsWith("right-");
  const key = right ? name.slice("right-".length) : name;
  const into = right ? (state.right ??= {}) : state.left;
  if (key in SETTINGS && !(right && SHARED.includes(key))) readSetting(into, key, word, faults);
  else if (key === "bugs") into.bugs = listed(word, Object.keys(BUGS), key, faults);
  else if (right) faults.push([name, "unknown"]);
  else if (key === "drawn") state.left.drawn = unpacked(word, faults);
  else if (key === "layers") state.layers = listed(word, LAYERS, key, faults);
  else if (key === "speed") state.speed = SPEEDS.includes(word) ? word : wrong(faults, key, state.speed);
  else if (key === "lecture") state.lecture = word === "yes";
  else if (key !== "compare") faults.push([name, "unknown"]);
}

function readSetting(into, name, word, faults) {
  const value = SETTINGS[name].choices ? word : word.trim() === "" ? NaN : Number(word);
  const found = fault(name, value);
  if (found) faults.push([name, found]);
  else into[name] = value;
}

function wrong(faults, name, instead) {
  faults.push([name, "unknown"]);
  return instead;
}

function listed(word, allowed, name, faults) {
  const names = word.split(".").filter(Boolean);
  if (names.some((each) => !allowed.includes(each))) faults.push([name, "unknown"]);
  return names.filter((each) => allowed.includes(each));
}

/** Points of the map as four letters each. */
function packed(points) {
  const digits = (x) => Math.round(((x / VIEW + 1) / 2) * FINENESS).toString(36).padStart(2, "0");
  return points.map(([x, y]) => digits(x) + digits(y)).join("");
}

function unpacked(word, faults) {
  if (!/^([0-9a-z]{4})*$/.test(word) || word.length > 4 * MOST_DRAWN) return wrong(faults, "drawn", []);
  const number = (at) => (parseInt(word.slice(at, at + 2), 36) / FINENESS) * 2 * VIEW - VIEW;
  return Array.from({ length: word.length / 4 }, (_, i) => [number(4 * i), number(4 * i + 2)]);
}
