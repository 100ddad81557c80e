// The bugs and the guided experiments: what each sets up. Their words stand in words/.

const A_CLIPPED_RUN = { objective: "wgan", optimiser: "rmsprop", clip: 0.2 };
const A_PENALISED_RUN = { objective: "wgan-gp", optimiser: "adam", rate: 0.002 };

/**
 * For each bug the settings on which its symptom shows, and the section of the course that has its
 * case: the file of the lesson and the anchor of the heading on the site.
 */
export const BUG_STAGES = {
  "no-clip": {
    settings: A_CLIPPED_RUN,
    lesson: "11_bug_clinic",
    anchor: "fourth-ward-the-clip",
  },
  "clip-before": {
    settings: A_CLIPPED_RUN,
    lesson: "11_bug_clinic",
    anchor: "fourth-ward-the-clip",
  },
  "one-epsilon": {
    settings: A_PENALISED_RUN,
    lesson: "06_gradient_penalty",
    anchor: "one-varepsilon-per-sample",
  },
  "batch-norm-of-slopes": {
    settings: A_PENALISED_RUN,
    lesson: "06_gradient_penalty",
    anchor: "the-norm-over-one-sample-and-over-nothing-else",
  },
  "bare-root": {
    settings: { ...A_PENALISED_RUN, width: 8, rate: 0.3 },
    lesson: "06_gradient_penalty",
    anchor: "a-grain-of-sand-under-the-root",
  },
  "sign-of-generator": {
    settings: A_PENALISED_RUN,
    lesson: "11_bug_clinic",
    anchor: "third-ward-the-signs",
  },
  "sigmoid": {
    settings: A_PENALISED_RUN,
    lesson: "11_bug_clinic",
    anchor: "fifth-ward-the-critic",
  },
  "one-critic-step": { settings: A_PENALISED_RUN, lesson: "05_weight_clipping", anchor: "what-breaks" },
  "huge-penalty": {
    settings: A_PENALISED_RUN,
    lesson: "02_adversarial_game",
    anchor: "what-breaks",
  },
  "stale-fakes": {
    settings: A_PENALISED_RUN,
    lesson: "05_weight_clipping",
    anchor: "the-algorithm-from-the-library",
  },
};

/** The guided experiments: settings of the (left) run, and what the right run does otherwise. */
export const TASKS = {
  "by-hand": { settings: { objective: "wgan-gp", data: "one-point", penalty: 10 }, right: null },
  "disjoint": {
    settings: { data: "one-point", objective: "gan", criticSteps: 20, momentum: 0 },
    right: { objective: "wgan-gp" },
  },
  "meaning": { settings: { objective: "gan" }, right: { objective: "wgan-gp" } },
  "hopping": {
    settings: { objective: "non-saturating-gan", criticSteps: 1, momentum: 0.9, rate: 0.001 },
    right: { objective: "wgan-gp", criticSteps: 5, momentum: 0.5, rate: 0.002 },
  },
  "small-clip": { settings: { ...A_CLIPPED_RUN, clip: 0.02 }, right: { clip: 0.2 } },
  "no-penalty": { settings: { objective: "wgan-gp", penalty: 0 }, right: { penalty: 1 } },
  "tearing": { settings: { objective: "wgan-gp", data: "two-lines" }, right: null },
  "weak-critic": { settings: { criticSteps: 1 }, right: { criticSteps: 5 } },
};
