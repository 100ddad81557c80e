// What the page may ask of a run: the same in a worker, on the page itself, and in a test.

import { look } from "./looking.js";
import { Diverged, Run } from "./training.js";

/** One run, driven by messages; every message gets one answer. */
export class Session {
  /**
   * {ask: "start", settings} begins afresh; "critic" and "generator" take one step; "rounds" takes
   * `rounds` rounds, or as many as fit into `milliseconds`. The answer holds what is to be seen, or
   * the trouble that stopped the run, and how long its rounds took.
   */
  handle(message) {
    try {
      return this.answer(message);
    } catch (error) {
      if (error instanceof Diverged) return this.stopped("diverged", error.what, error.round);
      if (error instanceof RangeError) return this.stopped("no-points", error.message, 0);
      throw error;
    }
  }

  answer({ ask, settings, rounds, milliseconds }) {
    if (ask === "start") this.begin(settings);
    if (!this.run) return this.refused;
    if (ask === "critic") this.run.criticStep();
    if (ask === "generator") this.run.generatorStep();
    const started = performance.now();
    const taken = ask === "rounds" ? this.takeRounds(rounds, milliseconds) : 0;
    const spent = performance.now() - started;
    return { seen: look(this.run), taken, spent };
  }

  /** A run of these settings; without points to learn there is none, and every question hears so. */
  begin(settings) {
    this.run = null;
    this.refused = this.stopped("no-points", null, 0);
    this.run = new Run(settings);
  }

  takeRounds(rounds, milliseconds = Infinity) {
    const end = performance.now() + milliseconds;
    let taken = 0;
    do {
      this.run.takeRound();
      taken += 1;
    } while (taken < rounds && performance.now() < end);
    return taken;
  }

  stopped(kind, what, round) {
    return { trouble: { kind, what, round } };
  }
}
