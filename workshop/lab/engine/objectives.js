// What each objective asks of critic and generator. GAN, WGAN and WGAN-GP differ by a few lines.
//
// Every loss is there to be minimised. `bugs` is a set of names: each puts in one mistake that is
// found in public code, right where it is made there.

const FLOOR = 1e-12; // under the square root, whose own derivative at 0 is infinite

const logSigmoid = (s) => Math.min(s, 0) - Math.log1p(Math.exp(-Math.abs(s)));
const sigmoid = (s) => 1 / (1 + Math.exp(-s));

// For one score: its share of the critic's loss, of the generator's, and the slopes of both.
const CLASSIFIER = {
  real: (s) => [-logSigmoid(s), sigmoid(s) - 1],
  fake: (s) => [-logSigmoid(-s), sigmoid(s)],
};
const POTENTIAL = { real: (s) => [-s, -1], fake: (s) => [s, 1], generator: (s) => [-s, -1] };
const GAN = { ...CLASSIFIER, generator: (s) => [logSigmoid(-s), -sigmoid(s)] };
const NON_SATURATING = { ...CLASSIFIER, generator: (s) => [-logSigmoid(s), sigmoid(s) - 1] };
const penalised = (centre, oneSided = false) => ({ ...POTENTIAL, penalised: true, centre, oneSided });

export const OBJECTIVES = {
  "gan": { ...GAN, classifier: true },
  "non-saturating-gan": { ...NON_SATURATING, classifier: true },
  "wgan": { ...POTENTIAL, clipped: true },
  "wgan-gp": penalised(1),
  "wgan-gp-one-sided": penalised(1, true),
  "zero-centred": penalised(0),
};

/** What is done to a raw score before the loss sees it: its value, slope and second derivative. */
export function squash(s, bugs) {
  if (!bugs.has("sigmoid")) return [s, 1, 0];
  const y = sigmoid(s);
  return [y, y * (1 - y), y * (1 - y) * (1 - 2 * y)];
}

/** The mean of `part` over the scores from `start` on, its slopes written into `d`. */
function mean(part, scores, start, n, bugs, d) {
  let total = 0;
  for (let i = start; i < start + n; i++) {
    const [value, slope] = squash(scores[i], bugs);
    const [loss, lossSlope] = part(value);
    total += loss / n;
    d[i] = (lossSlope * slope) / n;
  }
  return total;
}

/**
 * The critic's loss and its parts for real and fake points (n×2 each) and n numbers ε; the gradients
 * are added to those of the critic. `estimate` is the distance that the critic reads off: JS in nats
 * for a classifier, K·W₁ for a potential.
 */
export function criticLoss(objective, critic, real, fake, epsilon, penalty, bugs = new Set()) {
  const n = epsilon.length;
  const both = new Float64Array(4 * n);
  both.set(real);
  both.set(fake, 2 * n);
  const pass = critic.forward(both, 2 * n);
  const d = new Float64Array(2 * n);
  const loss =
    mean(objective.real, pass.outputs, 0, n, bugs, d) +
    mean(objective.fake, pass.outputs, n, n, bugs, d);
  critic.backward(pass, d);
  const estimate = objective.classifier ? (Math.log(4) - loss) / 2 : -loss;
  if (!objective.penalised || penalty === 0) return { loss, estimate };
  const points = mixed(real, fake, epsilon, bugs);
  const { price, norm } = addPenalty(objective, critic, points, n, penalty, bugs);
  return { loss: loss + penalty * price, estimate, penalty: price, norm };
}

/** One point on the segment from each fake point to its real partner: εx + (1 − ε)·G(z). */
export function mixed(real, fake, epsilon, bugs = new Set()) {
  return real.map((x, i) => {
    const e = epsilon[bugs.has("one-epsilon") ? 0 : i >> 1];
    return fake[i] + e * (x - fake[i]);
  });
}

/** λ·E (‖∇f(x̂)‖ − centre)²: adds its gradients, returns the mean price and the mean slope. */
function addPenalty(objective, critic, points, n, penalty, bugs) {
  const pass = critic.forward(points, n);
  const slopes = critic.slopes(pass);
  const squashed = Array.from(pass.outputs, (s) => squash(s, bugs));
  const norms = euclideanNorms(slopes, squashed, bugs);
  const [price, priceSlopes] = prices(objective, norms);
  const v = new Float64Array(2 * n);
  const d = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [, first, second] = squashed[i];
    const [gx, gy] = [slopes[2 * i], slopes[2 * i + 1]];
    // ‖∇f‖ = |first|·‖∇s‖: it moves with ∇s, and with the score where `first` does.
    const factor = (penalty * priceSlopes[i]) / norms[i];
    v[2 * i] = factor * first * first * gx;
    v[2 * i + 1] = factor * first * first * gy;
    d[i] = factor * first * second * (gx * gx + gy * gy);
  }
  critic.slopesBackward(pass, v);
  if (bugs.has("sigmoid")) critic.backward(pass, d);
  return { price, norm: norms.reduce((sum, norm) => sum + norm / n, 0) };
}

/** One norm a point, with a finite gradient at 0. */
function euclideanNorms(slopes, squashed, bugs) {
  const floor = bugs.has("bare-root") ? 0 : FLOOR;
  const squares = squashed.map(
    ([, first], i) => first * first * (slopes[2 * i] ** 2 + slopes[2 * i + 1] ** 2),
  );
  if (!bugs.has("batch-norm-of-slopes")) return squares.map((square) => Math.sqrt(square + floor));
  const whole = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) + floor);
  return squares.map(() => whole);
}

/** The mean of (norm − centre)², or of its rising half, and the slope of that mean in each norm. */
function prices({ centre, oneSided }, norms) {
  const excess = norms.map((norm) => (oneSided ? Math.max(norm - centre, 0) : norm - centre));
  const price = excess.reduce((sum, x) => sum + (x * x) / norms.length, 0);
  return [price, excess.map((x) => (2 * x) / norms.length)];
}

/**
 * The generator's loss for its points (n×2), and its gradient by each of them. The critic's own
 * gradients stay as they were.
 */
export function generatorLoss(objective, critic, points, n, bugs = new Set()) {
  const pass = critic.forward(points, n);
  const d = new Float64Array(n);
  let loss = mean(objective.generator, pass.outputs, 0, n, bugs, d);
  if (bugs.has("sign-of-generator")) {
    loss = -loss;
    for (let i = 0; i < n; i++) d[i] = -d[i];
  }
  return { loss, gradients: critic.inputGradients(pass, d) };
}

/** Every weight back into [−clip, clip] (Arjovsky et al. 2017, Algorithm 1). */
export function clipWeights(network, clip) {
  const { parameters } = network;
  for (let i = 0; i < parameters.length; i++) {
    parameters[i] = Math.min(clip, Math.max(-clip, parameters[i]));
  }
}
