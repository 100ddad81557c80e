// Widgets without a kernel: lists and sliders choose among pictures that were drawn in advance.
"use strict";

function living(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const picture = figure.querySelector("img");
  const lists = [...figure.querySelectorAll("select")];
  const sliders = [...figure.querySelectorAll("input[type=range]")];

  function read(slider) {
    const track = data.tracks[sliders.indexOf(slider)];
    const reading = track.readings[slider.value];
    slider.setAttribute("aria-valuetext", reading);
    slider.nextElementSibling.value = reading;
  }

  // One slider moves at a time: the others go back to their start.
  function chosen(moved) {
    sliders.forEach((slider, number) => {
      if (slider !== moved) slider.value = data.tracks[number].start;
      read(slider);
    });
    const entries = lists.map((list) => list.selectedIndex).join("-");
    return data.pictures[entries][sliders.indexOf(moved)];
  }

  let moved = sliders[0];
  function show() {
    const [file, alt] = chosen(moved)[moved.value];
    picture.src = data.folder + file;
    picture.alt = data.name + ": " + alt;
  }

  // All pictures of a slider are fetched before it is dragged, so that none flickers.
  function fetchAhead(slider) {
    const entries = lists.map((list) => list.selectedIndex).join("-");
    for (const [file] of data.pictures[entries][sliders.indexOf(slider)]) {
      new Image().src = data.folder + file;
    }
  }

  sliders.forEach((slider) => {
    slider.addEventListener("input", () => { moved = slider; show(); });
    for (const event of ["pointerenter", "focus"]) {
      slider.addEventListener(event, () => fetchAhead(slider), { once: !lists.length });
    }
  });
  lists.forEach((list) => list.addEventListener("change", show));
  figure.querySelector(".frames-controls").hidden = false;
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("figure.frames").forEach(living);
});
