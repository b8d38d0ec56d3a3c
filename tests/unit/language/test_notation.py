"""Formulas print as a reader of the specification would write them."""

from __future__ import annotations

import pytest

from sennit import Expr, ite
from sennit.expr import variable
from sennit.notation import cell_names, notation
from sennit.sort import BOOL, ArraySort, EnumSort, IntSort
from sennit.words import count, implies

A, B, C = (variable(name, BOOL) for name in "abc")
N = variable("n", IntSort(0, 9))
COLOUR = variable("colour", EnumSort(("red", "blue")))
UP = variable("up", ArraySort((2,), BOOL))

WRITTEN = [
    (A & B & C, "a & b & c"),
    ((A | B) & C, "(a | b) & c"),
    (A | (B & C), "a | (b & c)"),
    (~(A & B), "~(a & b)"),
    (implies(A, B), "implies(a, b)"),
    (COLOUR == "red", "colour == 'red'"),
    (COLOUR != "red", "colour != 'red'"),
    ((N + 1) * 2 < 7, "(n + 1) * 2 < 7"),
    (N - (N - 1) <= 3, "n - (n - 1) <= 3"),
    ((N // 2) % 3 == 1, "n // 2 % 3 == 1"),
    (ite(A, N, 0) == 0, "ite(a, n, 0) == 0"),
    (UP[N] & UP[0], "up[n] & up[0]"),
    (count([A, B]) == 1, "count([a, b]) == 1"),
    (A == B, "a == b"),
    ((A == B) & C, "(a == b) & c"),
    (~((A == B) == C), "~((a == b) == c)"),
    (~(ite(A, N, 2) == ite(B, N, 3)), "ite(a, n, 2) != ite(b, n, 3)"),
]


@pytest.mark.parametrize(("formula", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_a_formula_prints_as_written(formula: Expr, text: str) -> None:
    """Brackets stand where they are needed and nowhere else."""
    assert notation(formula) == text


def test_a_printed_formula_means_what_it_says() -> None:
    """Reading the text back as Python gives the same formula."""
    names = {"a": A, "b": B, "c": C, "n": N, "colour": COLOUR, "up": UP, "ite": ite, "implies": implies, "count": count}
    for formula, text in WRITTEN:
        assert eval(text, {}, names) is formula


def test_a_formula_that_shares_its_parts_prints_in_bounded_space() -> None:
    """Forty doublings would be a terabyte of text."""
    formula = N
    for _ in range(40):
        formula = ite(A, formula + formula, formula * 2)
    assert len(notation(formula)) < 10_000


def test_cells_have_names() -> None:
    """Row-major, as they are written in a specification."""
    assert cell_names("m", ArraySort((2, 2), BOOL)) == ["m[0, 0]", "m[0, 1]", "m[1, 0]", "m[1, 1]"]
