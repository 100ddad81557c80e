// Where the page begins: it takes its state from the link, and keeps the link up to date.

import { WORDS } from "../words/words.js";
import { Lab } from "./lab.js";

const { lessons, state } = document.documentElement.dataset;
const linked = () => location.hash.slice(1) || state || "";

/** The link follows the state; inside a notebook there is no link to follow it. */
function moved(address) {
  try {
    history.replaceState(null, "", `#${address}`);
  } catch {
    document.documentElement.dataset.state = address;
  }
}

const lab = new Lab(document.getElementById("lab"), WORDS, { address: linked(), lessons, moved });
window.addEventListener("hashchange", () => lab.open(linked()));
window.wganLab = lab; // for who opens the console
