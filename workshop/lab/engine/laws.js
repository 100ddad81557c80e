// The laws that a generator is asked to learn. Ring, grid and Swiss roll have the course's constants.

const RING = { radius: 2 / 1.414, std: 0.02 / 1.414 };
const GRID = { step: 2 / 2.828, std: 0.05 / 2.828 };
const ROLL = { noise: 0.25, scale: 7.5 };
const LINES = { apart: 1.6, high: 2.4 };
const POINT = { x: 1.2, y: 0.9, std: 0.02 };
const BRUSH = 0.03; // the standard deviation around each drawn point

/** Round Gaussians, all equally heavy: `modes` M×2. */
function mixture(modes, std) {
  const sample = (n, random) =>
    points(n, () => {
      const [x, y] = modes[random.below(modes.length)];
      return [x + std * random.normal(), y + std * random.normal()];
    });
  return { sample, modes, std };
}

/** n points from a function that makes one, as n×2 numbers in a row. */
function points(n, one) {
  const all = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) all.set(one(), 2 * i);
  return all;
}

function ring() {
  const turns = [...Array(8).keys()].map((i) => (i * Math.PI) / 4);
  const modes = turns.map((t) => [RING.radius * Math.cos(t), RING.radius * Math.sin(t)]);
  return mixture(modes, RING.std);
}

function grid() {
  const ticks = [-2, -1, 0, 1, 2].map((i) => i * GRID.step);
  return mixture(ticks.flatMap((x) => ticks.map((y) => [x, y])), GRID.std);
}

function swissRoll() {
  const one = (random) => {
    const angle = 1.5 * Math.PI * (1 + 2 * random.uniform());
    return [Math.cos, Math.sin].map((f) => (angle * f(angle) + ROLL.noise * random.normal()) / ROLL.scale);
  };
  return { sample: (n, random) => points(n, () => one(random)) };
}

function twoLines() {
  const one = (random) => [
    (random.below(2) - 0.5) * LINES.apart,
    (random.uniform() - 0.5) * LINES.high,
  ];
  return { sample: (n, random) => points(n, () => one(random)) };
}

const LAWS = {
  "ring": ring,
  "grid": grid,
  "swiss-roll": swissRoll,
  "two-lines": twoLines,
  "one-point": () => mixture([[POINT.x, POINT.y]], POINT.std),
};

/**
 * The law of that name. `sample(n, random)` gives n×2 numbers; `modes` and `std` are there where the
 * law has modes. A law that was drawn is the drawn points, each a little blurred.
 */
export function law(name, drawn = []) {
  if (name !== "drawn") return LAWS[name]();
  if (drawn.length === 0) throw new RangeError("a drawn law needs at least one point");
  const { sample } = mixture(drawn, BRUSH);
  return { sample };
}
