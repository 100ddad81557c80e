// What is too wide for the screen scrolls in its own box, and the keyboard must reach that box.
"use strict";

const BOXES = "pre, mjx-container, .math, dt.sig, .output, .pst-scrollable-table-container, table";

function reachable() {
  for (const box of document.querySelectorAll(BOXES)) {
    const style = getComputedStyle(box).overflowX;
    const scrolls = box.scrollWidth > box.clientWidth && (style === "auto" || style === "scroll");
    if (scrolls) box.tabIndex = 0;
    else if (box.getAttribute("tabindex") === "0") box.removeAttribute("tabindex");
  }
}

// Whatever changes the height of the page may have changed what scrolls: a fold, the formulas, a turn
// of the phone.
document.addEventListener("DOMContentLoaded", () => {
  new ResizeObserver(reachable).observe(document.querySelector(".bd-article") || document.body);
});
