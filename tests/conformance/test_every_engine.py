"""Every engine on the table of fixtures: a definite answer is the truth, and only the listed ones may stay open."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import cast

import pytest

from conformance.domains import Overflow, beyond_in_range, overflow_in_range, stops_outside, untouched
from conformance.fixtures import TABLE, Row
from sennit import (
    BOUNDED,
    FAILS,
    HOLDS,
    SEEN,
    UNKNOWN,
    Claim,
    Expr,
    Int,
    Misuse,
    Question,
    System,
    Verdict,
    always,
    rule,
)
from sennit.budget import Budget
from sennit.ledger import settle
from sennit.verdict import ClosedSet

Check = Callable[[Question, Budget], Verdict]


def shown(row: Row) -> bool:
    """Whether the truth is one that a trace shows."""
    return row.truth in (FAILS, SEEN)


# Every engine by its module's name, and where it may leave a row open. One line an engine.
MAY_STAY_OPEN: Mapping[str, Callable[[Row], bool]] = {
    "explore": lambda row: row.states is None,
    "bmc": lambda row: not shown(row),
    "induction": lambda row: not row.easy,
    "stateful": lambda row: not shown(row),
    "mining": lambda row: row.states is None or not row.easy,
    "ic3": lambda row: row.states is None,
    "spacer": lambda row: not row.easy or row.claim.system is None,
    "everysize": lambda row: True,  # the table asks at sizes
}
SHORTEST = ("explore", "bmc")  # whose traces are as short as any
COUNTS = ("explore",)  # whose proofs come with the number of states


def engine(name: str) -> Check:
    """The `check` of an engine; a missing engine fails the test that asks for it."""
    module = importlib.import_module(f"sennit.engines.{name}")
    assert name == module.NAME
    return cast("Check", module.check)


def asked(name: str, row: Row) -> Verdict:
    """The engine's verdict, within a budget that suffices wherever it may not leave the row open."""
    seconds = 0.25 if name == "stateful" and not shown(row) else 1.0 if MAY_STAY_OPEN[name](row) else 30.0
    return engine(name)(row.claim.question(), Budget(seconds=seconds, depth=14, states=2_000))


@pytest.mark.parametrize("row", TABLE, ids=str)
@pytest.mark.parametrize("name", MAY_STAY_OPEN)
def test_a_definite_answer_is_the_truth(name: str, row: Row) -> None:
    """The engine says what is true, or that it does not know where the table lets it."""
    verdict = asked(name, row)
    assert verdict.engine == name
    if verdict.answer in (BOUNDED, UNKNOWN):
        assert MAY_STAY_OPEN[name](row), f"{name} left {row} open: {verdict.why}"
        assert verdict.why
    else:
        assert verdict.answer is row.truth
    if verdict.trace is not None:
        assert row.length is not None
        assert len(verdict.trace) >= row.length
        assert name not in SHORTEST or len(verdict.trace) == row.length


@pytest.mark.parametrize("row", [row for row in TABLE if row.states is not None and not shown(row)], ids=str)
@pytest.mark.parametrize("name", COUNTS)
def test_a_proof_by_enumeration_counts_every_state_once(name: str, row: Row) -> None:
    """The closed set has exactly the reachable states."""
    certificate = asked(name, row).certificate
    assert isinstance(certificate, ClosedSet)
    assert certificate.count == row.states
    assert certificate.states is not None
    assert len(set(map(str, certificate.states))) == row.states


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_table_does_not_contradict_itself(row: Row) -> None:
    """The author of each claim expects its truth; what a trace shows has a length, and nothing else has."""
    assert row.claim.expect is row.truth
    assert (row.length is not None) == shown(row)


def test_the_table_is_large_enough_to_mean_something() -> None:
    """Every answer occurs in it several times."""
    assert len(TABLE) >= 50
    for answer in (HOLDS, FAILS, SEEN):
        assert sum(row.truth is answer for row in TABLE) >= 8


@pytest.mark.parametrize(
    ("gate", "claim"), [(overflow_in_range, untouched), (beyond_in_range, stops_outside)], ids=["writes", "reads"]
)
@pytest.mark.parametrize("name", ["explore", "induction"])
def test_nothing_holds_of_a_system_that_leaves_its_ranges(name: str, gate: Claim, claim: Claim) -> None:
    """A proof is withdrawn once `in_range` fails, whichever engine gave it."""
    questions = [gate.question(), claim.question()]
    ranges, proof = (engine(name)(question, Budget(seconds=30.0, depth=14)) for question in questions)
    assert (ranges.answer, proof.answer) == (FAILS, HOLDS)
    settled = settle([ranges, proof])
    assert settled[questions[1].id].answer is UNKNOWN
    assert "in_range" in settled[questions[1].id].why


def test_division_by_zero_is_refused_where_it_is_written() -> None:
    """No engine ever meets it."""
    with pytest.raises(Misuse, match="division by zero has no meaning"):

        class Divided(System):
            """Divides by nothing."""

            x = Int(0, 3, init=0)

            @rule(by="somebody")
            def divide(self) -> None:
                self.x = self.x // 0

    with pytest.raises(Misuse, match="division by zero has no meaning"):

        @always(Overflow)
        def remainder(s: Overflow) -> Expr:
            """A remainder of nothing."""
            return s.x % 0 == 0
