// Random numbers that a seed fixes: the same on every machine and in every browser.

/** xoshiro128** (Blackman and Vigna 2018), its four words filled from a seed by splitmix. */
export class Random {
  constructor(seed) {
    let word = Math.floor(seed) >>> 0;
    const next = () => {
      word = (word + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.words = Uint32Array.from([next(), next(), next(), next()]);
    this.spare = null;
  }

  /** Another source, of which this one knows nothing: drawing from it changes nothing here. */
  static of(seed, stream) {
    return new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b));
  }

  /** A whole number below 2³². */
  word() {
    const w = this.words;
    const rotated = Math.imul(w[1], 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const shifted = w[1] << 9;
    w[2] ^= w[0];
    w[3] ^= w[1];
    w[1] ^= w[2];
    w[0] ^= w[3];
    w[2] ^= shifted;
    w[3] = (w[3] << 11) | (w[3] >>> 21);
    return result;
  }

  /** A number in [0, 1), with 32 random bits. */
  uniform() {
    return this.word() / 4294967296;
  }

  /** A whole number below n. */
  below(n) {
    return Math.floor(this.uniform() * n);
  }

  /** A standard normal number (Box and Muller 1958, the polar form). */
  normal() {
    if (this.spare !== null) {
      const kept = this.spare;
      this.spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.spare = y * factor;
        return x * factor;
      }
    }
  }

  /** n standard normal numbers. */
  normals(n) {
    return Float64Array.from({ length: n }, () => this.normal());
  }

  /** n numbers in [0, 1). */
  uniforms(n) {
    return Float64Array.from({ length: n }, () => this.uniform());
  }
}
