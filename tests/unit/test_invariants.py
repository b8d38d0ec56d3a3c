"""Mining, IC3 and Spacer find invariants, and nothing holds that two other solvers have not re-checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType

import pytest

from agreement.machines import sample
from sennit import (
    FAILS,
    HOLDS,
    NEVER,
    UNKNOWN,
    Array,
    Bool,
    Enum,
    Expr,
    Index,
    Int,
    Member,
    System,
    always,
    count,
    forall,
    rule,
)
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.claim import Question
from sennit.engines import ic3, mining, spacer
from sennit.expr import constant, le, true, variable
from sennit.lower.horn import Safe, Unsafe
from sennit.sort import IntSort
from sennit.verdict import Inductive, Verdict
from sennit_properties.ewd840 import detection
from sennit_properties.peterson import exclusion
from sennit_properties.philosophers import neighbours_apart, never_stuck
from sennit_properties.two_phase import consistent

FINDERS = (mining, ic3, spacer)
TWO_PHASE = consistent.question({"manager": 7})


def invariant(verdict: Verdict) -> list[Expr]:
    """The parts of a proof's invariant, after the three obligations have been discharged once more by both solvers."""
    assert isinstance(verdict.certificate, Inductive), verdict.why
    assert (verdict.certificate.k, verdict.leans) == (1, ())
    again = recheck(verdict.question, verdict.certificate)
    assert again.ok
    assert not again.one_solver
    found = verdict.certificate.invariant
    return list(found.args) if found.op == "and_" else [found]


# -- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [mining, ic3], ids=lambda e: e.NAME)
def test_two_phase_commit_for_seven_is_proved_without_its_lemmas(engine: ModuleType) -> None:
    """Where Spacer gives up; in the language of the specification, with little that is not needed."""
    verdict = engine.check(TWO_PHASE, Budget(60))
    assert verdict.answer is HOLDS
    parts = invariant(verdict)
    assert 20 < len(parts) < 120
    assert any("commit_sent" in str(part) for part in parts)


class Ring(System):
    """Ten nodes hand a token around, and work only where it is."""

    node = Index(10)
    token = Array(node, Bool(), init=[True] + [False] * 9)
    works = Array(node, Bool(), init=False)

    @rule(by="node {n}", n=node)
    def begin(self, n: Expr) -> None:
        self.require(self.token[n])
        self.works[n] = True

    @rule(by="node {n}", n=node)
    def pass_on(self, n: Expr) -> None:
        self.require(self.token[n])
        self.works[n] = False
        self.token[n] = False
        self.token[(n + 1) % len(self.node)] = True


@always(Ring)
def one_works(ring: Ring) -> Expr:
    """At most one node works."""
    return count(ring.works) <= 1


@pytest.mark.parametrize(
    "question",
    [
        neighbours_apart.question({"philosopher": 14}),
        never_stuck.question({"philosopher": 14}),
        one_works.question(),
        exclusion.question(),
    ],
    ids=lambda q: q.id,
)
def test_mining_proves_what_clauses_of_two_or_three_atoms_say(question: Question) -> None:
    """Fourteen philosophers, a ring of ten, and Peterson's algorithm."""
    assert mining.check(question, Budget(60)).answer is HOLDS


def test_ic3_proves_what_needs_longer_clauses() -> None:
    """Termination detection on a ring: no set of clauses of three atoms suffices, and mining says so."""
    question = detection.question({"node": 4})
    found = mining.check(question, Budget(60))
    assert (found.answer, "clauses of up to 3 atoms are inductive" in found.why) == (UNKNOWN, True)
    verdict = ic3.check(question, Budget(60))
    assert verdict.answer is HOLDS
    assert invariant(verdict)


class Race(System):
    """A worker that never overtakes a clock, which stops now and then."""

    clock = Int(0, 9, init=0)
    work = Int(0, 9, init=0)
    done = Int(0, 9, init=0)

    @rule(by="time")
    def tick(self) -> None:
        self.require(self.clock < 9)
        self.clock += 1

    @rule(by="worker")
    def begin(self) -> None:
        self.require(self.work < self.clock)
        self.work += 1

    @rule(by="worker")
    def finish(self) -> None:
        self.require(self.done < self.work)
        self.done += 1


@always(Race)
def in_order(race: Race) -> Expr:
    """What is done was given time for."""
    return race.done <= race.clock


def test_relations_between_variables_are_among_the_candidates() -> None:
    """The order of the numbers is all of the proof."""
    parts = [str(part) for part in invariant(mining.check(in_order.question(), Budget(60)))]
    assert "work <= clock" in parts
    assert set(parts) <= {"done <= clock", "done <= work", "work <= clock"}


class Seats(System):
    """Two people sit down, each on a seat of a row of its own."""

    front = Index(3)
    back = Index(4)
    one = Member(front, init=0)
    other = Member(back, init=0)

    @rule(by="one", f=front)
    def sit_in_front(self, f: Expr) -> None:
        self.one = f

    @rule(by="other", b=back)
    def sit_behind(self, b: Expr) -> None:
        self.require(b != 3)
        self.other = b


@always(Seats)
def last_seat_free(seats: Seats) -> Expr:
    """Nobody takes the last seat."""
    return seats.other != 3


