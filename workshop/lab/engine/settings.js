// Every setting of a run: what it may be, and what it is when nobody says otherwise.

const CHOICE = (...choices) => ({ choices, initial: choices[0] });
const NUMBER = (least, most, initial, whole = false) => ({ least, most, initial, whole });

/** The settings by name. Numbers have their limits, the others their list of choices. */
export const SETTINGS = {
  data: CHOICE("ring", "grid", "swiss-roll", "two-lines", "one-point", "drawn"),
  objective: CHOICE(
    "wgan-gp", "wgan-gp-one-sided", "zero-centred", "wgan", "gan", "non-saturating-gan",
  ),
  criticSteps: NUMBER(1, 20, 5, true),
  optimiser: CHOICE("adam", "rmsprop"),
  rate: NUMBER(1e-5, 10, 2e-3),
  momentum: NUMBER(0, 0.95, 0.5),
  clip: NUMBER(1e-3, 10, 0.1),
  penalty: NUMBER(0, 10000, 1),
  batch: NUMBER(4, 256, 64, true),
  width: NUMBER(8, 64, 32, true),
  activation: CHOICE("relu", "leaky-relu"),
  seed: NUMBER(0, 9999, 1, true),
};

/** The mistakes that can be switched on, each with the objectives in which it can be made. */
const PENALISED = ["wgan-gp", "wgan-gp-one-sided", "zero-centred"];
const WASSERSTEIN = [...PENALISED, "wgan"];
export const BUGS = {
  "no-clip": ["wgan"],
  "clip-before": ["wgan"],
  "one-epsilon": PENALISED,
  "batch-norm-of-slopes": PENALISED,
  "bare-root": PENALISED,
  "sign-of-generator": SETTINGS.objective.choices,
  "sigmoid": WASSERSTEIN,
  "one-critic-step": SETTINGS.objective.choices,
  "huge-penalty": PENALISED,
  "stale-fakes": SETTINGS.objective.choices,
};
export const HUGE = 1000; // the penalty's weight under "huge-penalty"

/** The settings where nothing was changed. */
export function defaults() {
  const values = Object.entries(SETTINGS).map(([name, { initial }]) => [name, initial]);
  return { ...Object.fromEntries(values), drawn: [], bugs: [] };
}

/** What is wrong with a value of a setting: "choice", "number", "whole" or "range"; else null. */
export function fault(name, value) {
  const { choices, least, most, whole } = SETTINGS[name];
  if (choices) return choices.includes(value) ? null : "choice";
  if (typeof value !== "number" || !Number.isFinite(value)) return "number";
  if (whole && !Number.isInteger(value)) return "whole";
  return value < least || value > most ? "range" : null;
}

/** Whether that mistake can be made in that objective. */
export const bugFits = (bug, objective) => BUGS[bug].includes(objective);
