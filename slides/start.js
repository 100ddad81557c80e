// Draws the formulas, makes every slide fit its page, then hands over to reveal.js.
"use strict";

const PROSE = [32, 30, 28, 27, 26, 25, 24];
const CODE = [24, 23, 22, 21, 20, 19, 18];

function fits(page) {
  if (page.scrollHeight > page.clientHeight || page.scrollWidth > page.clientWidth) return false;
  return [...page.querySelectorAll("pre, table, .formula")].every(
    (box) => box.scrollWidth <= box.clientWidth + 1);
}

function fit(page) {
  for (let step = 0; step < PROSE.length; step++) {
    page.style.setProperty("--prose", `${PROSE[step]}px`);
    page.style.setProperty("--code", `${CODE[step]}px`);
    if (fits(page)) return;
  }
}

function name(formula) {
  // A screen reader reads out the source of a formula.
  formula.setAttribute("role", "math");
  formula.setAttribute("aria-label", formula.textContent.slice(2, -2));
}

async function start() {
  document.body.classList.add("measuring");
  document.querySelectorAll(".math").forEach(name);
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  await Promise.all([...document.fonts].map((font) => font.load()));
  await Promise.all([...document.images].map((image) => image.decode()));
  document.querySelectorAll(".page").forEach(fit);
  document.body.classList.remove("measuring");
  await Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    controls: true,
    hash: true,
    progress: true,
    slideNumber: "c/t",
    transition: "none",
    pdfMaxPagesPerSlide: 1,
    pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });
  window.deckIsReady = true;
}

start();