def test_members_of_different_indexes_are_not_among_the_relations() -> None:
    """They are never compared, so nothing is asked of them."""
    assert mining.check(last_seat_free.question(), Budget(30.0)).answer is HOLDS


class Stairs(System):
    """Two numbers without end; the second climbs behind the first."""

    up = Int(init=0)
    behind = Int(init=0)
    phase = Enum("first", "second", init="first")

    @rule(by="somebody")
    def step(self) -> None:
        self.require(self.phase == "first")
        self.up += 3
        self.phase = "second"

    @rule(by="somebody")
    def follow(self) -> None:
        self.require(self.phase == "second")
        self.behind += 2
        self.phase = "first"


@always(Stairs)
def never_ahead(stairs: Stairs) -> Expr:
    """The second never overtakes the first."""
    return stairs.behind <= stairs.up


@always(Stairs, expect=FAILS)
def never_nine(stairs: Stairs) -> Expr:
    """The first is never nine."""
    return stairs.up != 9


def test_spacer_finds_an_invariant_over_numbers_without_end() -> None:
    """It relates the numbers, and is written with the names of the specification."""
    verdict = spacer.check(never_ahead.question(), Budget(60))
    assert verdict.answer is HOLDS
    assert any("behind" in str(part) and "up" in str(part) for part in invariant(verdict))


def test_spacer_gives_a_counterexample_only_as_a_trace_that_replays() -> None:
    """It says that nine is reached; the run is found by unrolling."""
    verdict = spacer.check(never_nine.question(), Budget(60))
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert len(verdict.trace) == 5


@pytest.mark.parametrize("seed", range(3_000, 3_030))
def test_every_invariant_that_ic3_hands_out_passes_its_three_obligations(seed: int) -> None:
    """True initially, kept by every rule and enough for the claim: on random systems, by both solvers, once more."""
    verdict = ic3.check(sample(seed).question, Budget(60))
    if verdict.answer in (HOLDS, NEVER):
        assert invariant(verdict)
    else:
        assert verdict.trace is not None


# -- what is not believed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claimed", [true(), le(variable("up", IntSort()), constant(3))], ids=str)
def test_an_invariant_of_spacer_that_is_none_is_not_believed(monkeypatch: pytest.MonkeyPatch, claimed: Expr) -> None:
    """Whatever it says, its proof has to pass."""
    monkeypatch.setattr(spacer, "ask_spacer", lambda *_: Safe(claimed))
    verdict = spacer.check(never_ahead.question(), Budget(20))
    assert verdict.answer is UNKNOWN
    assert "did not pass its check" in verdict.why


def test_a_counterexample_of_spacer_that_nobody_finds_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim is true, so no run shows otherwise, and the depth that was looked at is said."""
    monkeypatch.setattr(spacer, "ask_spacer", lambda *_: Unsafe())
    verdict = spacer.check(never_ahead.question(), Budget(1.0))
    assert verdict.answer is UNKNOWN
    assert "no run of up to" in verdict.why
    assert verdict.scope.depth is not None


# -- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", FINDERS, ids=lambda e: e.NAME)
def test_the_budget_is_kept(engine: ModuleType) -> None:
    """Thirty managers are too many for a second; what was reached by then is said."""
    question = consistent.question({"manager": 30})
    began = time.monotonic()
    verdict = engine.check(question, Budget(1.0))
    assert verdict.answer is UNKNOWN
    assert verdict.why
    assert time.monotonic() - began < 6.0


def after(calls: int) -> Callable[[str], None]:
    """Ctrl-C at that word of progress."""
    heard = 0

    def hear(_: str) -> None:
        nonlocal heard
        heard += 1
        if heard == calls:
            raise KeyboardInterrupt

    return hear


@pytest.mark.parametrize("engine", FINDERS, ids=lambda e: e.NAME)
def test_an_interruption_leaves_what_was_reached(engine: ModuleType) -> None:
    """Ctrl-C is no error; IC3 says its frame, mining its states."""
    verdict = engine.check(TWO_PHASE, Budget(60, progress=after(1 if engine is spacer else 20)))
    assert verdict.answer is UNKNOWN
    assert "interrupted" in verdict.why
    if engine is ic3:
        assert "at frame" in verdict.why
    if engine is mining:
        assert (verdict.scope.states or 0) > 1


@pytest.mark.parametrize("engine", [mining, ic3], ids=lambda e: e.NAME)
def test_machines_without_end_are_outside_the_fragment(engine: ModuleType) -> None:
    """They are for Spacer."""
    verdict = engine.check(never_ahead.question(), Budget(20))
    assert (verdict.answer, "outside the fragment" in verdict.why) == (UNKNOWN, True)


def test_the_same_seed_finds_the_same_invariant() -> None:
    """Nothing depends on the order of a set."""
    for engine in (mining, ic3):
        one, other = (engine.check(exclusion.question(), Budget(60)) for _ in "ab")
        assert [str(part) for part in invariant(one)] == [str(part) for part in invariant(other)]


def test_forall_is_not_needed_to_read_the_table() -> None:
    """An invariant of no parts is the constant true: the claim follows from the declared ranges."""
    question = always(Race)(_bounded).question()
    assert [str(part) for part in invariant(mining.check(question, Budget(60)))] == ["True"]


def _bounded(race: Race) -> Expr:
    """No variable is over nine."""
    return forall(number <= 9 for number in (race.clock, race.work, race.done)) | (race.clock == race.work)
