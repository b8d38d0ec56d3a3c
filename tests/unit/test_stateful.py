"""Random runs: what they find, what they say when they find nothing, and how users run them as tests."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from sennit import (
    ANY,
    FAILS,
    SEEN,
    UNKNOWN,
    Array,
    Bool,
    Enum,
    Expr,
    Index,
    Int,
    Misuse,
    Real,
    Switch,
    System,
    always,
    count,
    rule,
    sometimes,
)
from sennit.budget import Budget
from sennit.engines.stateful import Violated, check, state_machine


class Lock(System):
    """One lock for three clients; unguarded, it is lent twice."""

    client = Index(3)
    guarded = Switch(on=True)
    free = Bool(init=True)
    place = Array(client, Enum("idle", "waits", "holds"), init="idle")

    @rule(by="client {c}", c=client)
    def ask(self, c: Expr) -> None:
        self.require(self.place[c] == "idle")
        self.place[c] = "waits"

    @rule(by="server", c=client)
    def grant(self, c: Expr) -> None:
        self.require(self.place[c] == "waits")
        if self.guarded:
            self.require(self.free)
        self.free = False
        self.place[c] = "holds"

    @rule(by="client {c}", c=client)
    def release(self, c: Expr) -> None:
        self.require(self.place[c] == "holds")
        self.free = True
        self.place[c] = "idle"

    @rule(by="nobody")
    def impossible(self) -> None:
        self.require(count(place == "holds" for place in self.place) == 3, self.free)
        self.free = False


@always(Lock, rests_on=("guarded",))
def mutex(lock: Lock) -> Expr:
    """The lock is never held twice."""
    return count(place == "holds" for place in lock.place) <= 1


@sometimes(Lock)
def all_wait(lock: Lock) -> Expr:
    """All clients wait."""
    return count(place == "waits" for place in lock.place) == 3


class Ladder(System):
    """Twelve rungs, and a way back to the bottom from each."""

    x = Int(0, 12, init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.require(self.x < 12)
        self.x = self.x + 1


@always(Ladder, expect=FAILS)
def not_the_top(ladder: Ladder) -> Expr:
    """The top is out of reach."""
    return ladder.x != 12


class Safe(System):
    """A lock of three digits, of which the last three count."""

    shown = Int(0, 999, init=0)

    @rule(by="thief", digit=Int(0, 9))
    def press(self, digit: Expr) -> None:
        self.shown = (self.shown * 10 + digit) % 1_000


@always(Safe, expect=FAILS)
def stays_shut(safe: Safe) -> Expr:
    """The combination is never found."""
    return safe.shown != 472


class Spill(System):
    """Counts past its declared range."""

    x = Int(0, 3, init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.x = self.x + 1


class Timer(System):
    """A deadline that is chosen as any real, and met exactly."""

    deadline = Real(1, init=ANY)
    now = Real(init=0)

    @rule(by="time", d=Real())
    def elapse(self, d: Expr) -> None:
        self.require(d > 0, self.now + d <= self.deadline)
        self.now = self.now + d


@sometimes(Timer)
def on_time(timer: Timer) -> Expr:
    """Time stops exactly at a deadline later than one."""
    return (timer.now == timer.deadline) & (timer.deadline > 1)


def test_a_violation_is_found_and_its_trace_is_short() -> None:
    """Two clients ask and are served: four steps, whatever else the run did."""
    verdict = check(mutex.question({"guarded": False}), Budget(seconds=30.0))
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert len(verdict.trace) == 4
    assert verdict.engine == "stateful"
    assert dict(verdict.versions).keys() == {"hypothesis"}


def test_a_state_that_is_looked_for_is_seen() -> None:
    """A `sometimes` is reached in as many steps as it takes."""
    verdict = check(all_wait.question(), Budget(seconds=30.0))
    assert verdict.answer is SEEN
    assert verdict.trace is not None
    assert len(verdict.trace) == 3


def test_finding_nothing_is_unknown_and_says_what_was_tried() -> None:
    """Steps, runs, and the rules that never fired, of which one cannot."""
    verdict = check(mutex.question(), Budget(seconds=0.5))
    assert verdict.answer is UNKNOWN
    assert verdict.scope.steps is not None
    assert verdict.scope.steps > 50
    assert verdict.scope.unfired == ("impossible",)
    assert f"{verdict.scope.steps:,} random steps in" in verdict.why
    assert "3 of 4 rules fired" in verdict.why


@pytest.mark.parametrize("seconds", [0.0, 0.7])
def test_the_seconds_of_the_budget_are_kept(seconds: float) -> None:
    """The run ends within a second of its time."""
    before = time.monotonic()
    verdict = check(mutex.question(), Budget(seconds=seconds))
    assert verdict.answer is UNKNOWN
    assert "the time was used up" in verdict.why
    assert time.monotonic() - before < seconds + 1.0


def test_without_a_limit_of_time_the_number_of_runs_is_the_limit() -> None:
    """It ends, and says how many runs there were."""
    verdict = check(mutex.question(), Budget(seconds=None, depth=1))
    assert verdict.answer is UNKNOWN
    assert "random steps in" in verdict.why
    assert "time" not in verdict.why


def test_the_same_seed_gives_the_same_runs() -> None:
    """It takes as many steps to find the same trace; with other seeds it takes other numbers of steps."""
    question = stays_shut.question()

    def tried(seed: int) -> tuple[object, object]:
        verdict = check(question, Budget(seconds=60.0, seed=seed))
        return verdict.trace, verdict.scope.steps

    check(question, Budget(seconds=60.0))  # whatever is imported late is imported now
    assert tried(3) == tried(3)
    assert len({tried(seed) for seed in range(5)}) > 1


def test_the_depth_of_the_budget_bounds_a_run() -> None:
    """Twelve steps are found by runs of twelve and by none of eleven."""
    question = not_the_top.question()
    assert check(question, Budget(seconds=30.0, depth=12)).answer is FAILS
    assert check(question, Budget(seconds=1.0, depth=11)).answer is UNKNOWN


def test_an_interrupt_gives_the_counts_so_far() -> None:
    """Ctrl-C is an answer, too: UNKNOWN."""

    def interrupt(_progress: str) -> None:
        raise KeyboardInterrupt

    verdict = check(mutex.question(), Budget(seconds=60.0, progress=interrupt))
    assert verdict.answer is UNKNOWN
    assert "interrupted" in verdict.why
    assert verdict.scope.steps


def test_numbers_without_end_are_drawn_where_they_matter() -> None:
    """A chosen real deadline is met exactly, though nearly all reals miss it."""
    verdict = check(on_time.question(), Budget(seconds=30.0))
    assert verdict.answer is SEEN
    assert verdict.trace is not None
    assert len(verdict.trace) == 1


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.nested_given])
@given(seed=st.integers(0, 9))
def test_it_runs_inside_a_test_of_hypothesis(seed: int) -> None:
    """One search does not disturb the other."""
    assert check(not_the_top.question(), Budget(seconds=30.0, seed=seed)).answer is FAILS


TestLock = state_machine(Lock(), [mutex]).TestCase  # one line makes a test; pytest collects it


def test_a_state_machine_fails_with_a_shrunk_run() -> None:
    """Hypothesis shrinks what it found to the four steps that matter, or nearly: how far differs between releases."""
    runs = state_machine(Lock.at(guarded=False), [mutex])
    with pytest.raises(Violated, match=r"mutex.*is violated after [4-7] steps") as raised:
        run_state_machine_as_test(runs, settings=settings(database=None, deadline=None, max_examples=200))
    assert [step.rule for step in raised.value.trace.steps].count("grant") == 2


def test_a_state_machine_watches_the_declared_ranges() -> None:
    """A System that leaves its ranges fails without any claim."""
    with pytest.raises(Violated, match="in_range is violated after 3 steps"):
        run_state_machine_as_test(state_machine(Spill()), settings=settings(database=None, deadline=None))


def test_a_state_machine_takes_questions_about_its_own_machine_alone() -> None:
    """Other sizes are another machine."""
    assert state_machine(Lock().machine, [mutex.question()]).__name__ == "LockRuns"
    with pytest.raises(Misuse, match="another machine than Lock"):
        state_machine(Lock(), [mutex.question({"client": 2})])
    with pytest.raises(Misuse, match="no claim about Lock"):
        state_machine(Lock(), [not_the_top])


def test_a_sometimes_is_no_goal_of_a_state_machine() -> None:
    """No single run can fail to reach a state."""
    with pytest.raises(Misuse, match="no single run violates it"):
        state_machine(Lock(), [all_wait])
