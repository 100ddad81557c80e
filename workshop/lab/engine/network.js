// Dense networks with ReLU or leaky ReLU, and the two gradients that a GAN needs of them.
//
// Such a network is straight between its kinks: s(x) = w₃ᵀ D₂ W₂ D₁ W₁ x + …, where D₁ and D₂ hold
// the masks (1 where a unit is on, 0 or the leaky slope where it is off). Its slope is the product
// ∇s = W₁ᵀ D₁ W₂ᵀ D₂ w₃, and the masks are constants: to differentiate the slope by the weights is
// to differentiate a product. The gradient penalty needs no second derivative.

import { addOuter, times, timesTransposed } from "./matrices.js";

/** Layers of the given widths, the last one bare. All weights lie in one array, `parameters`. */
export class Network {
  constructor(widths, leak = 0) {
    this.widths = widths;
    this.leak = leak;
    let size = 0;
    for (let l = 0; l + 1 < widths.length; l++) size += (widths[l] + 1) * widths[l + 1];
    this.parameters = new Float64Array(size);
    this.gradients = new Float64Array(size);
    this.layers = this.cut();
  }

  /** Views of each layer's weights (outputs×inputs) and biases, and of their gradients. */
  cut() {
    const layers = [];
    let at = 0;
    for (let l = 0; l + 1 < this.widths.length; l++) {
      const [inputs, outputs] = [this.widths[l], this.widths[l + 1]];
      const views = (array) => [
        array.subarray(at, at + inputs * outputs),
        array.subarray(at + inputs * outputs, at + (inputs + 1) * outputs),
      ];
      const [weights, biases] = views(this.parameters);
      const [weightGradients, biasGradients] = views(this.gradients);
      layers.push({ inputs, outputs, weights, biases, weightGradients, biasGradients });
      at += (inputs + 1) * outputs;
    }
    return layers;
  }

  /** Normal weights of variance 2/inputs, biases 0 (He et al. 2015). */
  initialise(random) {
    for (const { inputs, weights, biases } of this.layers) {
      const std = Math.sqrt(2 / inputs);
      for (let i = 0; i < weights.length; i++) weights[i] = std * random.normal();
      biases.fill(0);
    }
    return this;
  }

  /** A pass over `rows` points: its outputs, and all that the gradients need of it later. */
  forward(points, rows) {
    const pass = { rows, inputs: [points], masks: [], deltas: [] };
    for (const [l, layer] of this.layers.entries()) {
      const { inputs, outputs, weights, biases } = layer;
      const out = new Float64Array(rows * outputs);
      timesTransposed(pass.inputs[l], weights, biases, rows, inputs, outputs, out);
      if (l + 1 < this.layers.length) pass.masks.push(this.rectify(out));
      pass.inputs.push(out);
    }
    pass.outputs = pass.inputs.pop();
    return pass;
  }

  /** Applies the activation in place; returns its mask. */
  rectify(values) {
    const mask = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      mask[i] = values[i] > 0 ? 1 : this.leak;
      values[i] *= mask[i];
    }
    return mask;
  }

  /** The gradient by the inputs, for the gradients `d` by the outputs. Keeps those of each layer. */
  inputGradients(pass, d) {
    let delta = d;
    for (let l = this.layers.length - 1; ; l--) {
      pass.deltas[l] = delta;
      const { inputs, outputs, weights } = this.layers[l];
      const below = new Float64Array(pass.rows * inputs);
      times(delta, weights, pass.rows, inputs, outputs, below);
      if (l === 0) return below;
      multiply(below, pass.masks[l - 1]);
      delta = below;
    }
  }

  /** Adds the gradients by the weights; returns those by the inputs. */
  backward(pass, d) {
    const below = this.inputGradients(pass, d);
    for (const [l, layer] of this.layers.entries()) {
      const { inputs, outputs, weightGradients, biasGradients } = layer;
      addOuter(pass.deltas[l], pass.inputs[l], pass.rows, inputs, outputs, weightGradients);
      for (let i = 0; i < pass.deltas[l].length; i++) {
        biasGradients[i % outputs] += pass.deltas[l][i];
      }
    }
    return below;
  }

  /** The slope of the score at each point of the pass, rows×inputs. */
  slopes(pass) {
    return this.inputGradients(pass, new Float64Array(pass.rows).fill(1));
  }

  /**
   * Adds the gradients by the weights of Σₙ vₙ·∇s(xₙ), after `slopes` of the same pass. Each factor
   * of the product ∇s has the part below it (from v) on one side, the part above on the other.
   */
  slopesBackward(pass, v) {
    let carried = v;
    for (const [l, layer] of this.layers.entries()) {
      const { inputs, outputs, weights, weightGradients } = layer;
      addOuter(pass.deltas[l], carried, pass.rows, inputs, outputs, weightGradients);
      if (l + 1 === this.layers.length) return;
      const above = new Float64Array(pass.rows * outputs);
      timesTransposed(carried, weights, null, pass.rows, inputs, outputs, above);
      multiply(above, pass.masks[l]);
      carried = above;
    }
  }
}

function multiply(values, factors) {
  for (let i = 0; i < values.length; i++) values[i] *= factors[i];
}
