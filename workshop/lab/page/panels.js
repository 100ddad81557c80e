// The two panels beside the settings: bugs to switch on, and experiments to set up.

import { BUGS, bugFits } from "../engine/settings.js";
import { BUG_STAGES, TASKS } from "../catalogue.js";
import { element, freshId } from "./dom.js";

/** The switches. `toggle(bug, on)` is called when one is moved. */
export class Breaking {
  constructor(words, lessons, toggle) {
    this.words = words;
    this.switches = {};
    const rows = Object.keys(BUGS).map((bug) => this.row(bug, lessons, toggle));
    this.root = element("div", {}, element("p", {}, words.bugs.lead), ...rows);
  }

  row(bug, lessons, toggle) {
    const { bugs } = this.words;
    const id = freshId(bug);
    const input = element("input", {
      type: "checkbox", role: "switch", id, "aria-describedby": `${id}-watch`,
      change: () => toggle(bug, input.checked),
    });
    const unfit = element("em", {}, ` (${bugs.unfit})`);
    this.switches[bug] = { input, unfit };
    return element(
      "div", { class: "bug" },
      input,
      element("label", { for: id }, bugs[bug].name, unfit),
      element(
        "p", { id: `${id}-watch` },
        element("b", {}, bugs.watch), ` ${bugs[bug].watch} `, caseOf(bug, bugs, lessons),
      ),
    );
  }

  /** Show the switches of a run. */
  show({ bugs, objective }) {
    for (const [bug, { input, unfit }] of Object.entries(this.switches)) {
      input.checked = bugs.includes(bug);
      unfit.hidden = !input.checked || bugFits(bug, objective);
    }
  }
}

/** Where the course shows the bug: a link where the lessons lie beside the page, else words. */
function caseOf(bug, words, lessons) {
  const { lesson, anchor } = BUG_STAGES[bug];
  const text = words.lesson(lesson.slice(0, 2), words[bug].section);
  if (!lessons) return element("span", { class: "case" }, text);
  return element("a", { class: "case", href: `${lessons}${lesson}.html#${anchor}` }, text);
}

/** The cards; `set(name)` is called by their buttons. */
export function taskCards(words, set) {
  const card = (name) => {
    const { title, predict, watch } = words.tasks[name];
    const id = freshId(name);
    return element(
      "article", { class: "task", "aria-labelledby": id },
      element("h3", { id }, title),
      element("p", {}, element("b", {}, words.tasks.predict), ` ${predict}`),
      element(
        "details", {},
        element("summary", {}, words.tasks.watch.replace(":", "")),
        element("p", {}, watch),
      ),
      element(
        "button", { type: "button", "data-task": name, "aria-describedby": id, click: () => set(name) },
        words.tasks.set,
      ),
    );
  };
  return element("div", {}, element("p", {}, words.tasks.lead), ...Object.keys(TASKS).map(card));
}
