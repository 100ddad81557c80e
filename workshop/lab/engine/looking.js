// What one sees of a run. Looking draws from a source of its own, so that a run goes the same way
// however often it is looked at.

import { wasserstein } from "./assignment.js";
import { average, largest, modeCoverage } from "./metrics.js";
import { criticLoss, generatorLoss, mixed, squash } from "./objectives.js";
import { Random } from "./random.js";

const SHOWN = 128; // points of each law on the map, between which W₁ is exact
const COUNTED = 1000; // samples on which modes are counted
const ARROWS = 48;
const STREAM = 2;
export const VIEW = 2.1; // the map shows [−VIEW, VIEW]²
export const HEAT = 49; // values of the critic along each side of the map
export const MESH = { lines: 13, points: 49, reach: 2.2 }; // of the latent grid

/** The numbers and points of one moment, all of them plain data. */
export function look(run) {
  const random = Random.of(run.settings.seed * 65536 + run.criticSteps + run.round, STREAM);
  const real = run.law.sample(SHOWN, random);
  const fake = run.generate(random.normals(2 * SHOWN));
  const epsilon = random.uniforms(SHOWN);
  return {
    round: run.round,
    criticSteps: run.criticSteps,
    stepsOfRound: run.stepsOfRound,
    stepsWanted: run.stepsWanted,
    classifier: Boolean(run.objective.classifier),
    real,
    fake,
    segments: segments(run, real, fake, epsilon),
    arrows: arrows(run, fake),
    heat: heat(run),
    mesh: mesh(run),
    numbers: numbers(run, real, fake, epsilon, random),
  };
}

/** The slope of what the loss sees of the critic at points n×2. */
function slopesAt(run, points) {
  const n = points.length / 2;
  const pass = run.critic.forward(points, n);
  const slopes = run.critic.slopes(pass);
  return slopes.map((slope, i) => slope * squash(pass.outputs[i >> 1], run.bugs)[1]);
}

const norms = (vectors) =>
  Array.from({ length: vectors.length / 2 }, (_, i) => Math.hypot(vectors[2 * i], vectors[2 * i + 1]));

/** The points x̂ between real and fake, with the critic's slope at each. */
function segments(run, real, fake, epsilon) {
  const points = mixed(real, fake, epsilon, run.bugs);
  const slopes = slopesAt(run, points);
  return { points, slopes, norms: norms(slopes) };
}

/** Where the generator's loss sends its points: minus its gradient by each, times their number. */
function arrows(run, fake) {
  const points = fake.slice(0, 2 * ARROWS);
  const { gradients } = generatorLoss(run.objective, run.critic, points, ARROWS, run.bugs);
  return { points, pulls: gradients.map((gradient) => -ARROWS * gradient) };
}

/** The critic's scores on the map, row after row from the top. */
function heat(run) {
  const points = new Float64Array(2 * HEAT * HEAT);
  for (let i = 0; i < HEAT * HEAT; i++) {
    points[2 * i] = VIEW * ((2 * (i % HEAT)) / (HEAT - 1) - 1);
    points[2 * i + 1] = VIEW * (1 - (2 * Math.floor(i / HEAT)) / (HEAT - 1));
  }
  const scores = run.critic.forward(points, HEAT * HEAT).outputs;
  return Float32Array.from(scores, (score) => squash(score, run.bugs)[0]);
}

/** Where the generator takes the lines of a square grid of latent vectors: two families of lines. */
function mesh(run) {
  const { lines, points, reach } = MESH;
  const latent = new Float64Array(4 * lines * points);
  for (let line = 0; line < lines; line++) {
    const across = reach * ((2 * line) / (lines - 1) - 1);
    for (let p = 0; p < points; p++) {
      const along = reach * ((2 * p) / (points - 1) - 1);
      latent.set([across, along], 2 * (line * points + p));
      latent.set([along, across], 2 * ((lines + line) * points + p));
    }
  }
  return run.generate(latent);
}

/** W₁ between two batches of the data themselves, a mean over a few pairs: no sample does better. */
function floor(run) {
  const random = Random.of(run.settings.seed, STREAM + 1);
  const pair = () => [0, 1].map(() => run.law.sample(SHOWN, random));
  return average(Array.from({ length: 4 }, () => wasserstein(...pair())));
}

/** How far each x̂ is on its way from the fake to the real point: 0 to 1. */
function shares(points, real, fake) {
  const way = (to) => norms(to.map((x, i) => x - fake[i]));
  const whole = way(real);
  return way(points).map((part, i) => part / whole[i]);
}

function spread(values) {
  const middle = average(values);
  return Math.sqrt(average(values.map((x) => (x - middle) ** 2)));
}

/** What the charts show. */
function numbers(run, real, fake, epsilon, random) {
  const kept = run.critic.gradients.slice();
  const { estimate } = criticLoss(run.objective, run.critic, real, fake, epsilon, 0, run.bugs);
  run.critic.gradients.set(kept);
  const points = mixed(real, fake, epsilon, run.bugs);
  const slopes = norms(slopesAt(run, points));
  const coverage = modeCoverage(run.generate(random.normals(2 * COUNTED)), run.law);
  return {
    estimate,
    exact: wasserstein(real, fake),
    floor: (run.floor ??= floor(run)),
    covered: coverage?.covered ?? null,
    total: coverage?.total ?? null,
    highQuality: coverage?.highQuality ?? null,
    slope: average(slopes),
    steepest: largest(slopes),
    spread: spread(shares(points, real, fake)),
    pull: average(norms(arrows(run, fake).pulls)),
    largestWeight: largest(run.critic.parameters),
    criticLoss: run.last.criticLoss ?? null,
    generatorLoss: run.last.generatorLoss ?? null,
    penalty: run.last.penalty ?? null,
  };
}
