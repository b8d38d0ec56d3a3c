"""How often each rule fires in all reachable states: the same by both searches, by the reference, and by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from sennit import (
    BOUNDED,
    HOLDS,
    UNKNOWN,
    Array,
    Expr,
    Index,
    Int,
    Question,
    Size,
    System,
    Verdict,
    always,
    forall,
    rule,
    sometimes,
)
from sennit.budget import Budget
from sennit.engines import explore
from sennit.lower.program import Layout, starts
from sennit.machine import Machine
from sennit.run import check
from sennit.run.asking import Ask, Book, Here, run
from sennit.run.coverage import machines, out_of_reach
from sennit.run.probes import probe
from sennit.run.suite import Suite, suite_of
from sennit.run.workers import Done
from sennit.verdict import By, Fired, Scope, unknown
from sennit_properties import die_hard, ewd840, lock, missionaries, peterson, two_phase

COUNTED = Budget(seconds=None, coverage=True)


class Dials(System):
    """Each turns from 0 to 2; once both are there, they go back."""

    dial = Index(2)
    n = Array(dial, Int(0, 2), init=0)

    @rule(by="dial {d}", d=dial)
    def turn(self, d: Expr) -> None:
        self.require(self.n[d] < 2)
        self.n[d] += 1

    @rule(by="reader", d=dial)
    def overturn(self, d: Expr) -> None:
        self.require(self.n[d] > 2)
        self.n[d] = 0

    @rule(by="reader")
    def back(self) -> None:
        self.require(forall(n == 2 for n in self.n))
        for d in self.dial:
            self.n[d] = 0


class Alike(System):
    """The same dials, which nothing tells apart."""

    dial = Index(2, symmetric=True)
    n = Array(dial, Int(0, 2), init=0)

    @rule(by="dial {d}", d=dial)
    def turn(self, d: Expr) -> None:
        self.require(self.n[d] < 2)
        self.n[d] += 1


class Long(System):
    """Counts up, without bounds."""

    step = Size(1)
    n = Int(init=0)

    @rule(by="clock")
    def up(self) -> None:
        self.n += self.step


@always(Dials)
def in_reach(dials: Dials) -> Expr:
    """No dial passes its end."""
    return forall(n <= 2 for n in dials.n)


@always(Alike)
def alike_in_reach(alike: Alike) -> Expr:
    """No dial passes its end."""
    return forall(n <= 2 for n in alike.n)


@sometimes(Long)
def far(long: Long) -> Expr:
    """It comes far."""
    return long.n == 10**9


# Of nine states, three of three have a first dial that can turn in six, and the second likewise; at the end none can.
BY_HAND = (Fired("turn", 12, 8), Fired("overturn", 0, 0), Fired("back", 1, 1))


def use_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first look at the clock, however small the System."""
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    monkeypatch.setattr(explore, "_BATCH", 1)


def counts(question: Question) -> Verdict:
    return explore.check(probe(question, "coverage"), COUNTED)


def by_the_reference(machine: Machine) -> tuple[int, list[tuple[str, int, int]]]:
    """States, and of each rule its steps and the states that it makes one from, by `Machine.moves` alone."""
    layout = Layout(machine.variables)
    reached = dict.fromkeys(layout.decode(state) for state in starts(machine, 10**6))
    steps, states, todo = Counter[str](), Counter[str](), list(reached)
    while todo:
        moves = [(rule.name, after) for rule, _, after in machine.moves(todo.pop())]
        steps.update(name for name, _ in moves)
        states.update({name for name, _ in moves})
        new = [after for after in dict.fromkeys(after for _, after in moves) if after not in reached]
        reached |= dict.fromkeys(new)
        todo += new
    return len(reached), [(rule.name, steps[rule.name], states[rule.name]) for rule in machine.rules]


