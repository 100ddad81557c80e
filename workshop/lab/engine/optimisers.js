// Adam and RMSprop, as the course's library steps: the same numbers, to the last digits but few.

const EPSILON = 1e-8;

/** Adam (Kingma and Ba 2015); ε is added after the correction, as in PyTorch. */
export class Adam {
  constructor(network, rate, betas = [0, 0.9]) {
    this.network = network;
    this.rate = rate;
    this.betas = betas;
    this.steps = 0;
    this.mean = new Float64Array(network.parameters.length);
    this.square = new Float64Array(network.parameters.length);
  }

  step() {
    const { parameters, gradients } = this.network;
    const [beta1, beta2] = this.betas;
    const [correction1, correction2] = this.corrections();
    const size = this.rate / correction1;
    const root = Math.sqrt(correction2);
    for (let i = 0; i < parameters.length; i++) {
      const g = gradients[i];
      this.mean[i] += (1 - beta1) * (g - this.mean[i]);
      this.square[i] = beta2 * this.square[i] + (1 - beta2) * g * g;
      parameters[i] -= (size * this.mean[i]) / (Math.sqrt(this.square[i]) / root + EPSILON);
    }
  }

  /** What makes up for two averages that began at 0. */
  corrections() {
    this.steps += 1;
    return this.betas.map((beta) => 1 - beta ** this.steps);
  }
}

/** RMSprop with decay 0.99: Adam with β₁ = 0 that corrects nothing. */
export class RMSprop extends Adam {
  constructor(network, rate) {
    super(network, rate, [0, 0.99]);
  }

  corrections() {
    return [1, 1];
  }
}
