// Lines of equal height on a square table of numbers (marching squares).

// For each of the 16 ways in which a level can cut a cell: the sides that its line joins.
// Corners count 1, 2, 4, 8 from the top left clockwise; sides are top, right, bottom, left.
const CUTS = [
  [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]],
  [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
];

/** Calls line(x0, y0, x1, y1), in cells, for each piece of the level's line. */
export function contour(table, side, level, line) {
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = row * side + column;
      const corners = [table[at], table[at + 1], table[at + side + 1], table[at + side]];
      const kind = corners.reduce((sum, height, i) => sum + (height > level ? 1 << i : 0), 0);
      for (const ends of CUTS[kind]) {
        const [from, to] = ends.map((end) => crossing(corners, end, level, column, row));
        line(from[0], from[1], to[0], to[1]);
      }
    }
  }
}

/** Where the level crosses a side of the cell. */
function crossing([topLeft, topRight, bottomRight, bottomLeft], end, level, x, y) {
  const share = (a, b) => (level - a) / (b - a);
  if (end === 0) return [x + share(topLeft, topRight), y];
  if (end === 1) return [x + 1, y + share(topRight, bottomRight)];
  if (end === 2) return [x + share(bottomLeft, bottomRight), y + 1];
  return [x, y + share(topLeft, bottomLeft)];
}
