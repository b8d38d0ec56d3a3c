"""Every engine keeps to its time and hears of Ctrl-C, and says how far it came."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from sennit import (
    BOUNDED,
    UNKNOWN,
    Array,
    Bool,
    Expr,
    Index,
    Int,
    Question,
    System,
    always,
    count,
    in_range,
    rule,
    total,
)
from sennit.budget import Budget
from sennit.run import check, portfolio

# Measured, an engine is through within half a second of its time; slow and busy machines get twenty times as much.
_BUDGET, _MUCH = 0.3, 10.0


class Crowd(System):
    """Everybody hands numbers to everybody, for ever: many rule instances, wide states, sums over all."""

    who = Index(48)
    held = Array(who, Int(0, 1000), init=1)
    marked = Array(who, Bool(), init=False)

    @rule(by="one", to="another", a=who, b=who)
    def give(self, a: Expr, b: Expr) -> None:
        self.require(self.held[a] >= 2 * self.held[b] - 1, a != b, self.held[b] < 900, self.held[a] > 0)
        self.held[a] = self.held[a] - 1
        self.held[b] = self.held[b] + 2

    @rule(by="one", a=who)
    def mark(self, a: Expr) -> None:
        self.require(self.held[a] % 7 == 3)
        self.marked[a] = ~self.marked[a]


@always(Crowd)
def apart(crowd: Crowd) -> Expr:
    """Two sums that nobody can relate by looking."""
    return ~((total(crowd.held[a] for a in crowd.who) * 3 == 1117) & (count(crowd.marked) == 31))


HARD = [apart.question(), in_range(Crowd).question()]  # the second is as long as there are rule instances


@pytest.mark.parametrize("question", HARD, ids=["sums", "ranges"])
@pytest.mark.parametrize("engine", portfolio.available())
def test_an_engine_ends_with_its_budget(engine: str, question: Question) -> None:
    """Whatever it is in the middle of: a budget is a promise."""
    began = time.monotonic()
    (verdict,) = portfolio.verdicts(question, Budget(_BUDGET), [engine])
    assert time.monotonic() - began < _MUCH
    assert verdict.answer in (UNKNOWN, BOUNDED)
    assert verdict.why


# Where Python lets no exception through, as in a finalizer, it says so, and the engine is reminded later.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("engine", portfolio.available())
def test_an_engine_ends_on_ctrl_c(engine: str) -> None:
    """Long before its budget; what it has by then is said. Some see at once that the question is none for them."""
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    began = time.monotonic()
    timer.start()
    try:
        report = check(apart, engines=[engine], budget=600)
        timer.cancel()
        timer.join()
    except KeyboardInterrupt:  # it was through already
        return
    assert time.monotonic() - began < _MUCH
    assert report.exit_code == (130 if report.interrupted else 3)
    assert report.interrupted or time.monotonic() - began < 0.3 + _MUCH / 5
    assert {result.verdict.answer for result in report} <= {UNKNOWN, BOUNDED}


def test_what_is_cut_short_says_how_far_it_was() -> None:
    """The depth that was decided, not the one that was being built."""
    (verdict,) = portfolio.verdicts(HARD[0], Budget(3.0), ["bmc"])
    assert verdict.scope.depth is not None or "not even the initial states were decided" in verdict.why
    (proof,) = portfolio.verdicts(HARD[1], Budget(0.2), ["induction"])
    assert "k = 1" in proof.why


def test_outside_the_main_thread_an_engine_is_asked_all_the_same() -> None:
    """Nobody can remind it there; it looks at the clock itself where it can."""
    found: list[bool] = []
    thread = threading.Thread(
        target=lambda: found.extend(v.why != "" for v in portfolio.verdicts(HARD[0], Budget(0.3), ["stateful"]))
    )
    thread.start()
    thread.join(60)
    assert found == [True]
