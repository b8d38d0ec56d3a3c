"""What verdicts together establish, and what a report says of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sennit import (
    BOUNDED,
    FAILS,
    HOLDS,
    SEEN,
    UNKNOWN,
    Bool,
    Expr,
    Int,
    Misuse,
    Size,
    Switch,
    System,
    always,
    rule,
    sometimes,
)  # fmt: skip
from sennit.ledger import Disagreement
from sennit.run import Report, check, second
from sennit.run.asking import Ask, Book, Here, run
from sennit.run.report import Result
from sennit.run.suite import Suite, suite_of
from sennit.run.worker import Task
from sennit.run.workers import Done, Running

HERE = "unit.run.stand_ins"


class Meter(System):
    """Counts to its end, or past it."""

    end = Size(3)
    stops = Switch(on=True)
    n = Int(0, end, init=0)

    @rule(by="someone")
    def up(self) -> None:
        if self.stops:
            self.require(self.n < self.end)
        self.n += 1


@always(Meter)
def natural(meter: Meter) -> Expr:
    """It is never negative."""
    return meter.n >= 0


@always(Meter, rests_on=("stops",), using=(natural,))
def low(meter: Meter) -> Expr:
    """It stays below 3."""
    return meter.n < 3


@sometimes(Meter)
def moves(meter: Meter) -> Expr:
    """It moves."""
    return meter.n > 0


class Lamp(System):
    """On or off."""

    lit = Bool(init=False)
    dimmed = Switch(on=True)

    @rule(by="hand")
    def turn(self) -> None:
        self.lit = ~self.lit


@always(Lamp, rests_on=("dimmed",))
def sane(lamp: Lamp) -> Expr:
    """It is lit or not."""
    return lamp.lit | ~lamp.lit


def test_a_claim_that_holds_without_its_switch_says_so_wrongly() -> None:
    """The claim itself is as expected; the report as a whole is not."""
    report = check(sane)
    assert [r.code for r in report] == [0, 1]
    assert report.exit_code == 1
    assert "the claim does not rest on dimmed, though it says so" in repr(report)


def test_a_proof_does_not_stand_where_a_rule_leaves_its_range() -> None:
    """`in_range` is asked unsaid, and what holds only otherwise is undetermined."""
    report = check(natural, at={"stops": False})
    assert report["in_range"].answer is FAILS
    assert report["natural"].answer is UNKNOWN
    assert "in_range" in report["natural"].why
    assert report.exit_code == 1


@pytest.fixture
def unseconded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at what engines prove but the ledger."""
    monkeypatch.setattr(second, "_seconded", lambda verdict, _budget: verdict)


def test_a_lemma_that_fails_takes_with_it_what_leans_on_it(unseconded: None) -> None:
    """The engine would have believed it; the ledger does not."""

    @always(Meter)
    def false(meter: Meter) -> Expr:
        """It never moves."""
        return meter.n == 0

    @always(Meter, using=(false,))
    def leaning(meter: Meter) -> Expr:
        """It never moves far."""
        return meter.n < 2

    report = run([suite_of([leaning], "meter")], Ask(), Here(suite_of([leaning], "meter")))
    assert (report["false"].answer, report["leaning"].answer) == (FAILS, FAILS)
    suite = suite_of([leaning], "meter")
    proved = run([suite], Ask(engines=(f"{HERE}.leans",)), Here(suite))
    assert proved["leaning"].answer is HOLDS  # all engines alike believe the lemma here
    assert proved["leaning"].leans == ("Meter.false",)


def test_what_an_unexpected_proof_leans_on_is_asked_as_well(unseconded: None) -> None:
    """Without the switch, `low` is "proved" from a lemma that nobody asked for at that setting."""
    suite = suite_of([low], "meter")
    assert not any("natural" in a.id and "off" in a.id for a in suite.asked)
    report = run([suite], Ask(engines=(f"{HERE}.leans",)), Here(suite))
    dropped = next(r for r in report if r.asked.without)
    assert (dropped.verdict.answer, dropped.code) == (HOLDS, 1)
    assert "natural" in dropped.tail()


