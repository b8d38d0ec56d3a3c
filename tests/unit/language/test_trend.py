"""What a formula comes to a moment later, and how its truth may change, against trying it at many values."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from sennit.expr import Expr, and_, constant, eq, evaluate, ite, le, lt, not_, or_, variable
from sennit.sort import BOOL, RealSort, Value
from sennit.trend import slope, sometime, soon, trend
from sennit.values import Values

D, A, B, C = (variable(name, RealSort()) for name in "dabc")
P = variable("p", BOOL)
ENV: dict[str, Value] = {"a": Fraction(2), "b": Fraction(-1), "c": Fraction(0), "p": True}


def number(rng: random.Random) -> Expr:
    """A number that is linear in d."""
    terms = [A, B, C, D, constant(Fraction(rng.randint(-3, 3))), A * D, ite(P, D, -D), 2 * D]
    return rng.choice(terms) + rng.choice(terms) - rng.choice(terms)


def formula(rng: random.Random, depth: int) -> Expr:
    """A comparison, or several put together."""
    if depth == 0:
        return rng.choice((lt, le, eq))(number(rng), number(rng))
    parts = [formula(rng, depth - 1) for _ in range(2)]
    return rng.choice((and_(*parts), or_(*parts), not_(parts[0]), ite(P, *parts)))


def truth(f: Expr, d: Fraction) -> bool:
    return evaluate(f, ENV | {"d": d}, Values()) is True


@pytest.mark.parametrize("seed", range(120))
def test_soon_is_what_holds_a_moment_later(seed: int) -> None:
    """And the trend allows every change that is seen."""
    rng = random.Random(seed)
    f = formula(rng, rng.randint(0, 3))
    assert truth(soon(f, "d"), Fraction(0)) is truth(f, Fraction(1, 10**6))
    shape = trend(f, "d")
    seen = [truth(f, Fraction(i, 12)) for i in range(12 * 8)]
    changes = {(x, y) for x, y in pairwise(seen) if x != y}
    assert (False, True) not in changes or shape.rises
    assert (True, False) not in changes or shape.falls


@pytest.mark.parametrize("seed", range(120))
def test_a_closed_formula_is_true_at_the_end_of_where_it_is(seed: int) -> None:
    """What falls and is closed is true up to some value and at it: no later value makes it true while this does not."""
    rng = random.Random(seed)
    f = formula(rng, rng.randint(0, 2))
    shape = trend(f, "d")
    for i in range(1, 12 * 8):
        before, at = truth(f, Fraction(i, 12) - Fraction(1, 10**6)), truth(f, Fraction(i, 12))
        assert not (shape.closed and not shape.rises and before and not at), f


def test_the_slope_of_a_product_is_its_other_factor() -> None:
    """Whatever that is: the bounds of its sort then say which way the comparison goes."""
    assert slope(A * D + B, "d") is A
    assert trend(variable("rate", RealSort(Fraction(0))) * D <= 3, "d").falls
    assert not trend(variable("rate", RealSort(Fraction(0))) * D <= 3, "d").rises


def test_sometime_is_true_where_some_value_above_0_will_do() -> None:
    """A bound that is reached leaves no time."""
    some = sometime((D > 0) & (A + D <= 3), "d")
    assert truth(some, Fraction(0))
    assert evaluate(some, ENV | {"a": Fraction(3)}, Values()) is False
