// A run: two networks, their optimisers, and the loop that serves every objective.

import { law } from "./laws.js";
import { Network } from "./network.js";
import { OBJECTIVES, clipWeights, criticLoss, generatorLoss } from "./objectives.js";
import { Adam, RMSprop } from "./optimisers.js";
import { Random } from "./random.js";
import { HUGE, bugFits } from "./settings.js";

const BETA_2 = 0.9; // of Adam, as in Gulrajani et al. 2017
const LEAK = 0.2; // the slope of a leaky ReLU where it is off
const BEYOND = 1e12; // a loss of that size has nothing to do with points a few units apart
const STREAMS = { weights: 0, draws: 1 };

/** Raised when a loss has run away, or is no number. `what` names it, `round` says when. */
export class Diverged extends Error {
  constructor(what, round) {
    super(`${what} has run away at round ${round}`);
    this.what = what;
    this.round = round;
  }
}

/** Everything that changes while a pair is trained. */
export class Run {
  constructor(settings) {
    this.settings = settings;
    this.objective = OBJECTIVES[settings.objective];
    this.bugs = new Set(settings.bugs.filter((bug) => bugFits(bug, settings.objective)));
    this.law = law(settings.data, settings.drawn);
    this.random = Random.of(settings.seed, STREAMS.draws);
    this.build(Random.of(settings.seed, STREAMS.weights));
    [this.round, this.criticSteps, this.generatorSteps, this.stepsOfRound] = [0, 0, 0, 0];
    this.last = {};
  }

  /** Fresh networks; the generator's weights are the same for every objective of that seed. */
  build(random) {
    const { width, activation } = this.settings;
    const leak = activation === "relu" ? 0 : LEAK;
    this.generator = new Network([2, width, width, 2], leak).initialise(random);
    this.critic = new Network([2, width, width, 1], leak).initialise(random);
    this.generatorOptimiser = this.optimiser(this.generator);
    this.criticOptimiser = this.optimiser(this.critic);
  }

  optimiser(network) {
    const { optimiser, rate, momentum } = this.settings;
    return optimiser === "adam" ? new Adam(network, rate, [momentum, BETA_2]) : new RMSprop(network, rate);
  }

  get penalty() {
    return this.bugs.has("huge-penalty") ? HUGE : this.settings.penalty;
  }

  get stepsWanted() {
    return this.bugs.has("one-critic-step") ? 1 : this.settings.criticSteps;
  }

  /** The generator's points for n latent vectors. */
  generate(latent) {
    return this.generator.forward(latent, latent.length / 2).outputs;
  }

  /** One critic step on fresh draws: real points, fakes and ε, in this order. */
  criticStep() {
    const n = this.settings.batch;
    const real = this.law.sample(n, this.random);
    const fake = this.fakes(this.random.normals(2 * n));
    this.criticStepOn(real, fake, this.random.uniforms(n));
    this.criticSteps += 1;
    this.stepsOfRound += 1;
  }

  /** The critic's fakes. The bug keeps those of the first step for good. */
  fakes(latent) {
    if (!this.bugs.has("stale-fakes")) return this.generate(latent);
    this.stale ??= this.generate(latent);
    return this.stale;
  }

  /** One critic step on given points, n×2 each, and n numbers ε. */
  criticStepOn(real, fake, epsilon) {
    const { clipped } = this.objective;
    if (clipped && this.bugs.has("clip-before")) clipWeights(this.critic, this.settings.clip);
    this.critic.gradients.fill(0);
    const result = criticLoss(
      this.objective, this.critic, real, fake, epsilon, this.penalty, this.bugs,
    );
    this.criticOptimiser.step();
    if (clipped && !this.bugs.has("clip-before") && !this.bugs.has("no-clip")) {
      clipWeights(this.critic, this.settings.clip);
    }
    this.check("criticLoss", result.loss, this.critic);
    Object.assign(this.last, result, { criticLoss: result.loss });
    return result;
  }

  /** One generator step on fresh latent vectors; a round ends with it. */
  generatorStep() {
    this.generatorStepOn(this.random.normals(2 * this.settings.batch));
    this.generatorSteps += 1;
    this.round += 1;
    this.stepsOfRound = 0;
  }

  /** One generator step on given latent vectors, n×2. */
  generatorStepOn(latent) {
    const n = latent.length / 2;
    const pass = this.generator.forward(latent, n);
    const { loss, gradients } = generatorLoss(this.objective, this.critic, pass.outputs, n, this.bugs);
    this.generator.gradients.fill(0);
    this.generator.backward(pass, gradients);
    this.generatorOptimiser.step();
    this.check("generatorLoss", loss, this.generator);
    this.last.generatorLoss = loss;
    return loss;
  }

  /** The critic's share of steps, as many as are left of it, then one of the generator. */
  takeRound() {
    while (this.stepsOfRound < this.stepsWanted) this.criticStep();
    this.generatorStep();
  }

  /** Nothing goes on from a number that is none, or that has run away. */
  check(what, loss, network) {
    const sound = Math.abs(loss) < BEYOND && network.parameters.every(Number.isFinite);
    if (!sound) throw new Diverged(what, this.round);
  }
}
