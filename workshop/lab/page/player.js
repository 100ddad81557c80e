// Play, pause, and steps by hand: all runs of the page move in step.

const SLICE = 90; // milliseconds of training between two looks at full speed
const SLICE_ON_PAGE = 30; // where the engine shares its thread with the page

export class Player {
  /** `changed()` is called when playing begins or ends. */
  constructor(changed) {
    Object.assign(this, { panes: [], speed: "full", playing: false, changed });
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  pause() {
    this.playing = false;
    for (const pane of this.panes) pane.pace = null;
    this.changed();
  }

  /** Rounds until somebody pauses or a run is in trouble. */
  async play() {
    this.playing = true;
    this.changed();
    if (this.looping) return;
    this.looping = true;
    while (this.playing) {
      const started = performance.now();
      const rounds = this.share();
      const sound = await this.ask({ ask: "rounds", rounds });
      if (!sound) this.pause();
      await this.rest(started, rounds);
      this.measure(rounds, performance.now() - started);
    }
    this.looping = false;
  }

  /** One step of all runs, by hand. */
  async step(ask, rounds = 1) {
    if (this.playing) this.pause();
    return this.ask({ ask, rounds });
  }

  /** One question to all runs; whether all of them are sound. */
  async ask(message) {
    const sound = await Promise.all(this.panes.map((pane) => pane.ask(message)));
    return sound.every(Boolean);
  }

  /** How many rounds to ask for at once: the same for all runs, whichever is the slowest. */
  share() {
    if (this.speed !== "full") return 1;
    const slice = this.panes.every((pane) => pane.client.worker) ? SLICE : SLICE_ON_PAGE;
    const slowest = Math.max(...this.panes.map((pane) => pane.cost ?? slice));
    return Math.max(1, Math.min(200, Math.round(slice / slowest)));
  }

  /** Waits as long as the chosen speed asks; a page without a worker breathes at least. */
  async rest(started, rounds) {
    const wanted = this.speed === "full" ? 0 : (1000 * rounds) / Number(this.speed);
    const left = wanted - (performance.now() - started);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }

  measure(rounds, milliseconds) {
    for (const pane of this.panes) {
      const now = (1000 * rounds) / milliseconds;
      pane.pace = this.playing ? 0.8 * (pane.pace ?? now) + 0.2 * now : null;
    }
  }
}
