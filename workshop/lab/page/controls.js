// The settings as a form. A value that cannot be is refused in words, and the old one stays.

import { SETTINGS, fault } from "../engine/settings.js";
import { element, freshId } from "./dom.js";
import { SHARED, settingsOf } from "./state.js";

const STEPS = { rate: "any", momentum: "0.05", clip: "any", penalty: "any" };

export class Controls {
  /** `change(name, value)` is called with every value that is allowed. */
  constructor(words, change) {
    this.words = words;
    this.change = change;
    this.fields = {};
    this.root = element("div", { class: "fields" }, ...Object.keys(SETTINGS).map((name) => this.field(name)));
  }

  field(name) {
    const id = freshId(name);
    const { label, choices } = this.words.settings[name];
    const input = choices ? choice(id, choices) : this.number(id, name);
    const refusal = element("span", { class: "refusal", id: `${id}-refusal`, role: "alert" });
    input.addEventListener("change", () => this.entered(name));
    this.fields[name] = { input, refusal };
    return element("p", { class: "field" }, element("label", { for: id }, label), input, refusal);
  }

  number(id, name) {
    const { least, most } = SETTINGS[name];
    const step = STEPS[name] ?? "1";
    return element("input", { id, type: "number", min: least, max: most, step, inputmode: "decimal" });
  }

  entered(name) {
    const { input } = this.fields[name];
    const value = SETTINGS[name].choices ? input.value : input.value === "" ? NaN : Number(input.value);
    const found = fault(name, value);
    this.refuse(name, found);
    if (!found) this.change(name, value);
  }

  refuse(name, found) {
    const { input, refusal } = this.fields[name];
    const { settings } = this.words;
    const said = found && settings.faults[found](settings[name].label, SETTINGS[name]);
    refusal.textContent = said ? `${said} ${settings.kept(this.shown[name])}` : "";
    input.toggleAttribute("aria-invalid", Boolean(found));
    if (found) input.setAttribute("aria-describedby", refusal.id);
    else input.removeAttribute("aria-describedby");
  }

  /** Show the settings of a side. What has no part in its objective is dimmed, and stays usable. */
  show(state, side) {
    this.shown = settingsOf(state, side);
    for (const [name, { input, refusal }] of Object.entries(this.fields)) {
      input.value = this.shown[name];
      refusal.textContent = "";
      input.removeAttribute("aria-invalid");
      input.parentElement.hidden = idle(name, this.shown) || (side === "right" && SHARED.includes(name));
    }
  }
}

/** Whether a setting has no part in a run. */
function idle(name, { objective, optimiser }) {
  if (name === "clip") return objective !== "wgan";
  if (name === "penalty") return !(objective.startsWith("wgan-gp") || objective === "zero-centred");
  return name === "momentum" && optimiser !== "adam";
}

/** A list to choose one from. */
export function choice(id, choices, attributes = {}) {
  const options = Object.entries(choices).map(([value, text]) => element("option", { value }, text));
  return element("select", { id, ...attributes }, ...options);
}
