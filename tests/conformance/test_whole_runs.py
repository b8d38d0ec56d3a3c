"""Every engine on claims about whole runs: those that look for loops say what is true, and all others refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import pytest

from conformance.whole_runs import TABLE, Row
from sennit import BOUNDED, FAILS, HOLDS, UNKNOWN, Expr, Int, System, Verdict, eventually, in_range, rule
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.ledger import settle
from sennit.run import portfolio

# The engines for whole runs, and where each may leave a row open. One line an engine.
MAY_STAY_OPEN: Mapping[str, Callable[[Row], bool]] = {
    "liveness": lambda row: False,
    "to_safety": lambda row: False,
}
OTHERS = tuple(name for name in portfolio.available() if name not in MAY_STAY_OPEN)


def asked(name: str, row: Row) -> Verdict:
    """What the engine says."""
    verdict: Verdict = import_module(f"sennit.engines.{name}").check(row.claim.question(), Budget(depth=12))
    return verdict


@pytest.mark.parametrize("row", TABLE, ids=str)
@pytest.mark.parametrize("name", MAY_STAY_OPEN)
def test_a_definite_answer_is_the_truth(name: str, row: Row) -> None:
    """The engine says what is true of whole runs; a lasso replays, and is no shorter than the shortest."""
    verdict = asked(name, row)
    assert verdict.engine == name
    if verdict.answer in (BOUNDED, UNKNOWN):
        assert MAY_STAY_OPEN[name](row), f"{name} left {row} open: {verdict.why}"
        return
    assert verdict.answer is row.truth
    if verdict.trace is not None:
        assert row.length is not None
        verdict.trace.shows(verdict.question)
        assert len(verdict.trace) >= row.length


@pytest.mark.parametrize("row", [row for row in TABLE if row.truth is FAILS], ids=str)
def test_the_explicit_engine_finds_short_lassos(row: Row) -> None:
    """On machines this small its lassos are the shortest."""
    trace = asked("liveness", row).trace
    assert trace is not None
    assert len(trace) == row.length


@pytest.mark.parametrize("row", [row for row in TABLE if row.truth is HOLDS], ids=str)
@pytest.mark.parametrize("name", MAY_STAY_OPEN)
def test_a_proof_passes_the_second_look(name: str, row: Row) -> None:
    """The certificate is enough for code that knows no engine."""
    verdict = asked(name, row)
    if verdict.certificate is not None:
        assert recheck(verdict.question, verdict.certificate).ok


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_certificate_of_one_claim_proves_no_other(row: Row) -> None:
    """The states of a claim that fails, listed as if it held, are refused by the second look."""
    if row.truth is HOLDS:
        return
    held = asked("liveness", next(other for other in TABLE if other.truth is HOLDS and same_machine(other, row)))
    assert held.certificate is not None
    again = recheck(row.claim.question(), held.certificate)
    assert not again.ok
    assert "fair run" in again.reason


def same_machine(one: Row, other: Row) -> bool:
    """Whether both are about one System."""
    return one.claim.system is other.claim.system


@pytest.mark.parametrize("name", OTHERS)
def test_other_engines_refuse_whole_runs(name: str) -> None:
    """An engine that looks at single states says that it cannot answer, whatever the truth."""
    for row in TABLE:
        (verdict,) = portfolio.check(row.claim.question(), Budget(seconds=5.0), [name])
        assert verdict.answer is UNKNOWN
        assert "whole runs" in verdict.why or "for every size" in verdict.why


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_table_does_not_contradict_itself(row: Row) -> None:
    """The author of each claim expects its truth; what a lasso shows has a length, and nothing else has."""
    assert row.claim.expect is row.truth
    assert (row.length is not None) == (row.truth is FAILS)


def test_the_portfolio_asks_engines_that_look_at_whole_runs() -> None:
    """Nobody else is asked, and the first complete answer ends it."""
    for row in TABLE[:5]:
        assert portfolio.check(row.claim.question(), Budget())[-1].answer is row.truth
        assert all(name in MAY_STAY_OPEN for name, _ in portfolio.plan(row.claim.question()))


class Overflow(System):
    """Counts past the end of its range."""

    x = Int(0, 3, init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.x = self.x + 1


@eventually(Overflow, fair="up")
def gets_to_three(s: Overflow) -> Expr:
    """It counts to three."""
    return s.x == 3


def test_nothing_holds_of_a_system_that_leaves_its_ranges() -> None:
    """A proof about whole runs waits for `in_range` too."""
    proof = import_module("sennit.engines.liveness").check(gets_to_three.question(), Budget())
    ranges = import_module("sennit.engines.explore").check(in_range(Overflow).question(), Budget())
    assert (proof.answer, ranges.answer) == (HOLDS, FAILS)
    settled = settle([proof, ranges])[proof.question.id]
    assert settled.answer is UNKNOWN
    assert "in_range" in settled.why
