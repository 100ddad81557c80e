// What a lecturer's keys do, and what the page says to a link that cannot be followed.

import { SETTINGS } from "../engine/settings.js";

const LAWS_BY_KEY = ["ring", "grid", "swiss-roll", "two-lines", "one-point"];

/** In lecture mode single keys play; never while somebody types or a button has the space bar. */
export function pressed(lab, event) {
  const typing = event.target.closest?.("input, select, textarea, button, summary, a, .drawable");
  if (!lab.state.lecture || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const law = LAWS_BY_KEY[Number(event.key) - 1];
  const act = {
    " ": () => lab.player.toggle(),
    "d": () => lab.player.step("critic"),
    "g": () => lab.player.step("generator"),
    "r": () => lab.reset(),
  }[event.key.toLowerCase()] ?? (law && (() => lab.change("data", law)));
  if (!act) return;
  event.preventDefault();
  act();
}

/** One word of a link that could not be followed, as a sentence. */
export function faultOf(words, [name, kind]) {
  const key = name.replace("right-", "");
  const { faults } = words.settings;
  if (!(kind in faults)) return words.said.unknown(name);
  const about = words.settings[key];
  return faults[kind](about.label, { ...SETTINGS[key], choices: Object.values(about.choices ?? {}) });
}
