"""Whether infinitely many steps fit into bounded time: shown not to, shown by a loop, or left open."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sennit import (
    ANY,
    NEVER,
    SEEN,
    UNKNOWN,
    Array,
    Bool,
    Clock,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Misuse,
    Real,
    Step,
    System,
    Trace,
    limit,
    rule,
)
from sennit.budget import Budget
from sennit.engines.zeno import Pace, zeno


class Blinker(System):
    """A light that goes on and off; the subclasses say when."""

    lit = Bool(init=False)
    x = Clock()
    y = Clock()
    pause = Const(Real(0))

    def initially(self) -> Expr:
        """Some pause."""
        return self.pause > 0

    def when_on(self) -> None:
        """Requires nothing."""

    def when_off(self) -> None:
        """Requires nothing."""

    @rule(by="light")
    def go_on(self) -> None:
        """It goes on."""
        self.require(~self.lit)
        self.when_on()
        self.lit = True

    @rule(by="light")
    def go_off(self) -> None:
        """It goes off."""
        self.require(self.lit)
        self.when_off()
        self.lit = False


class Steady(Blinker):
    """A pause each time round."""

    def when_on(self) -> None:
        """A pause since it last went on."""
        self.require(self.x >= self.pause)
        self.x = 0


class Apart(Blinker):
    """The clock is reset in one rule and looked at in the other, strictly, by a multiple."""

    def when_on(self) -> None:
        """The clock starts."""
        self.x = 0

    def when_off(self) -> None:
        """A while since."""
        self.require(2 * self.x > 3 * self.pause)


class Crossed(Blinker):
    """Each clock is reset, and the other one looked at, which is never reset after that."""

    def when_on(self) -> None:
        """Only resets."""
        self.x = 0

    def when_off(self) -> None:
        """Only looks."""
        self.require(self.y >= 1)


class Hasty(Blinker):
    """An upper bound holds up nobody."""

    def when_on(self) -> None:
        """Soon after the last time."""
        self.require(self.x <= 1)
        self.x = 0


class Halving(Blinker):
    """Some time each time round, as little as one likes."""

    def when_on(self) -> None:
        """The clock has moved."""
        self.require(self.x > 0)
        self.x = 0


class Counting(System):
    """Ever further, and no state comes twice."""

    n = Int(init=0)
    x = Clock()

    @rule(by="counter")
    def count_on(self) -> None:
        """One more."""
        self.n += 1


class Once(System):
    """Three steps in no time, and no more."""

    n = Int(0, 3, init=0)
    x = Clock()

    @rule(by="counter")
    def count_on(self) -> None:
        """One more, up to three."""
        self.require(self.n < 3)
        self.n += 1

    @rule(by="counter")
    def look(self) -> None:
        """Changes nothing, as often as one likes."""
        self.require(self.n == 3)
        self.n = 3


class Later(System):
    """The loop is reached after some time only; two places, each with a clock."""

    place = Index(2)
    phase = Enum("early", "left", "right", init="early")
    x = Array(place, Clock())
    held = Const(Bool())

    @rule(by="time keeper")
    def open_up(self) -> None:
        """After five."""
        self.require(self.phase == "early", self.x[0] >= 5)
        self.phase = "left"

    @rule(by="ball", p=place)
    def bounce(self, p: Expr) -> None:
        """Left, right, left."""
        self.require(self.phase != "early", (self.phase == "left") == (p == 0))
        self.phase = "left"
        self.x[p] = 0


class Volley(System):
    """To and fro without rest, once it has begun."""

    side = Enum("none", "left", "right", init="none")
    x = Clock(init=ANY)

    @limit
    def begins(self) -> Expr:
        """By five."""
        return (self.side != "none") | (self.x <= 5)

    @rule(by="ball")
    def serve(self) -> None:
        """Not before two."""
        self.require(self.side == "none", self.x >= 2)
        self.side = "left"

    @rule(by="ball")
    def cross(self) -> None:
        """To the right."""
        self.require(self.side == "left")
        self.side = "right"

    @rule(by="ball")
    def come_back(self) -> None:
        """To the left."""
        self.require(self.side == "right")
        self.side = "left"


@pytest.mark.parametrize("system", [Steady, Apart, Once], ids=lambda s: s.__name__)
def test_a_clock_that_holds_up_every_cycle_leaves_no_room(system: type[System]) -> None:
    """Reset and found above a bound in each, or there is no cycle that changes anything."""
    pace = zeno(system().machine, Budget(10))
    assert pace.answer is NEVER, pace.why


@pytest.mark.parametrize("system", [Crossed, Hasty, Volley], ids=lambda s: s.__name__)
def test_a_loop_in_no_time_is_found_and_can_be_gone_round_again(system: type[System]) -> None:
    """The run replays, its loop ends where it began, takes no time and changes something; so it goes on for ever."""
    machine = system().machine
    pace = zeno(machine, Budget(10))
    assert pace.answer is SEEN, pace.why
    assert pace.run is not None
    pace.run.replay(machine)
    again = Trace(pace.run.start, pace.run.steps + pace.loop + pace.loop)
    again.replay(machine)
    assert again.last == pace.run.last
    assert all(step.rule != "elapse" for step in pace.loop)
    assert len(set(pace.run.states[pace.back :])) > 1
    assert pace.to_data(machine)["loop_from"] == pace.back


@pytest.mark.parametrize("system", [Halving, Counting], ids=lambda s: s.__name__)
def test_what_is_neither_shown_nor_found_is_open(system: type[System]) -> None:
    """Ever less time a round, and ever larger numbers: there are such runs, and none of them is a loop."""
    pace = zeno(system().machine, Budget(10, depth=5))
    assert pace.answer is UNKNOWN
    assert "no clock holds up the cycle of" in pace.why


def test_a_loop_of_a_single_rule_that_only_resets_is_none_from_its_second_round_on() -> None:
    """It changes a clock that has moved, and then nothing: only what changes something in each round is a loop."""
    pace = zeno(Later().machine, Budget(10, depth=6))
    assert pace.answer is UNKNOWN


def test_without_clocks_nothing_is_said() -> None:
    """Steps of a System without time take none."""

    class Timeless(System):
        """No clock."""

        up = Bool(init=False)

    with pytest.raises(Misuse, match="Timeless has no clock"):
        zeno(Timeless().machine, Budget(1))


def test_no_time_is_no_answer() -> None:
    """The budget is kept, and says so."""
    pace = zeno(Hasty().machine, Budget(0.0))
    assert pace.answer is UNKNOWN
    assert "no time was left" in pace.why


def test_what_is_no_loop_is_not_believed() -> None:
    """A run that does not end where the loop began, that lets time pass, or that changes nothing."""
    on, off = (True, Fraction(0)), (False, Fraction(0))
    with pytest.raises(ValueError, match="this is no loop"):
        Pace(SEEN, "because", Trace(off, (Step("go", (), on),)), 0)
    with pytest.raises(ValueError, match="this is no loop"):
        Pace(SEEN, "because", Trace(off, (Step("go", (), off),)), 0)
    with pytest.raises(ValueError, match="this is no loop"):
        Pace(SEEN, "because", Trace(off, (Step("elapse", (Fraction(1),), on), Step("go", (), off))), 0)
    with pytest.raises(ValueError, match="SEEN comes with a run"):
        Pace(SEEN, "because")
