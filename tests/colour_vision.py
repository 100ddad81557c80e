"""How colours look to people who do not see all of them, and how far apart two colours look.

The matrices are those of Machado, Oliveira and Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009), table 1, severity 1; they act on linear
RGB. The difference is CIEDE2000: Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula",
Color Research and Application 30 (2005), whose test data are in test_accessibility.py.
"""

from __future__ import annotations

import math

import numpy as np

DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)


def linear(colour: str) -> np.ndarray:
    """A colour like "#0072B2" as linear RGB, each from 0 to 1."""
    coded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def seen(colour: str, deficiency: str = "none") -> np.ndarray:
    """The colour in CIELAB, as someone with this deficiency sees it."""
    rgb = np.clip(DEFICIENCIES[deficiency] @ linear(colour), 0, 1)
    ratio = _TO_XYZ @ rgb / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, deficiency: str = "none") -> float:
    """CIEDE2000 between two colours under a deficiency; about 1 is the least that is noticed."""
    return ciede2000(seen(one, deficiency), seen(other, deficiency))


def contrast(one: str, other: str = "#FFFFFF") -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    bright = sorted(float(_TO_XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return bright[1] / bright[0]


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """The colour difference of the CIE, of the year 2000, between two points of CIELAB."""
    mean_chroma = (math.hypot(*one[1:]) + math.hypot(*other[1:])) / 2
    stretch = 1.5 - math.sqrt(mean_chroma**7 / (mean_chroma**7 + 25**7)) / 2
    (l1, c1, h1), (l2, c2, h2) = (_polar(each, stretch) for each in (one, other))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * _sin(turn / 2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = (h1 + h2 if c1 * c2 == 0 else 2 * h1 + turn) / 2 % 360
    t = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue)
    t += 0.32 * _cos(3 * hue + 6) - 0.20 * _cos(4 * hue - 63)
    s_l = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    swing = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    r = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * _sin(swing)
    parts = d_l / s_l, d_c / s_c, d_h / s_h
    return math.sqrt(sum(part**2 for part in parts) + r * parts[1] * parts[2])


def _polar(lab: np.ndarray, stretch: float) -> tuple[float, float, float]:
    a = lab[1] * stretch
    return float(lab[0]), math.hypot(a, lab[2]), math.degrees(math.atan2(lab[2], a)) % 360


def _sin(degrees: float) -> float:
    return math.sin(math.radians(degrees))


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))
