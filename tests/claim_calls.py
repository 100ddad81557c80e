"""Every call of `claim` in a lesson, and what its sentence says that its checks do not.

A number in a sentence must be filled in, or stand in the code of the call's checks: then sentence
and check cannot drift apart. Read as numbers are figures (6,561, 0.02, 10⁻⁹, 2 %, ½) and the words
for parts and multiples (a third, twice, ten times, a million). Names are none: W₁, float32, 2-D,
28 × 28, N(0, 1), Figure 2, and code in backticks. How many of how many, and the number of seeds,
are always filled in; and a claim about stored runs says that they are stored.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import string
from collections.abc import Iterator, Sequence
from typing import NamedTuple

FIELD = "□"  # where a sentence is filled
STORED = {"load_study", "stored_runs"}  # what is not made in the lesson comes from these
_TOKEN = re.compile(
    r"""(?P<code>`[^`]*`)
    |(?P<reference>\b(?:section|figure|example|theorem|proposition|equation|lesson)s?\ \d+\w*)
    |(?P<call>[^\W\d_]\w*\((?:[^()]|\([^()]*\))*\))
    |(?P<dimension>\d+(?:\ ×\ \d+)+|\d+(?=-[^\W\d]))
    |10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    |(?P<figure>\d+(?:,\d{3})*(?:\.\d+)?)(?P<percent>\ ?%)?
    |(?P<part>[½⅓⅔¼¾⅕⅛])
    |(?P<times>[^\W\d_]+)(?=\ times)
    |(?P<word>[^\W\d_]\w*)""",
    re.VERBOSE | re.IGNORECASE,
)
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_PARTS = {"½": 2, "⅓": 3, "⅔": 3, "¼": 4, "¾": 4, "⅕": 5, "⅛": 8}
_NAMED = ("four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TIMES = {"three": 3, **dict(zip(_NAMED, range(4, 13), strict=True)), "fifteen": 15, "sixteen": 16}
_WORDS = {
    **dict.fromkeys(("half", "halves", "twice", "double", "doubles"), 2),
    **dict.fromkeys(("third", "thirds"), 3),
    **dict.fromkeys(("quarter", "quarters"), 4),
    **{"fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10, "twentieth": 20},
    **dict.fromkeys(("hundred", "hundredth", "hundreds"), 100),
    **dict.fromkeys(("thousand", "thousandth", "thousands"), 1000),
    **dict.fromkeys(("million", "millionth", "millions"), 10**6),
}
_COUNT = re.compile(r"\b(\d[\d,]*) of (?:\1\b|\d+ (?:stored )?(?:seeds|runs)\b)|\b\d+ seeds\b")
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


class Call(NamedTuple):
    """One call of `claim`, and the names that held stored runs when it was made."""

    node: ast.Call
    stored: frozenset[str]

    @property
    def checks(self) -> list[ast.expr]:
        return self.node.args[1:]

    @property
    def settings(self) -> list[ast.keyword]:
        return [each for each in self.node.keywords if each.arg != "source"]


def faults(cells: Sequence[str]) -> Iterator[str]:
    """Takes the code cells of a lesson, yields a line for each fault of a claim in them."""
    for call in calls(cells):
        sentence = literal_part(call.node.args[0])
        if sentence is None:
            yield f"{ast.unparse(call.node.args[0])}: the sentence must be written in the call"
            continue
        for fault in _faults(call, sentence):
            yield f"“{sentence}”: {fault}"


def _faults(call: Call, sentence: str) -> Iterator[str]:
    there = set().union(*map(numbers_in_code, call.checks))
    for count in _COUNT.finditer(sentence):
        yield f"“{count[0]}” is typed: `seeds` or `every` fills it in"
    for said, values in numbers_in_words(_COUNT.sub(FIELD, sentence)):
        if not any(math.isclose(value, number) for value in values for number in there):
            yield f"“{said}” is neither filled in nor in its check"
    for each in call.settings:
        if isinstance(each.value, ast.Constant):
            yield f"`{each.arg}` is typed: give the name that the cells above gave it"
    if _names(call.checks) & call.stored and not _says_stored(call, sentence):
        yield "it is about stored runs and must say so"


def numbers_in_words(sentence: str) -> Iterator[tuple[str, set[float]]]:
    """Each number that a sentence names, as it stands there, and the values that may check it."""
    for token in _TOKEN.finditer(sentence):
        if values := _values(token):
            yield token[0], values


def _values(token: re.Match) -> set[float]:
    word = (token["times"] or token["word"] or "").lower()
    named = _PARTS.get(token["part"]) or (token["times"] and _TIMES.get(word)) or _WORDS.get(word)
    if token["power"]:
        return {10.0 ** int(token["power"].translate(_POWERS))}
    if token["figure"]:
        value = float(token["figure"].replace(",", ""))
        return {value, value / 100} if token["percent"] else {value}
    return {float(named), 1 / named} if named else set()


def numbers_in_code(node: ast.AST) -> set[float]:
    """The size of each number in the code, in its strings, and of what is worked out from them."""
    found: set[float] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found |= {value for _, values in numbers_in_words(each.value) for value in values}
        elif (value := _constant(each)) is not None:
            found.add(abs(value))
    return found


def _constant(node: ast.AST) -> float | None:
    """The value of an expression that holds numbers alone, as 1 - 0.15 does, or None."""
    if isinstance(node, ast.Constant):
        wanted = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        return float(node.value) if wanted else None
    sides = {ast.BinOp: ("left", "right"), ast.UnaryOp: ("operand",)}.get(type(node), ())
    values = [_constant(getattr(node, side)) for side in sides]
    if not values or None in values or type(node.op) not in _OPERATIONS:
        return None
    try:
        return float(_OPERATIONS[type(node.op)](*values))
    except ArithmeticError:
        return None


def literal_part(text: ast.expr) -> str | None:
    """What is typed in a sentence, with a □ for each field; None when it is not written there."""
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return _without_fields(text.value)
    if isinstance(text, ast.JoinedStr):
        parts = [each.value if isinstance(each, ast.Constant) else FIELD for each in text.values]
        return _without_fields("".join(parts))
    return None


def _without_fields(text: str) -> str:
    parsed = string.Formatter().parse(text)
    return "".join(typed + FIELD * (name is not None) for typed, name, _, _ in parsed)


def calls(cells: Sequence[str]) -> Iterator[Call]:
    """The calls of `claim` in the code cells of a lesson, in their order."""
    stored: set[str] = set(STORED)
    for statement in (each for cell in cells for each in ast.parse(cell).body):
        _follow(statement, stored)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim":
                yield Call(node, frozenset(stored))


def _follow(statement: ast.stmt, stored: set[str]) -> None:
    """Bring `stored` up to date: the names that come, by however many steps, from stored runs."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        _bound(stored, {statement.name}, statement.body)  # what it names within is its own
        return
    if isinstance(statement, ast.Assign):
        _bound(stored, set().union(*map(_targets, statement.targets)), [statement.value])
    elif isinstance(statement, ast.For):
        _bound(stored, _targets(statement.target), [statement.iter])
    for inner in ast.iter_child_nodes(statement):
        if isinstance(inner, ast.stmt):
            _follow(inner, stored)


def _bound(stored: set[str], names: set[str], to: Sequence[ast.AST]) -> None:
    if _names(to) & stored:
        stored |= names
    else:
        stored -= names - STORED


def _targets(target: ast.expr) -> set[str]:
    return {
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _names(nodes: Sequence[ast.AST]) -> set[str]:
    """The names in the code, and those of STORED also where they are asked of a module."""
    inside = [node for each in nodes for node in ast.walk(each)]
    asked = {node.attr for node in inside if isinstance(node, ast.Attribute)}
    return {node.id for node in inside if isinstance(node, ast.Name)} | (asked & STORED)


def _says_stored(call: Call, sentence: str) -> bool:
    filled = any(
        isinstance(node, ast.keyword) and node.arg == "stored"
        for each in call.checks
        for node in ast.walk(each)
    )
    return filled or "stored" in sentence
