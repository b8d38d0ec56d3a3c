"""Clocks: one rule by which all grow, as far as limits and urgent rules let it, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import pytest

from sennit import (
    ANY,
    Array,
    Clock,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Misuse,
    Real,
    Switch,
    System,
    count,
    forall,
    implies,
    ite,
    limit,
    rule,
    true,
)
from sennit.expr import is_true
from sennit.machine import State

HALF = Fraction(1, 2)


class Kettle(System):
    """It boils within three minutes, and is poured at once; a cup cools meanwhile."""

    cup = Index(2)
    slack = Const(Real(0, 2))
    state = Enum("off", "heating", "boiling", init="off")
    since = Clock()
    cooling = Array(cup, Clock())

    @limit
    def boils_in_time(self) -> Expr:
        """Three minutes and some."""
        return implies(self.state == "heating", self.since <= 3 + self.slack)

    @rule(by="cook")
    def start(self) -> None:
        """Switched on."""
        self.require(self.state == "off")
        self.state = "heating"
        self.since = 0

    @rule(by="kettle")
    def boil(self) -> None:
        """It boils."""
        self.require(self.state == "heating", self.since >= 2)
        self.state = "boiling"

    @rule(by="cook", urgent=True, c=cup)
    def pour(self, c: Expr) -> None:
        """Poured into a cup."""
        self.require(self.state == "boiling")
        self.state = "off"
        self.cooling[c] = 0


def state(name: str, since: Fraction, first: Fraction = HALF, second: Fraction = Fraction(7)) -> State:
    """A state of the kettle with a slack of 1."""
    return (Fraction(1), name, since, (first, second))


def elapsed(before: State, d: Fraction) -> State | None:
    return Kettle().machine.step(before, "elapse", (d,))


def test_all_clocks_grow_together_and_by_nothing_else() -> None:
    """A step of time adds the same to each clock, cell by cell, and leaves all else as it was."""
    assert elapsed(state("off", HALF), HALF) == state("off", Fraction(1), Fraction(1), Fraction(15, 2))
    assert Kettle().machine.clocks == ("since", "cooling")


def test_time_passes_by_more_than_nothing() -> None:
    """A step of no time, or back in time, is none."""
    assert elapsed(state("off", HALF), Fraction(0)) is None
    assert elapsed(state("off", HALF), -HALF) is None


def test_time_passes_up_to_a_limit_and_no_further() -> None:
    """To the very bound, three and one; not past it. In other locations the limit says nothing."""
    assert elapsed(state("heating", Fraction(2)), Fraction(2)) is not None
    assert elapsed(state("heating", Fraction(2)), Fraction(2) + HALF) is None
    assert elapsed(state("heating", Fraction(4)), Fraction(1, 1000)) is None
    assert elapsed(state("off", Fraction(9)), Fraction(1000)) is not None


def test_time_waits_for_what_is_urgent() -> None:
    """While the kettle can be poured no time passes at all."""
    assert elapsed(state("boiling", Fraction(2)), Fraction(1, 1000)) is None


def test_a_clock_starts_at_0_or_where_it_is_told_to() -> None:
    """And may start anywhere."""

    class Started(System):
        """Three clocks."""

        zero = Clock()
        later = Clock(init=HALF)
        anywhere = Clock(init=ANY)

    assert [v.start for v in Started().machine.variables] == [0, HALF, None]


def test_clocks_stay_in_their_range_by_their_types() -> None:
    """No claim `in_range` has to be shown for them."""
    assert is_true(Kettle().machine.in_range)


def test_stuck_is_where_no_rule_fires_and_no_time_passes() -> None:
    """Time can pass right up to the limit; at the limit something must happen, and if nothing can, that is seen."""

    class Jammed(System):
        """A kettle that boils too late, if at all."""

        late = Switch(on=True)
        state = Enum("heating", "boiling", init="heating")
        since = Clock()

        @limit
        def three(self) -> Expr:
            """Three minutes."""
            return implies(self.state == "heating", self.since <= 3)

        @rule(by="kettle")
        def boil(self) -> None:
            """It boils."""
            self.require(self.state == "heating", self.since >= (4 if self.late else 3))
            self.state = "boiling"

    for late in (True, False):
        machine = Jammed.at(late=late).machine
        assert machine.holds(machine.stuck, ("heating", Fraction(3))) is late
        assert not machine.holds(machine.stuck, ("heating", Fraction(3) - HALF))
        assert not machine.holds(machine.stuck, ("boiling", Fraction(3)))


def test_stuck_agrees_with_trying_a_moment() -> None:
    """Where `stuck` is false and no rule fires, a small enough step of time is one; where it is true, none is."""
    machine = Kettle().machine
    for name in ("off", "heating", "boiling"):
        for quarters in range(24):
            now = state(name, Fraction(quarters, 4))
            others = [r for r in machine.rules if not r.passes_time]
            moves = any(machine.step(now, r.name, (0,) * len(r.params)) is not None for r in others)
            waits = machine.step(now, "elapse", (Fraction(1, 10**9),)) is not None
            assert machine.holds(machine.stuck, now) is (not moves and not waits), now


def test_what_no_rule_assigns_stays_as_the_start_says() -> None:
    """The parts of the initial states that speak of constants alone are kept apart."""

    class Bounded(System):
        """Two constants and a clock."""

        low = Const(Real(0))
        high = Const(Real(0))
        x = Clock(init=ANY)

        def initially(self) -> Expr:
            """In order, and early."""
            return (self.low < self.high) & (self.x <= self.low)

    machine = Bounded().machine
    assert machine.holds(machine.rigid, (Fraction(1), Fraction(2), Fraction(99)))
    assert not machine.holds(machine.rigid, (Fraction(2), Fraction(1), Fraction(0)))


# -- what is refused --------------------------------------------------------------------------------------------------


class Clocked(System):
    """Two clocks, an array of them, a number and a constant."""

    one = Index(2)
    x = Clock()
    y = Clock()
    cell = Array(one, Clock())
    n = Int(0, 3, init=0)
    rate = Const(Real())


Says: TypeAlias = Callable[[Clocked], Expr]
Does: TypeAlias = Callable[[Clocked], None]


def system(says: Says = lambda s: true(), does: Does = lambda s: None, *, urgent: bool = False) -> type[System]:
    """A System with that limit, and that body of a rule."""

    def body(self: Clocked) -> None:
        does(self)

    def says_so(self: Clocked) -> Expr:
        return says(self)

    members = {"says_so": limit(says_so), "body": rule(by="somebody", urgent=urgent)(body)}
    return type("Made", (Clocked,), members)


LIMITS: dict[str, Says] = {
    "an upper bound": lambda s: s.x <= 3,
    "one by a constant": lambda s: implies(s.n == 1, s.x <= s.rate + 3),
    "of a cell": lambda s: forall(s.cell[i] <= 2 for i in s.one),
    "of a cell of an index": lambda s: s.cell[s.n % 2] <= 2,
    "of a sum": lambda s: s.x + s.y <= 7,
    "the difference of two clocks": lambda s: (s.x - s.y < 2) | (s.x <= 1),
    "what clocks leave alone": lambda s: s.n != 2,
    "a lower bound denied": lambda s: ~(s.x > 3),
    "the lesser of two bounds": lambda s: s.x <= ite(s.n == 1, 2, 3),
    "scaled": lambda s: 2 * s.x <= 5,
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_time_makes_false_once_is_a_limit(name: str) -> None:
    """Upper bounds in any dress, and what time does not touch."""
    assert system(LIMITS[name])().machine.rule("elapse").guard.op == "and_"


NO_LIMITS: dict[str, tuple[Says, str]] = {
    "a lower bound": (lambda s: s.x >= 3, "Made.says_so is no limit: it may turn true as time passes"),
    "a moment": (lambda s: s.x == 3, "may turn true"),
    "two intervals": (lambda s: (s.x <= 1) | (s.x >= 2), "may turn true"),
    "an upper bound denied": (lambda s: ~(s.x <= 3), "may turn true"),
    "an open end": (lambda s: s.x < 3, "write <= for its upper bounds, not <"),
    "an open end, denied": (lambda s: ~(s.x >= 3), "write <="),
    "a rate of unknown sign": (lambda s: s.rate * s.x <= 3, "may turn true"),
    "a product": (lambda s: s.x * s.y <= 3, "is not linear in d"),
    "a count": (lambda s: count([s.x <= 1, s.y <= 1]) >= 1, "is not linear in d"),
    "a bound that time chooses": (lambda s: s.x <= ite(s.y <= 1, 2, 3), "is not linear in d"),
}


@pytest.mark.parametrize("name", NO_LIMITS)
def test_what_is_no_limit_is_refused_where_it_is_declared(name: str) -> None:
    """Else the end of a step would say nothing of what came before it, or time would never reach it."""
    says, why = NO_LIMITS[name]
    with pytest.raises(Misuse, match=re.escape(why)):
        system(says)


def set_to(name: str, value: Callable[[Clocked], object]) -> Does:
    return lambda s: setattr(s, name, value(s))


def reset_cell(s: Clocked) -> None:
    s.cell[s.n % 2] = 0


RESETS: dict[str, Does] = {
    "to 0": set_to("x", lambda s: 0),
    "or not": set_to("x", lambda s: ite(s.n == 1, 0, s.x)),
    "a cell": reset_cell,
    "all cells": set_to("cell", lambda s: [0, 0]),
    "one cell of a list": set_to("cell", lambda s: [s.cell[0], 0]),
}


@pytest.mark.parametrize("name", RESETS)
def test_a_rule_resets_a_clock(name: str) -> None:
    """To 0, or leaves it."""
    assert system(does=RESETS[name])().machine.clocks == ("x", "y", "cell")


WRONG: dict[str, Does] = {
    "to 1": set_to("x", lambda s: 1),
    "to another clock": set_to("x", lambda s: s.y),
    "further": set_to("x", lambda s: s.x + 1),
    "cells exchanged": set_to("cell", lambda s: [s.cell[1], s.cell[0]]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_rule_does_nothing_else_to_a_clock(name: str) -> None:
    """Clocks grow as time passes, and are not set."""
    with pytest.raises(Misuse, match="is a clock: it is reset to 0, and grows only as time passes"):
        system(does=WRONG[name])


def test_what_waiting_makes_possible_is_not_urgent() -> None:
    """A lower bound in the guard of an urgent rule would have to stop time at a moment nobody stated."""
    with pytest.raises(Misuse, match=re.escape("Made.body is urgent, and waiting may make it possible")):
        system(does=lambda s: s.require(s.x >= 2), urgent=True)
    assert system(does=lambda s: s.require(s.x <= 2), urgent=True)().machine.clocks


def test_time_needs_a_clock() -> None:
    """A limit or an urgent rule in a System without clocks is a mistake."""

    def always_so(self: System) -> Expr:
        return true()

    with pytest.raises(Misuse, match=re.escape("Made.always_so is about time, and there is no clock")):
        type("Made", (System,), {"always_so": limit(always_so)})


@pytest.mark.parametrize("name", ["d", "elapse"])
def test_the_rule_of_time_has_its_names_for_itself(name: str) -> None:
    """A variable d or a rule elapse beside clocks would be taken for it."""
    with pytest.raises(Misuse, match=re.escape(f"Made.{name}: with clocks, time passes by a rule elapse(d)")):
        type("Made", (System,), {"__doc__": "Two.", "x": Clock(), name: Int(0, 1, init=0)})


def test_a_clock_is_no_parameter_and_no_constant() -> None:
    """Time is what passes in the state, not what somebody chooses."""
    with pytest.raises(Misuse, match="Const takes a domain"):
        Const(Clock())
    with pytest.raises(Misuse, match="the domain of 'x'"):
        type("Made", (System,), {"__doc__": "One.", "go": rule(by="a", x=Clock())(lambda self, x: None)})