@pytest.mark.parametrize("native", [False, True], ids=["interpreted", "compiled"])
def test_counts_are_those_that_are_made_by_hand(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule with two choices of its parameter in one state makes two steps there, and fires in one state."""
    if native:
        use_machine_code(monkeypatch)
    verdict = counts(in_reach.question())
    assert ("llvmlite" in dict(verdict.versions)) is native
    assert verdict.answer is HOLDS
    assert (verdict.scope.states, verdict.scope.steps, verdict.scope.coverage) == (9, 13, BY_HAND)
    assert verdict.scope.unfired == ("overturn",)


QUESTIONS = [
    two_phase.consistent.question({"manager": 2}),
    two_phase.consistent.question({"manager": 2, "binding": False}),
    two_phase.consistent.question(),
    ewd840.detection.question({"node": 2}),
    lock.mutex.question(),
    die_hard.never_four.question(),
    missionaries.never_across.question(),
    peterson.exclusion.question(),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_both_searches_and_the_reference_count_alike(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps and states of every rule; together the steps are all that the search took."""
    slow = counts(question).scope
    use_machine_code(monkeypatch)
    fast = counts(question)
    assert "llvmlite" in dict(fast.versions)
    assert fast.scope == slow
    states, rules = by_the_reference(question.machine)
    assert slow.coverage == tuple(Fired(*row) for row in rules)
    assert (slow.states, slow.steps) == (states, sum(steps for _, steps, _ in rules))


def test_two_phase_commit_takes_the_steps_that_are_published() -> None:
    """The published 1,146 for three managers count the initial state as well."""
    coverage = counts(two_phase.consistent.question()).scope.coverage
    assert coverage is not None
    assert sum(fired.steps for fired in coverage) == 1_145


def test_of_states_up_to_exchanges_one_counts_for_all() -> None:
    """Six sets of states: in three both dials turn, in two one does, in one none; the table says what was counted."""
    report = check([alike_in_reach], coverage=True)
    lines = report.coverage()
    assert lines[0] == "coverage of Alike[dial=2]: 6 reachable states up to exchanges of dial, 8 steps"
    assert lines[2].split() == ["turn", "8", "5", "83", "%"]


def test_rules_that_make_other_steps_than_the_search_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts that do not add up are never shown."""
    monkeypatch.setattr(explore, "_fired", lambda *_: (4, 4))
    with pytest.raises(AssertionError, match="the rules of Dials make 12 steps, and 13 were taken"):
        counts(in_reach.question())


def test_nothing_is_counted_unless_it_is_asked_for() -> None:
    """Neither in a verdict nor in its data, which the ledger keeps; where it is asked for, data carry it."""
    question = probe(in_reach.question(), "coverage")
    plain, asked = explore.check(question, Budget(seconds=None)), explore.check(question, COUNTED)
    assert plain.scope.coverage is None
    assert list(plain.to_data()["scope"]) == ["depth", "states", "steps", "unfired"]  # type: ignore[call-overload]  # it is a dict
    assert Verdict.from_data(asked.to_data(), question).scope.coverage == BY_HAND
    report = check([in_reach])
    assert report.coverage() == []
    assert all("coverage" not in suite for suite in report.to_data()["suites"])  # type: ignore[attr-defined]  # a list


@pytest.mark.parametrize("native", [False, True], ids=["interpreted", "compiled"])
def test_ctrl_c_ends_counting(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was at has been said before, and is said once more."""
    if native:
        use_machine_code(monkeypatch)
    monkeypatch.setattr(explore, "_EVERY", 0.0)
    heard: list[str] = []

    def hear(text: str) -> None:
        heard.append(text)
        if text.startswith("counting the steps of back"):
            raise KeyboardInterrupt

    verdict = explore.check(probe(in_reach.question(), "coverage"), Budget(None, coverage=True, progress=hear))
    assert "counting the steps of turn (rule 1 of 3), 9 of 9 states" in heard
    assert verdict.scope.coverage is None
    assert verdict.why.startswith("interrupted, counting the steps of back (rule 3 of 3) after all 9 states")


# -- what a run says of it --------------------------------------------------------------------------------------------


def test_a_table_marks_rules_that_never_fire() -> None:
    """After the answers and before the sum, with shares of the states."""
    report = check([in_reach], coverage=True)
    assert report["in_reach"].answer is HOLDS
    assert report.coverage() == [
        "coverage of Dials[dial=2]: 9 reachable states, 13 steps",
        "  rule      steps  in states",
        "  turn         12          8   89 %",
        "  overturn      0          0    0 %  never fires",
        "  back          1          1   11 %",
    ]
    assert "\n".join(report.coverage()) in repr(report)


def test_each_system_and_size_is_counted_once() -> None:
    """However many claims there are on it; not where a switch was dropped."""
    suite = suite_of([lock.mutex, lock.never_stuck], "lock", at=[{"client": 2}, {"client": 3}])
    report = run([suite], Ask(survey=False, coverage=True), Here(suite))
    assert any(result.asked.without for result in report)
    assert [line for line in report.coverage() if line.startswith("coverage")] == [
        "coverage of Lock[client=2]: 8 reachable states, 14 steps",
        "coverage of Lock[client=3]: 20 reachable states, 48 steps",
    ]


class OutOfTime(Here):
    """Has no time left for counting."""

    def wait(self, seconds: float) -> list[Done]:
        """Every budget but of claims is used up."""
        for number, task in enumerate(self._waiting):
            if task.coverage:
                self._waiting[number] = type(task)(**{**vars(task), "seconds": 0.0})
        return super().wait(seconds)


def test_what_was_not_counted_is_said_with_the_reason() -> None:
    """Time that was used up, a run that was interrupted, a search that comes to no end; answers stay as they are."""
    suite = suite_of([in_reach], "dials")
    report = run([suite], Ask(survey=False, coverage=True), OutOfTime(suite))
    (line,) = report.coverage()
    assert line.startswith("coverage of Dials[dial=2]: not counted, the 0 s are used up")
    assert line.endswith(": --budget gives each question more")
    assert report.exit_code == 0
    assert Book(suite).group(coverage=True).coverage is not None
    (left,) = Book(suite).group(coverage=True).coverage or ()
    assert left.lines() == ["coverage of Dials[dial=2]: not counted, interrupted before it was begun"]
    assert (left.to_data()["states"], left.to_data()["why"]) == (None, "interrupted before it was begun")


def test_a_search_that_comes_to_no_end_is_not_begun_again() -> None:
    """Unless it is of finitely many states, and had but a share of the time."""
    why = "the 2 s are used up, at 70 states"
    for claim, tried in ((far, False), (in_reach, True)):
        suite: Suite = suite_of([claim], "it")
        (asked,) = machines(suite).values()
        stopped = unknown(asked.question, why, By("explore", scope=Scope(states=70)))
        found = out_of_reach(asked, [[stopped]])
        assert (found is None) is tried
        assert out_of_reach(asked, [[unknown(asked.question, why, By("bmc"))]]) is None
        if found is not None:
            (line,) = found.lines()
            assert f"not counted, since not all states were reached: {why}: --budget" in line
    assert explore.check(far.question(), Budget(states=50)).answer in (BOUNDED, UNKNOWN)
