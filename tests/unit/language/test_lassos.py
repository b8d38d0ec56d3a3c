"""Runs that go on for ever: what replays, what is refused and why, and how they are shortened and written."""

from __future__ import annotations

import pytest

from sennit import (
    FAILS,
    Claim,
    Expr,
    Int,
    Misuse,
    NotATrace,
    Step,
    System,
    Trace,
    Verdict,
    always,
    eventually,
    leads_to,
    rule,
)


class Hand(System):
    """The hand of a clock with four hours; at three it may stop, and from two it may go back."""

    at_hour = Int(0, 4, init=0)

    @rule(by="hand")
    def on(self) -> None:
        self.require(self.at_hour < 4)
        self.at_hour = (self.at_hour + 1) % 4

    @rule(by="hand")
    def back(self) -> None:
        self.require(self.at_hour == 2)
        self.at_hour = 1

    @rule(by="thief")
    def stop(self) -> None:
        self.require(self.at_hour == 3)
        self.at_hour = 4


@eventually(Hand, fair=("on", "stop"), expect=FAILS)
def stops(s: Hand) -> Expr:
    """The hand stops."""
    return s.at_hour == 4


@eventually(Hand, fair="on", strongly_fair="stop", expect=FAILS)
def stops_strongly(s: Hand) -> Expr:
    """The hand stops."""
    return s.at_hour == 4


@leads_to(Hand, fair="on", expect=FAILS)
def from_three_to_four(s: Hand) -> tuple[Expr, Expr]:
    """From three the hand gets to four."""
    return s.at_hour == 3, s.at_hour == 4


@always(Hand)
def below(s: Hand) -> Expr:
    """It is four at most."""
    return s.at_hour <= 4


def run(*hours: int, loop: int | None, start: int = 0) -> Trace:
    """The run through these hours."""
    steps: list[Step] = []
    now = start
    for hour in hours:
        move = "stop" if hour == 4 else "back" if hour < now and now == 2 else "on"
        steps.append(Step(move, (), (hour,)))
        now = hour
    return Trace((start,), tuple(steps), loop)


ROUND = run(1, 2, 3, 0, loop=0)
FORTH_AND_BACK = run(1, 2, 1, loop=1)


def test_a_fair_loop_shows_a_failure() -> None:
    """Weak fairness is kept where the action is off somewhere, or taken; strong, where it is off throughout."""
    ROUND.shows(stops.question())
    FORTH_AND_BACK.shows(stops_strongly.question())
    ROUND.shows(from_three_to_four.question())


REFUSED = [
    (ROUND, stops_strongly, "not strongly fair: stop can happen again and again"),
    (run(1, 2, loop=2), stops, "not fair: on can happen all the time"),
    (run(1, 2, 3, 0, loop=None), stops, "it has no loop"),
    (run(1, 2, 3, 0, loop=1), stops, "its loop does not close"),
    (run(1, 2, loop=7), stops, "its loop does not close"),
    (run(1, 2, 3, 4, loop=4), stops, "state 4 is one that the run is said never to come to"),
    (FORTH_AND_BACK, from_three_to_four, "nothing happens in it that anything has to follow on"),
    (run(2, loop=1), stops, "leads to"),
    (run(loop=0, start=3), stops, "no initial state"),
    (ROUND, below, "shows nothing of Hand.below"),
]


@pytest.mark.parametrize(("trace", "claim", "why"), REFUSED, ids=lambda value: getattr(value, "id", None))
def test_what_shows_nothing_is_refused(trace: Trace, claim: Claim, why: str) -> None:
    """Each with the reason, and there is no verdict on it."""
    question = claim.question()
    with pytest.raises(NotATrace, match=why):
        trace.shows(question)
    with pytest.raises(NotATrace, match=why):
        Verdict(question, FAILS, "somebody", trace=trace)


def test_ways_that_lead_back_are_left_out() -> None:
    """Of stem and loop; the loop is entered as soon as may be."""
    long = run(1, 2, 1, 2, 3, 0, 1, 2, 1, 2, 3, 0, loop=6)
    assert long.shortened(stops.question()) == ROUND
    assert run(1, 2, 3, 0, 1, 2, 3, 0, loop=4).shortened(from_three_to_four.question()) == ROUND
    assert ROUND.shortened(from_three_to_four.question()) == ROUND


def test_a_run_that_may_stay_is_cut_there() -> None:
    """Where no fairness asks for a step, the run goes no further than it must."""

    @eventually(Hand, fair="stop", expect=FAILS)
    def stops_unfairly(s: Hand) -> Expr:
        """The hand stops."""
        return s.at_hour == 4

    assert ROUND.shortened(stops_unfairly.question()) == Trace((0,), (), 0)


def test_a_lasso_comes_back_from_json() -> None:
    """With its loop; a loop that begins nowhere is refused."""
    machine = stops.question().machine
    data = ROUND.to_data(machine)
    assert Trace.from_data(data, machine) == ROUND
    for loop in (-1, 5, "1", True):
        with pytest.raises(Misuse, match="loop"):
            Trace.from_data({**data, "loop": loop}, machine)
    assert "loop" not in run(1, loop=None).to_data(machine)
