"""Whole runs as claims on states: the machine that looks for loops, its proofs, and how far it came when stopped."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace

import pytest

from sennit import (
    BOUNDED,
    FAILS,
    HOLDS,
    UNKNOWN,
    Array,
    Bool,
    Expr,
    Index,
    Int,
    System,
    Trace,
    Verdict,
    any_of,
    each,
    eventually,
    forall,
    leads_to,
    rule,
)
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.engines import explore, to_safety
from sennit.expr import true
from sennit.lower.loops import as_states, lasso, reach
from sennit.run.words import extent
from sennit.verdict import Inductive
from sennit_properties import ewd840, token_ring


class Pump(System):
    """Fills a tank that leaks."""

    cup = Index(2)
    water = Int(0, 3, init=0)
    wet = Array(cup, Bool(), init=False)

    @rule(by="pump")
    def fill(self) -> None:
        self.require(self.water < 3)
        self.water = self.water + 1

    @rule(by="cup {c}", c=cup)
    def spill(self, c: Expr) -> None:
        self.require(self.water == 3)
        self.wet[c] = True


@leads_to(Pump, fair=("fill", each("spill")))
def all_get_wet(s: Pump) -> tuple[Expr, Expr]:
    """A full tank wets all cups."""
    return s.water == 3, forall(s.wet)


@eventually(Pump, fair=("fill", any_of("spill")))
def one_gets_wet(s: Pump) -> Expr:
    """The first cup gets wet, or the second."""
    return s.wet[0] | s.wet[1]


class Endless(System):
    """Counts without end."""

    n = Int(init=0)

    @rule(by="clock")
    def tick(self) -> None:
        self.n = self.n + 1


@eventually(Endless, fair="tick")
def ten(s: Endless) -> Expr:
    """It gets to ten."""
    return s.n == 10


def test_published_progress_is_proved_without_looking_at_every_state() -> None:
    """Each proof says what it assumes, and is re-checked by two solvers."""
    for claim, size in ((ewd840.comes_to_know, {"node": 2}), (token_ring.settles, {"node": 3, "counters": 3})):
        verdict = to_safety.check(claim.question(size), Budget())
        assert verdict.answer is HOLDS, verdict.why
        assert isinstance(verdict.certificate, Inductive)
        assert extent(verdict).startswith("in every fair run, by induction on an invariant, given weak fairness of")


def test_the_proof_is_about_the_machine_that_is_made_of_the_question() -> None:
    """Of another question it proves nothing, and what is not inductive is refused."""
    question = all_get_wet.question()
    verdict = to_safety.check(question, Budget())
    assert verdict.answer is HOLDS
    assert isinstance(verdict.certificate, Inductive)
    assert recheck(question, verdict.certificate).ok
    assert not recheck(replace(question, fairness=()), verdict.certificate).ok
    assert not recheck(question, Inductive(true(), 1)).ok
    again = Verdict.from_data(verdict.to_data(), question)
    assert isinstance(again.certificate, Inductive)
    assert again.certificate.invariant is verdict.certificate.invariant


def test_the_run_without_its_copy_is_the_lasso() -> None:
    """Steps that only change the phase are left out, and the loop begins where the copy was made."""
    question = replace(all_get_wet.question(), fairness=())
    found = explore.check(as_states(question), Budget())
    assert found.answer is FAILS
    assert found.trace is not None
    short = lasso(found.trace, question)
    assert [step.rule for step in short.steps] == ["fill", "fill", "fill"]
    assert short.loop == 3
    assert len(found.trace) == len(short) + 2
    short.shows(question)


def test_depths_are_those_of_lassos() -> None:
    """The copy takes a step; where the goal may become due within a loop, the bound is half as deep."""
    assert [reach(one_gets_wet.question(), depth) for depth in (0, 1, 5)] == [None, 0, 4]
    assert [reach(all_get_wet.question(), depth) for depth in (1, 2, 7)] == [None, 0, 2]


def test_numbers_without_end_are_outside() -> None:
    """A run need not come back then; it says so."""
    verdict = to_safety.check(ten.question(), Budget())
    assert verdict.answer is UNKNOWN
    assert "need not come back" in verdict.why


def test_it_keeps_to_its_seconds_and_says_how_far_it_came() -> None:
    """Nothing beyond that is claimed."""
    began = time.monotonic()
    verdict = to_safety.check(token_ring.settles.question({"node": 6, "counters": 6}), Budget(seconds=1.0))
    assert verdict.answer in (UNKNOWN, BOUNDED)
    assert "used up" in verdict.why
    assert time.monotonic() - began < 2.5


@pytest.mark.usefixtures("uncollected")
def test_ctrl_c_ends_it() -> None:
    """With UNKNOWN and where it was."""
    timer = threading.Timer(0.4, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        verdict = to_safety.check(token_ring.settles.question({"node": 6, "counters": 6}), Budget(seconds=20.0))
    finally:
        timer.cancel()
    assert verdict.answer is UNKNOWN
    assert verdict.why.startswith("interrupted")


def test_a_trace_that_is_no_lasso_is_none_of_the_machine_either() -> None:
    """A run in which nothing was noted has its loop at its start, where it does not close."""
    question = one_gets_wet.question()
    start = as_states(question).machine.variables
    states = tuple(v.start for v in start if v.start is not None)
    assert lasso(Trace(states), question).loop == 0
