"""Values that stand in a text: on the command line, and in the labels of a checkpoint."""

from __future__ import annotations

import ast
import warnings
from typing import Any

LONGEST = 1000  # characters; a parser gives up on deep brackets, each in its own way


def literal(text: str, name: str = "value") -> Any:
    """The Python literal that a text is, such as 3, 1e-4, None or (0.5, 0.9).

    Raises ValueError for any other text, and for one of more than 1,000 characters.
    """
    wanted = f"{name} must be a Python literal such as 3, 'adam' or (0.5, 0.9)"
    if len(text) > LONGEST:
        raise ValueError(f"{wanted} of at most {LONGEST:,} characters, got {len(text):,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "0or" makes Python's own parser speak
            return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"{wanted}, got {text[:80]!r}") from error
