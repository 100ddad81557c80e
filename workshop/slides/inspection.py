"""What is wrong with a slide that is on the screen, as somebody in the last row would notice."""

from __future__ import annotations

from playwright.sync_api import Page

from workshop.slides.fitting import ENLARGED

# Pixels, on a slide of 1280 × 720; for a picture, how many times as large as it was drawn.
SMALLEST = {"prose": 24, "code": 18, "enlarged": ENLARGED}
_FAULTS = r"""(smallest) => {
  const page = document.querySelector("section.present .page"), faults = [];
  const edge = page.getBoundingClientRect();
  const inside = (box) => box.left >= edge.left - 1 && box.right <= edge.right + 1 &&
    box.top >= edge.top - 1 && box.bottom <= edge.bottom + 1;
  if (edge.width !== 1280 || edge.height !== 720) faults.push("the page is not 1280 × 720");
  for (const element of page.querySelectorAll("*:not(mjx-container *)")) {
    const what = `${element.tagName.toLowerCase()} '${element.textContent.trim().slice(0, 40)}'`;
    const box = element.getBoundingClientRect();
    if (box.width && !inside(box)) faults.push(`${what} leaves the slide`);
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
      faults.push(`${what} is cut off at the right`);
    if (element.scrollHeight > element.clientHeight + 1 && element.clientHeight &&
        element.matches(".body, pre, figure")) faults.push(`${what} is cut off below`);
  }
  const texts = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const parent = text.parentElement, said = text.textContent.trim();
    if (!said || parent.closest("mjx-container")) continue; // an index may be smaller
    const size = parseFloat(getComputedStyle(parent).fontSize);
    const kind = parent.closest("pre, code") ? "code" : "prose";
    if (size < smallest[kind]) faults.push(`'${said.slice(0, 40)}' has ${size} px`);
    if (kind === "prose" && /\$|\\[(\[)\]a-zA-Z]/.test(said)) faults.push(`raw TeX: '${said}'`);
  }
  const failed = "[data-mml-node=merror], [data-mjx-error]";
  for (const formula of page.querySelectorAll(".math"))
    if (!formula.querySelector("svg") || formula.querySelector(failed))
      faults.push(`a formula is not drawn: '${formula.getAttribute("aria-label")}'`);
  for (const picture of page.querySelectorAll("img")) {
    if (!picture.alt.trim()) faults.push("a picture has no alt text");
    if (!picture.naturalWidth) faults.push("a picture is broken");
    const scale = Math.min(picture.clientWidth / picture.naturalWidth,
      picture.clientHeight / picture.naturalHeight);
    if (picture.closest("figure") && scale < smallest.enlarged - 0.005)
      faults.push(`the type in a picture is small: ${scale.toFixed(2)} times as large as drawn`);
  }
  if (!page.innerText.trim() && !page.querySelector("img")) faults.push("the slide is empty");
  return faults;
}"""


def faults(page: Page) -> list[str]:
    """A line for each fault of the slide that `page` shows just now."""
    return page.evaluate(_FAULTS, SMALLEST)
