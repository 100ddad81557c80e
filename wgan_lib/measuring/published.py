"""What Korotin, Kolesov, Burnaev 2022 report of critics on funnel pairs: to be drawn beside ours.

Their pairs with 16 funnels are of the law of ``funnels.FunnelPair``, and not the same pairs. Their
critics are larger and were trained longer: batches of 1,024, λ = 10, Adam at 2e-4.
"""

from wgan_lib.ground.arguments import one_of

DIMENSIONS = (2, 4, 8, 16, 32, 64, 128)
W1 = (0.47, 1.00, 1.59, 1.74, 1.67, 1.36, 1.07)

# By the names of our contestants: estimates of W1, and cosines with the true gradient.
ESTIMATES = {
    "clipping": (0.04, 0.19, 0.60, 1.59, 1.00, 1.31, 5.91),
    "penalty": (0.42, 1.06, 1.70, 1.81, 1.71, 1.09, 0.92),
    "one-sided": (0.48, 1.06, 1.66, 1.81, 1.61, 1.15, 0.87),
    "spectral-relu": (0.08, 0.18, 0.34, 0.46, 0.29, 0.32, 0.29),
    "cayley": (0.28, 0.56, 1.04, 1.46, 1.52, 1.37, 0.98),  # orthogonal, GroupSort
    "c-transform": (0.47, 1.01, 1.82, 2.54, 3.16, 3.58, 3.91),
}
COSINES = {
    "clipping": (0.07, 0.09, 0.21, 0.24, 0.20, 0.20, 0.21),
    "penalty": (0.68, 0.86, 0.92, 0.91, 0.90, 0.75, 0.80),
    "one-sided": (0.81, 0.90, 0.92, 0.92, 0.90, 0.76, 0.75),
    "spectral-relu": (0.16, 0.24, 0.26, 0.25, 0.22, 0.22, 0.23),
    "cayley": (0.69, 0.73, 0.75, 0.85, 0.94, 0.95, 0.92),
    "c-transform": (0.80, 0.90, 0.87, 0.69, 0.61, 0.60, 0.47),
}


def table(column: str) -> dict[str, dict[int, list[float]]]:
    """By contestant and dimension, in a list of one: "ratio", the estimate over W₁, or "cosine"."""
    one_of("column", column, ("ratio", "cosine"))
    rows, units = (ESTIMATES, W1) if column == "ratio" else (COSINES, [1.0] * len(W1))
    return {
        name: {d: [number / unit] for d, number, unit in zip(DIMENSIONS, row, units, strict=True)}
        for name, row in rows.items()
    }
