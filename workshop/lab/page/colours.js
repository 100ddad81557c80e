// The course's colours, one for each role, in the light and in the dark.
//
// Real is blue and round, fake is vermilion and triangular: nothing hangs on colour alone. The
// critic's surface goes from a pale vermilion (low, as on fakes) to a pale blue (high, as on data).

const LIGHT = {
  ground: "#ffffff", ink: "#1b1f24", faint: "#5b6470", grid: "#e3e6ea", halo: "#ffffff",
  real: "#0072b2", fake: "#d55e00", critic: "#00795a", generator: "#a8508a", truth: "#000000",
  low: [247, 205, 172], middle: [253, 252, 250], high: [168, 208, 238], contour: "rgba(40,60,80,0.28)",
};
const DARK = {
  ground: "#14181d", ink: "#e9edf1", faint: "#a6b0bb", grid: "#2c333b", halo: "#14181d",
  real: "#56b4e9", fake: "#ff8a3d", critic: "#2fd3a0", generator: "#e79ac8", truth: "#ffffff",
  low: [104, 52, 18], middle: [24, 28, 33], high: [14, 66, 108], contour: "rgba(220,230,240,0.22)",
};
export const DASHES = { exact: [], estimate: [7, 4], floor: [2, 4] };

const dark = window.matchMedia("(prefers-color-scheme: dark)");
export const palette = () => (dark.matches ? DARK : LIGHT);
export const onSchemeChange = (listener) => dark.addEventListener("change", listener);

/** The colour of the critic's surface at t in [−1, 1]: three numbers to 255. */
export function surface({ low, middle, high }, t) {
  const end = t < 0 ? low : high;
  const share = Math.min(1, Math.abs(t));
  return middle.map((from, i) => from + share * (end[i] - from));
}