def test_engines_that_contradict_each_other_stop_the_run() -> None:
    """Nothing may be believed then."""
    suite = suite_of([low], "meter")
    with pytest.raises(Disagreement):
        run([suite], Ask(engines=("bmc", f"{HERE}.contradicts", "explore")), _Both(suite))


class _Both(Here):
    """Asks every engine, also after a complete answer, as a second opinion does."""

    def wait(self, seconds: float) -> list:  # type: ignore[type-arg]  # as the one it replaces
        from dataclasses import replace

        task = self._waiting.popleft()
        found: tuple[object, ...] = ()
        done = None
        for engine in task.engines or ():
            self._waiting.appendleft(replace(task, engines=(engine,)))
            (done,) = super().wait(seconds)
            found += done.verdicts
        assert done is not None
        return [replace(done, task=task, verdicts=found)]


class _Notes:
    """Writes down what a run tells."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def suite(self, suite: Suite) -> None:
        self.said.append(suite.name)

    def result(self, result: Result) -> None:
        self.said.append(result.asked.title)

    def tick(self, running: Sequence[Running], done: int, total: int) -> None:
        assert done <= total


def test_results_are_told_in_the_order_of_the_suites() -> None:
    """However the answers came in."""
    suite, notes = suite_of([moves, natural], "meter"), _Notes()
    report = run([suite], Ask(), Here(suite), notes)
    assert notes.said == ["meter", *(a.title for a in suite.asked)]
    assert [r.asked.title for r in report] == notes.said[1:]


def test_a_report_is_read_by_name_and_prints_itself() -> None:
    """By name, id or title; what was not asked is a KeyError that says what was."""
    report = check([low, moves], at={"end": 2})
    assert isinstance(report, Report)
    assert report["moves"].answer is SEEN
    assert report["Meter.moves"] is report["Meter.moves[end=2]"]
    with pytest.raises(KeyError, match="was not asked"):
        report["nothing"]
    text = repr(report)
    assert "ok Meter.low[end=2] HOLDS in all 3 reachable states" in text
    assert "Meter.moves[end=2] SEEN in 1 step (2 states)" in text
    assert "\n1 time without a switch that a claim rests on: 1 UNKNOWN\n" in text
    assert repr(report["moves"]) == "<Meter.moves[end=2] SEEN, says explore>"


@pytest.mark.parametrize("budget", [0, -1, float("nan")])
def test_a_budget_is_a_time_above_nothing(budget: float) -> None:
    """Zero seconds would answer UNKNOWN to everything."""
    with pytest.raises(Misuse, match="budget"):
        check(moves, budget=budget)


def test_undecided_is_neither_right_nor_wrong() -> None:
    """BOUNDED where HOLDS was expected is exit code 3, and the line says both."""
    suite = suite_of([natural], "meter")
    bounded = run([suite], Ask(engines=(f"{HERE}.knows_to_3",)), Here(suite))
    assert (bounded["natural"].answer, bounded.exit_code) == (BOUNDED, 3)
    assert "in every run of up to 3 steps, and no further is known: it stops there; HOLDS was expected" in repr(bounded)


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        ("digest", "0" * 64, "is about another specification"),
        ("trace", {"start": {"n": 0}, "steps": [{"rule": "up", "args": {}, "state": {"n": 2}}]}, "the trace says (2,)"),
        ("trace", None, "SEEN comes with a trace"),
        ("answer", "CERTAIN", "CERTAIN"),
    ],
)
def test_a_verdict_from_elsewhere_is_believed_for_its_evidence_alone(part: str, value: object, reason: str) -> None:
    """A worker's word is data: it is about this specification, and its trace replays here, or it is none."""
    suite = suite_of([moves], "meter")
    (verdict,) = check(moves).results[-1].said
    data = {**verdict.to_data(), part: value}
    book = Book(suite)
    task = Task("", (), "Meter.moves", None, 1.0)
    assert book.enter(Done(task, (data,))) == []
    result = book.result(suite.asked[-1])
    assert result is not None
    assert result.verdict.answer is UNKNOWN
    assert reason in result.verdict.why
