// Formulas are drawn as SVG without fonts to load; each carries its own glyphs, so that the speaker
// window shows them too. They are drawn when start.js asks for it.
window.MathJax = {
  tex: {inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]]},
  svg: {fontCache: "none"},
  options: {
    enableMenu: false,
    enableAssistiveMml: false,
    menuOptions: {settings: {assistiveMml: false}},
    ignoreHtmlClass: "reveal",
    processHtmlClass: "math",
  },
  startup: {typeset: false},
};
