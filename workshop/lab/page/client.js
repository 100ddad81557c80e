// The engine as the page sees it: a question, and later its answer. It runs in a worker, and on the
// page itself where a browser refuses one.

import { Session } from "../engine/session.js";
import { ENGINE_SOURCE } from "./engine_source.js";

export class Client {
  constructor() {
    this.waiting = []; // questions without an answer, in their order
    this.start();
  }

  /** A worker made of the source that the page carries, or a session on the page. */
  start() {
    try {
      const source = new Blob([ENGINE_SOURCE], { type: "text/javascript" });
      this.worker = new Worker(URL.createObjectURL(source));
      this.worker.onmessage = ({ data }) => this.answered(data);
      this.worker.onerror = (event) => this.failed(event);
    } catch {
      this.stay();
    }
  }

  /** From now on the engine runs on the page. */
  stay() {
    this.worker = null;
    this.session = new Session();
    for (const { message } of this.waiting) this.postponed(message);
  }

  /** One answer for each question, in their order. It never fails: a crash is an answer too. */
  ask(message) {
    return new Promise((resolve) => {
      this.waiting.push({ message, resolve });
      if (this.worker) this.worker.postMessage(message);
      else this.postponed(message);
    });
  }

  /** An answer from the page itself, once it has had a moment to draw. */
  postponed(message) {
    setTimeout(() => this.answered(this.session.handle(message)));
  }

  answered(answer) {
    this.spoke = true;
    this.waiting.shift().resolve(answer);
  }

  /** A worker that never spoke was refused; one that did has crashed, and a fresh one takes over. */
  failed(event) {
    event.preventDefault();
    this.worker.terminate();
    if (!this.spoke) return this.stay();
    const trouble = { kind: "crashed", what: event.message, round: 0 };
    for (const { resolve } of this.waiting.splice(0)) resolve({ trouble });
    return this.start();
  }
}
