// The exact Wasserstein distance of two samples of the same size: the cheapest way to pair them.

/**
 * For n×n costs, the column that each row gets in the cheapest pairing. Shortest augmenting paths
 * with potentials (Kuhn 1955; Jonker and Volgenant 1987), in time n³.
 */
export function cheapestPairing(costs, n) {
  const rowPotential = new Float64Array(n + 1);
  const columnPotential = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1); // of each column, counted from 1; 0 is none
  for (let row = 1; row <= n; row++) augment(costs, n, row, rowPotential, columnPotential, rowOf);
  const columnOf = new Int32Array(n);
  for (let column = 1; column <= n; column++) columnOf[rowOf[column] - 1] = column - 1;
  return columnOf;
}

/** Lets one more row join, along the cheapest path of swaps. */
function augment(costs, n, row, u, v, rowOf) {
  const cheapest = new Float64Array(n + 1).fill(Infinity);
  const cameFrom = new Int32Array(n + 1);
  const done = new Uint8Array(n + 1);
  rowOf[0] = row;
  let column = 0;
  do {
    done[column] = 1;
    const here = rowOf[column];
    let step = Infinity;
    let next = 0;
    for (let j = 1; j <= n; j++) {
      if (done[j]) continue;
      const reduced = costs[(here - 1) * n + j - 1] - u[here] - v[j];
      if (reduced < cheapest[j]) {
        cheapest[j] = reduced;
        cameFrom[j] = column;
      }
      if (cheapest[j] < step) {
        step = cheapest[j];
        next = j;
      }
    }
    for (let j = 0; j <= n; j++) {
      if (done[j]) {
        u[rowOf[j]] += step;
        v[j] -= step;
      } else {
        cheapest[j] -= step;
      }
    }
    column = next;
  } while (rowOf[column] !== 0);
  for (; column !== 0; column = cameFrom[column]) rowOf[column] = rowOf[cameFrom[column]];
}

/** W₁ of two samples of n points in the plane (n×2 each), exactly. NaN where a point is not finite. */
export function wasserstein(x, y) {
  const n = x.length / 2;
  if (![...x, ...y].every(Number.isFinite)) return NaN;
  const costs = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      costs[i * n + j] = Math.hypot(x[2 * i] - y[2 * j], x[2 * i + 1] - y[2 * j + 1]);
    }
  }
  return cheapestPairing(costs, n).reduce((sum, j, i) => sum + costs[i * n + j] / n, 0);
}
