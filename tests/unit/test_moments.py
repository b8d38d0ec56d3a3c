"""How long random runs let time pass: to where something turns, in between, and past the last of it."""

from __future__ import annotations

from fractions import Fraction

from sennit import Array, Bool, Clock, Const, Enum, Expr, Index, Real, System, implies, limit, rule
from sennit.expr import variable
from sennit.lower.moments import Moments
from sennit.machine import TIME


class Parking(System):
    """A meter for two places: half an hour is free, and by a time that was agreed one has to be gone."""

    place = Index(2)
    agreed = Const(Real(1, 9))
    taken = Enum("nobody", "somebody", init="nobody")
    since = Array(place, Clock())
    seen = Clock()

    @limit
    def gone(self) -> Expr:
        """By the time agreed, and one more."""
        return implies(self.taken == "somebody", self.since[0] <= self.agreed + 1)

    @rule(by="guard")
    def look(self) -> None:
        """Every half hour at most, when the second place has stood for more than twice as long."""
        self.require(self.seen >= Fraction(1, 2), self.since[1] > 2 * self.agreed)
        self.seen = 0


def test_time_passes_to_each_turn_to_between_two_and_past_the_last() -> None:
    """Of guards, of limits and of what is looked for, whatever the constants of the run are."""
    machine = Parking().machine
    goal = variable("seen", TIME) <= Fraction(7)
    state = (Fraction(2), "somebody", (Fraction(1), Fraction(0)), Fraction(1, 4))
    turns = [Fraction(1, 4), Fraction(2), Fraction(4), Fraction(27, 4)]
    found = Moments(machine, [goal]).after(state)
    assert set(turns) <= set(found)
    assert all(d > 0 for d in found)
    for low, high in zip([Fraction(0), *turns], turns, strict=False):
        assert any(low < d < high for d in found)
    assert max(found) > max(turns)


def test_without_clocks_there_are_no_moments() -> None:
    """And nothing is drawn."""

    class Still(System):
        """A flag."""

        up = Bool(init=False)

    assert Moments(Still().machine, []).numbers == []
