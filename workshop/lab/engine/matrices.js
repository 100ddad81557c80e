// Three products are all that dense networks need. Matrices lie row after row in one flat array.

/** out (rows×outputs) = a (rows×inputs) · weightsᵀ + biases; weights are outputs×inputs. */
export function timesTransposed(a, weights, biases, rows, inputs, outputs, out) {
  const fours = outputs - (outputs % 4);
  for (let row = 0; row < rows; row++) {
    const from = row * inputs;
    const to = row * outputs;
    let j = 0;
    // Four sums at once: each number of `a` is read once for all of them.
    for (; j < fours; j += 4) {
      const w0 = j * inputs;
      const w1 = w0 + inputs;
      const w2 = w1 + inputs;
      const w3 = w2 + inputs;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < inputs; i++) {
        const x = a[from + i];
        s0 += x * weights[w0 + i];
        s1 += x * weights[w1 + i];
        s2 += x * weights[w2 + i];
        s3 += x * weights[w3 + i];
      }
      out[to + j] = s0;
      out[to + j + 1] = s1;
      out[to + j + 2] = s2;
      out[to + j + 3] = s3;
    }
    for (; j < outputs; j++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += a[from + i] * weights[j * inputs + i];
      out[to + j] = sum;
    }
    if (biases) for (j = 0; j < outputs; j++) out[to + j] += biases[j];
  }
}

/** out (rows×inputs) = d (rows×outputs) · weights (outputs×inputs). */
export function times(d, weights, rows, inputs, outputs, out) {
  out.fill(0, 0, rows * inputs);
  for (let row = 0; row < rows; row++) {
    const to = row * inputs;
    for (let j = 0; j < outputs; j++) {
      const factor = d[row * outputs + j];
      if (factor === 0) continue; // a ReLU that is off: about half of them are
      const w = j * inputs;
      for (let i = 0; i < inputs; i++) out[to + i] += factor * weights[w + i];
    }
  }
}

/** sums (outputs×inputs) += dᵀ · a, with d rows×outputs and a rows×inputs. */
export function addOuter(d, a, rows, inputs, outputs, sums) {
  for (let row = 0; row < rows; row++) {
    const from = row * inputs;
    for (let j = 0; j < outputs; j++) {
      const factor = d[row * outputs + j];
      if (factor === 0) continue;
      const to = j * inputs;
      for (let i = 0; i < inputs; i++) sums[to + i] += factor * a[from + i];
    }
  }
}
