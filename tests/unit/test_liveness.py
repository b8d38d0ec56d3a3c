"""The engine that looks for loops: how far it came when it is stopped, and what it keeps."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from sennit import BOUNDED, FAILS, HOLDS, UNKNOWN, Expr, Index, Int, Size, System, always, any_of, eventually, rule
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.engines import liveness
from sennit.verdict import ClosedSet


class Wheels(System):
    """Wheels that turn independently, so that there are as many states as one likes."""

    wheel = Index(3)
    top = Size(9)
    a = Int(0, lambda s: s.top, init=0)
    b = Int(0, lambda s: s.top, init=0)
    c = Int(0, lambda s: s.top, init=0)
    d = Int(init=0)

    @rule(by="wheel 0")
    def turn_a(self) -> None:
        self.a = (self.a + 1) % (self.top + 1)

    @rule(by="wheel 1")
    def turn_b(self) -> None:
        self.b = (self.b + 1) % (self.top + 1)

    @rule(by="wheel 2")
    def turn_c(self) -> None:
        self.c = (self.c + 1) % (self.top + 1)

    @rule(by="nobody")
    def never(self) -> None:
        self.require(self.a > self.top)
        self.d = self.d + 1


@eventually(Wheels, fair=("turn_a", "turn_b", "turn_c"))
def a_gets_to_the_top(s: Wheels) -> Expr:
    """The first wheel gets to its top, whatever the others do."""
    return s.a == s.top


@eventually(Wheels, fair=any_of(), expect=FAILS)
def any_gets_to_the_top(s: Wheels) -> Expr:
    """The first wheel gets to its top, if any wheel turns."""
    return s.a == s.top


@always(Wheels)
def fine(s: Wheels) -> Expr:
    """Nothing is wrong."""
    return s.a <= s.top


def test_a_proof_names_rules_that_never_fired() -> None:
    """And counts all states, which it lists in order."""
    verdict = liveness.check(a_gets_to_the_top.question(), Budget())
    assert verdict.answer is HOLDS
    assert verdict.scope.unfired == ("never",)
    assert isinstance(verdict.certificate, ClosedSet)
    assert verdict.certificate.count == 1_000
    assert verdict.certificate.states is not None
    assert list(verdict.certificate.states) == sorted(verdict.certificate.states)
    assert recheck(verdict.question, verdict.certificate).ok


def test_it_stops_at_its_limit_of_states_and_says_how_far_it_came() -> None:
    """All shorter lassos were looked at, in vain."""
    verdict = liveness.check(a_gets_to_the_top.question(), Budget(states=200))
    assert verdict.answer is BOUNDED
    assert "200 states is used up" in verdict.why
    assert 3 <= (verdict.scope.depth or 0) <= 9


def test_a_lasso_is_found_in_what_was_reached_before_the_limit() -> None:
    """Half a search can refute."""
    verdict = liveness.check(any_gets_to_the_top.question(), Budget(states=700))
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert verdict.trace.loop is not None


def test_it_keeps_to_its_seconds() -> None:
    """A million states do not fit into half a second, and it says so in time."""
    began = time.monotonic()
    verdict = liveness.check(a_gets_to_the_top.question({"top": 99}), Budget(seconds=0.5))
    assert verdict.answer in (UNKNOWN, BOUNDED)
    assert "used up" in verdict.why
    assert time.monotonic() - began < 1.5 + 0.5


@pytest.mark.usefixtures("uncollected")
def test_ctrl_c_ends_it_with_how_far_it_came() -> None:
    """Nothing is claimed."""
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        verdict = liveness.check(a_gets_to_the_top.question({"top": 99}), Budget(seconds=20.0))
    finally:
        timer.cancel()
    assert verdict.answer is UNKNOWN
    assert verdict.why.startswith("interrupted, at ")


def test_a_claim_on_states_is_none_of_its_business() -> None:
    """It says so, and decides nothing."""
    verdict = liveness.check(fine.question(), Budget())
    assert verdict.answer is UNKNOWN
    assert "a single state decides this claim" in verdict.why


def test_progress_is_told() -> None:
    """How many states there are, at any rate."""
    said: list[str] = []
    liveness.check(a_gets_to_the_top.question({"top": 99}), Budget(seconds=0.9, progress=said.append))
    assert any("states" in text for text in said)
