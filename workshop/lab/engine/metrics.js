// How good samples are, by the rules of the course.

/**
 * Modes covered and the share of high-quality samples (Srivastava et al. 2017, sec. 4.1): within
 * three standard deviations of the nearest mode. null where the law has no modes.
 */
export function modeCoverage(samples, { modes, std }) {
  if (!modes) return null;
  const counts = new Array(modes.length).fill(0);
  let good = 0;
  for (let i = 0; i < samples.length; i += 2) {
    const [nearest, distance] = nearestOf(modes, samples[i], samples[i + 1]);
    if (distance <= 3 * std) {
      good += 1;
      counts[nearest] += 1;
    }
  }
  const covered = counts.filter((count) => count > 0).length;
  return { covered, total: modes.length, highQuality: (2 * good) / samples.length, counts };
}

function nearestOf(modes, x, y) {
  let [nearest, least] = [0, Infinity];
  for (let m = 0; m < modes.length; m++) {
    const distance = Math.hypot(x - modes[m][0], y - modes[m][1]);
    if (distance < least) [nearest, least] = [m, distance];
  }
  return [nearest, least];
}

/** The largest absolute value. */
export const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** The mean of numbers. */
export const average = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;
