// Draws the formulas, makes every slide fit its page, then hands over to reveal.js.
"use strict";

// The sizes that are tried, in pixels, from the largest; beside a picture or code prose starts smaller.
const PROSE = [42, 40, 38, 36, 34, 32, 30, 28, 27, 26, 25, 24];
const CODE = [28, 28, 27, 27, 26, 26, 25, 24, 22, 21, 19.5, 18];

function fits(page) {
  const boxes = [page, ...page.querySelectorAll(".body, pre, table, .formula")];
  return boxes.every((box) =>
    box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1);
}

function fit(page) {
  const code = [...page.querySelectorAll("pre")];
  const largest = page.querySelector("figure") ? 30 : code.length ? 34 : 42;
  let widest = 0; // the largest size at which no line of code is too long
  const setCode = (step) => page.style.setProperty("--code", `${CODE[step]}px`);
  while (setCode(widest), widest < CODE.length - 1 &&
    code.some((box) => box.scrollWidth > box.clientWidth + 1)) widest++;
  for (let step = PROSE.indexOf(largest); step < PROSE.length; step++) {
    page.style.setProperty("--prose", `${PROSE[step]}px`);
    setCode(Math.max(step, widest));
    if (fits(page)) return;
  }
}

function holdStop(formula) {
  // A stop behind a formula stays on its line.
  const next = formula.nextSibling;
  const stop = next?.nodeType === Node.TEXT_NODE && next.data.match(/^[.,;:!?)’”]+/)?.[0];
  if (!stop) return;
  next.deleteData(0, stop.length);
  const whole = document.createElement("span");
  whole.className = "whole";
  formula.replaceWith(whole);
  whole.append(formula, stop);
}

function name(formula) {
  // A screen reader reads out the source of a formula.
  formula.setAttribute("role", "math");
  formula.setAttribute("aria-label", formula.textContent.slice(2, -2));
}

async function start() {
  document.body.classList.add("measuring");
  document.querySelectorAll(".math").forEach(name);
  document.querySelectorAll(".math").forEach(holdStop);
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
