// Every word of the page. Another language is another file like this one.

export const WORDS = {
  language: "en",
  title: "WGAN Lab",
  lead: "Train a GAN, a WGAN and a WGAN-GP in this page, and break them.",
  noScript: "The lab needs JavaScript. Nothing is fetched: all of it is in this file.",

  player: {
    name: "Training",
    play: "Play",
    pause: "Pause",
    round: "One round",
    critic: "Critic step",
    generator: "Generator step",
    reset: "Reset",
    speed: "Speed",
    speeds: { 1: "1 round a second", 5: "5 rounds a second", 25: "25 rounds a second", full: "full speed" },
    compare: "Compare two runs",
    lecture: "Lecture mode",
    keys: "Keys: space plays and pauses, D is a critic step, G a generator step, R a reset, 1 to 5 choose the data.",
    link: "Copy link",
    linkCopied: "The link to these settings is copied.",
    linkShown: "Copy the link from the field.",
    linkField: "Link to these settings",
    picture: "Save picture",
  },

  map: {
    name: (title) => `Map of ${title}`,
    waiting: "not started",
    round: (round, steps) => `round ${round}, ${steps} critic steps`,
    pace: (rounds) => `${rounds} rounds a second`,
    left: "Left run",
    right: "Right run",
    only: "The run",
    summary: (title, seen, numbers) =>
      `${title}, round ${seen.round}. ${numbers.join(". ")}.`,
    legend: "What the map shows",
    layers: {
      heat: "critic's score",
      mesh: "latent grid",
      segments: "slopes between",
      real: "real points",
      fake: "fake points",
      arrows: "pull on the fakes",
    },
    low: "low",
    high: "high",
    probability: "D(x), the chance of “real”",
    height: "f(x), the critic’s height",
    farAway: (share) => `${share} of the fake points are off the map`,
  },

  numbers: {
    name: "Numbers of this run",
    estimateJS: "critic’s estimate (JS, nats)",
    estimate: "critic’s estimate",
    exact: "exact W₁ of the batches",
    floor: "W₁ of two real batches",
    modes: "modes covered",
    quality: "high-quality samples",
    slope: "mean slope at x̂",
    steepest: "steepest slope at x̂",
    spread: "spread of x̂ on its segment",
    pull: "mean pull on the fakes",
    largestWeight: "largest critic weight",
    of: (covered, total) => `${covered} of ${total}`,
    none: "this law has no modes",
  },

  charts: {
    distance: "Estimate and distance",
    modes: "Modes and quality",
    slope: "Slope at x̂ and pull on the fakes",
    strip: "Slopes at the points x̂; the line marks 1",
    rounds: "round",
    noModes: "This law has no modes to count.",
  },

  panels: { settings: "Settings", breaking: "Break it", tasks: "Experiments" },

  settings: {
    lead: "Every change starts the run afresh, from the same seed.",
    side: "Settings of",
    sides: { left: "the left run", right: "the right run" },
    shared: "Data and seed are the same for both runs.",
    data: {
      label: "Data",
      choices: {
        "ring": "ring of 8 modes", "grid": "grid of 25 modes", "swiss-roll": "Swiss roll",
        "two-lines": "two lines", "one-point": "one point", "drawn": "draw your own",
      },
    },
    objective: {
      label: "Objective",
      choices: {
        "gan": "GAN", "non-saturating-gan": "GAN, non-saturating", "wgan": "WGAN, clipped",
        "wgan-gp": "WGAN-GP", "wgan-gp-one-sided": "WGAN-GP, one-sided",
        "zero-centred": "penalty centred at 0",
      },
    },
    criticSteps: { label: "Critic steps a round", short: (v) => `critic steps: ${v}` },
    optimiser: { label: "Optimiser", short: (v) => v, choices: { adam: "Adam", rmsprop: "RMSprop" } },
    rate: { label: "Learning rate", short: (v) => `rate ${v}` },
    momentum: { label: "Momentum β₁ (Adam)", short: (v) => `β₁ = ${v}` },
    clip: { label: "Clip c (WGAN)", short: (v) => `c = ${v}` },
    penalty: { label: "Penalty weight λ", short: (v) => `λ = ${v}` },
    batch: { label: "Batch size", short: (v) => `batch ${v}` },
    width: { label: "Hidden width", short: (v) => `width ${v}` },
    activation: {
      label: "Activation",
      short: (v) => v,
      choices: { "relu": "ReLU", "leaky-relu": "leaky ReLU" },
    },
    seed: { label: "Seed" },
    faults: {
      choice: (label, { choices }) => `${label}: choose one of ${choices.join(", ")}.`,
      number: (label) => `${label} must be a number.`,
      whole: (label) => `${label} must be a whole number.`,
      range: (label, { least, most }) => `${label} must lie between ${least} and ${most}.`,
    },
    kept: (value) => `Still ${value}.`,
  },

  drawing: {
    pen: "Draw on the map, with mouse or finger. By keyboard: the arrow keys move the pen, Enter sets a point.",
    clear: "Clear the drawing",
    count: (n) => `${n} of 200 points drawn.`,
    full: "The drawing is full: 200 points are the most. Clear it to begin again.",
    from: "Begin with a heart",
  },

  bugs: {
    lead: "Mistakes that stand in public code. A switch sets up a run on which its symptom shows.",
    watch: "Watch:",
    lesson: (number, section) => `Lesson ${number}, “${section}”`,
    unfit: "has no effect in this objective",
    "no-clip": {
      name: "No clip",
      watch: "slope and estimate climb without end, while the distance stays where it was.",
      section: "Fourth ward: the clip",
    },
    "clip-before": {
      name: "Clip before the step",
      watch: "the largest weight lies above the clip: the generator meets a critic that is not clipped.",
      section: "Fourth ward: the clip",
    },
    "one-epsilon": {
      name: "One ε for the batch",
      watch: "all points x̂ are equally far on their segments, now near the real end, now near the fakes: their spread is 0 and not 0.29. The curves hardly tell.",
      section: "One ε per sample",
    },
    "batch-norm-of-slopes": {
      name: "Norm over the batch",
      watch: "the mean slope sinks far below 1: the whole batch shares a norm of 1.",
      section: "The norm: over one sample, and over nothing else",
    },
    "bare-root": {
      name: "Bare root",
      watch: "all goes well until a layer dies somewhere; there the slope is 0, and everything is NaN in one step.",
      section: "A grain of sand under the root",
    },
    "sign-of-generator": {
      name: "Sign flipped for G",
      watch: "the arrows point away from the data, and the fakes leave the map.",
      section: "Third ward: the signs",
    },
    "sigmoid": {
      name: "Sigmoid on the critic",
      watch: "the estimate cannot reach 1, and stays far below the distance while the laws are apart.",
      section: "Fifth ward: the critic",
    },
    "one-critic-step": {
      name: "One critic step",
      watch: "the estimate swings above and below 0: the critic runs after a generator that has moved on.",
      section: "What breaks",
    },
    "huge-penalty": {
      name: "Huge λ",
      watch: "the slope is 1 everywhere, but seldom points to the data: the estimate often has the wrong sign, and the distance stays large.",
      section: "What breaks",
    },
    "stale-fakes": {
      name: "Fakes not refreshed",
      watch: "the critic knows only the fakes of the first step; the real fakes run past the data and off.",
      section: "The algorithm, from the library",
    },
  },

  tasks: {
    lead: "Predict first, then press play.",
    set: "Set it up",
    predict: "Predict:",
    watch: "Look at:",
    "by-hand": {
      title: "1. A critic, step by step",
      predict: "The generator rests. What happens to the slopes, and to the critic’s estimate, while only the critic steps?",
      watch: "press “Critic step” sixty times: the slopes gather near 1, and the estimate climbs towards the exact distance. Then one generator step, and look again.",
    },
    "disjoint": {
      title: "2. Two laws that do not touch",
      predict: "Both critics take twenty steps a round. Whose generator arrives at the point?",
      watch: "the pull on the fakes. Left, a sure discriminator leaves none for long stretches; right, it stays near 1.",
    },
    "meaning": {
      title: "3. Does the loss mean something?",
      predict: "In which run does the critic’s estimate fall when the samples get better?",
      watch: "estimate and distance: left the estimate rises all the time, right the two fall together.",
    },
    "hopping": {
      title: "4. From mode to mode",
      predict: "One critic step and a lot of momentum: will the left fakes settle on a mode?",
      watch: "where the fakes are, every fifty rounds or so, and how many modes they cover.",
    },
    "small-clip": {
      title: "5. A clip that is too small",
      predict: "The left clip is a tenth of the right one. By how much is the left slope smaller?",
      watch: "the mean slope. A clip counts once for each of the three layers.",
    },
    "no-penalty": {
      title: "6. λ = 0",
      predict: "Nothing holds the left critic. What will its estimate show after 300 rounds?",
      watch: "estimate and mean slope: tens and hundreds, for a distance that is below 3.",
    },
    "tearing": {
      title: "7. A map that cannot tear",
      predict: "The data are two lines, the latent law is one heap. What lies between the lines in the end?",
      watch: "the latent grid: it stretches between the lines, and a few fakes always lie there.",
    },
    "weak-critic": {
      title: "8. A critic that is behind",
      predict: "Left the critic takes one step a round, right five. Where does the estimate deserve its name?",
      watch: "the sign of the left estimate. A distance is never negative.",
    },
  },

  said: {
    reset: "The run starts afresh.",
    changed: (label, value) => `${label}: ${value}. The run starts afresh.`,
    bugOn: (name, changes) => `${name} is on.${changes ? ` Set with it: ${changes}.` : ""}`,
    bugOff: (name) => `${name} is off.`,
    task: (title) => `${title} is set up. Predict, then press play.`,
    compare: (left, right) => `Left ${left}, right ${right}, from the same seed.`,
    single: "One run.",
    address: (faults) => `The link asked for something that cannot be; there the usual setting stands. ${faults}`,
    unknown: (name) => `There is no setting “${name}”.`,
  },

  troubles: {
    diverged: {
      title: (round) => `The numbers ran away in round ${round}.`,
      text: (what) =>
        `The ${what} is larger than 10¹², or no number at all. The map shows the last sound moment.`,
      advice: "Lower the learning rate, or switch the bug off; then press Reset.",
      parts: { criticLoss: "critic’s loss or one of its weights", generatorLoss: "generator’s loss or one of its weights" },
    },
    "no-points": {
      title: () => "There is nothing to learn yet.",
      text: () => "A drawn law needs at least one point.",
      advice: "Draw on the map, or choose other data.",
      parts: {},
    },
    crashed: {
      title: () => "The engine stopped.",
      text: (what) => `The browser says: ${what}`,
      advice: "Press Reset to start it again.",
      parts: {},
    },
    button: "Reset",
  },
};
