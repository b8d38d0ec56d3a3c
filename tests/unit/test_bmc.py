"""Bounded model checking finds the shortest way to a state, and says no more than it looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from sennit import (
    BOUNDED,
    FAILS,
    SEEN,
    UNKNOWN,
    Bool,
    Expr,
    Int,
    Question,
    Real,
    System,
    always,
    count,
    implies,
    in_range,
    rule,
    theorem,
)
from sennit.budget import Budget
from sennit.engines import bmc
from sennit.expr import and_, constant, eq, variable
from sennit.lower.solver import GaveUp
from sennit.lower.unrolling import Unrolling
from sennit.machine import Machine, State
from sennit.trace import Trace
from sennit.verdict import Verdict
from unit.small_systems import (
    Counter,
    Deadline,
    Doubling,
    Growth,
    Impossible,
    Lock,
    Loop,
    Overflow,
    Still,
    Strides,
    Two,
    Votes,
    is_always,
    is_sometimes,
)


def check(question: Question, depth: int | None = 8, seconds: float = 30) -> Verdict:
    return bmc.check(question, Budget(seconds=seconds, depth=depth))


def steps(verdict: Verdict) -> int:
    assert verdict.trace is not None, verdict.why
    return len(verdict.trace)


def test_a_bad_state_is_found_by_a_shortest_trace() -> None:
    """Two clients hold the unguarded lock after four steps and not before."""
    question = is_always(Lock.at(guarded=False), lambda lock: count(place == "holds" for place in lock.place) <= 1)
    verdict = check(question)
    assert (verdict.answer, steps(verdict)) == (FAILS, 4)


def test_a_true_claim_is_bounded_by_the_depth_that_was_looked_at() -> None:
    """With the guard, nothing is found, and the verdict says how deep that was."""
    verdict = check(is_always(Lock.at(), lambda lock: count(place == "holds" for place in lock.place) <= 1))
    assert (verdict.answer, verdict.scope.depth) == (BOUNDED, 8)


def test_without_a_depth_it_looks_thirty_steps_far() -> None:
    """The budget may name no depth."""
    verdict = check(is_always(Loop.at(), lambda loop: loop.room != 9), depth=None)
    assert (verdict.answer, verdict.scope.depth) == (BOUNDED, 30)


def test_what_is_not_seen_is_unknown_and_never_never() -> None:
    """A `sometimes` that no short run reaches is not decided."""
    verdict = check(is_sometimes(Counter.at(top=50), lambda counter: counter.n == 50))
    assert verdict.answer is UNKNOWN
    assert "8 steps" in verdict.why


def test_a_good_state_is_seen() -> None:
    """All vote yes and the collector accepts: one step more than there are voters."""
    verdict = check(is_sometimes(Votes.at(voter=4), lambda votes: votes.decided == "accepted"))
    assert (verdict.answer, steps(verdict)) == (SEEN, 5)


def test_an_initial_state_is_looked_at() -> None:
    """Depth 0 counts: a claim that is false at the start fails without a step."""
    verdict = check(is_always(Counter.at(), lambda counter: counter.n > 0))
    assert (verdict.answer, steps(verdict)) == (FAILS, 0)


def test_a_dead_end_is_a_legal_last_state() -> None:
    """The counter stops at its top, which is a state like any other and can be bad."""
    verdict = check(is_always(Counter.at(), lambda counter: counter.n != 5))
    assert (verdict.answer, steps(verdict)) == (FAILS, 5)


def test_where_all_runs_end_it_says_so_and_claims_no_proof() -> None:
    """No run has six steps, so nothing lies deeper; but that has no certificate."""
    verdict = check(is_always(Counter.at(), lambda counter: (counter.n * counter.n) % 3 != 2), depth=20)
    assert (verdict.answer, verdict.scope.depth) == (BOUNDED, 5)
    assert "no run of 6 steps" in verdict.why


def test_a_machine_without_rules_has_its_initial_states() -> None:
    """What `initially` excludes is no state, what it allows is one."""
    assert check(is_always(Still.at(), lambda still: implies(still.even, still.x != 4))).answer is FAILS
    verdict = check(is_always(Still.at(), lambda still: implies(still.even, still.x != 5)))
    assert (verdict.answer, verdict.scope.depth) == (BOUNDED, 0)


def test_a_machine_without_initial_states_has_no_runs() -> None:
    """Nothing is reached from nowhere, not even what is true."""
    assert check(is_sometimes(Impossible.at(), lambda nowhere: nowhere.x <= 3)).answer is UNKNOWN


def test_a_state_that_is_never_entered_is_not_found() -> None:
    """That 7 leads to 9 does not matter."""
    assert check(is_always(Loop.at(), lambda loop: loop.room < 3)).answer is BOUNDED


def test_real_clocks_give_exact_fractions() -> None:
    """A prover may finish late, at a time that is a fraction, and the run replays."""
    question = is_sometimes(
        Deadline.at(), lambda d: d.done & (d.clock * 7 == 22) & (d.limit < d.clock + Fraction(1, 9))
    )
    verdict = check(question)
    assert (verdict.answer, steps(verdict)) == (SEEN, 2)
    assert verdict.trace is not None
    assert verdict.trace.last[1] == Fraction(22, 7)


def test_a_deadline_is_kept_as_far_as_was_looked() -> None:
    """Time does not pass the limit."""
    assert check(is_always(Deadline.at(), lambda d: d.clock <= d.limit), depth=5).answer is BOUNDED


def test_integers_without_bounds_are_mathematical() -> None:
    """Doublings pass 32 bits, and a parameter without end takes the rest away at once."""
    verdict = check(is_sometimes(Doubling.at(), lambda d: d.n == 2**34 - 12345), depth=40)
    assert (verdict.answer, steps(verdict)) == (SEEN, 35)


def test_parameters_of_one_name_are_two_parameters() -> None:
    """Each rule has its own, and the run names both."""
    verdict = check(is_sometimes(Two.at(), lambda two: (two.a == 4) & (two.b == 12)))
    assert verdict.trace is not None
    assert sorted((step.rule, step.args) for step in verdict.trace.steps) == [
        ("left", (2,)),
        ("left", (2,)),
        ("right", (12,)),
    ]


def test_an_irrational_model_is_no_trace() -> None:
    """Two steps reach size 2 where the rate is the root of 2, which no value of a Real is."""
    verdict = check(is_always(Growth.at(), lambda g: g.size != 2), depth=1)
    assert verdict.answer is FAILS, "one step reaches it by the rate 2"
    verdict = check(is_always(Growth.at(), lambda g: (g.size != 2) | (g.rate == 2)), depth=2)
    assert verdict.answer in (BOUNDED, UNKNOWN)
    assert verdict.scope.depth in (None, 1)


def test_where_not_even_the_start_is_decided_the_answer_is_unknown() -> None:
    """The only counterexample is irrational, or there was no time at all."""

    @theorem(x=Real())
    def no_root(x: Expr) -> Expr:
        """No square is 2, which is so of fractions and not of reals."""
        return x * x != 2

    verdict = check(no_root.question())
    assert verdict.answer is UNKNOWN
    assert "irrational" in verdict.why
    verdict = check(no_root.question(), seconds=0)
    assert verdict.answer is UNKNOWN
    assert "no time was left" in verdict.why


@dataclass(frozen=True)
class Impatient(Budget):
    """Time without end, until depth 2 is begun."""

    said: list[str] = field(default_factory=list)

    def left(self) -> float:
        return 0.0 if "depth 2" in self.said else float("inf")


def test_time_that_runs_out_leaves_the_depth_that_was_decided() -> None:
    """What was decided stays, and the verdict says why it is no more."""
    said: list[str] = []
    question = is_always(Votes.at(), lambda votes: votes.decided != "accepted")
    verdict = bmc.check(question, Impatient(progress=said.append, said=said))
    assert (verdict.answer, verdict.scope.depth) == (BOUNDED, 1)
    assert verdict.why == "at 2 steps: no time was left"


def test_progress_names_the_depth() -> None:
    """Whoever watches sees how deep it is."""
    said: list[str] = []
    bmc.check(is_always(Loop.at(), lambda loop: loop.room < 3), Budget(depth=2, progress=said.append))
    assert said == ["depth 0", "depth 1", "depth 2"]


def test_the_range_claim_fails_in_the_state_before_the_step() -> None:
    """A step that would leave its range is no step; `in_range` is false where it would be taken."""
    verdict = check(in_range(Overflow).question(), depth=4)
    assert verdict.answer is FAILS


def test_the_same_question_gets_the_same_trace() -> None:
    """What was checked before leaves nothing behind."""
    question = is_always(Lock.at(guarded=False, client=4), lambda lock: count(p == "holds" for p in lock.place) <= 1)
    first = check(question)
    check(is_always(Votes.at(), lambda votes: votes.decided != "accepted"))
    assert check(question).trace == first.trace


MACHINES: dict[str, Callable[[], System]] = {
    "overflow": Overflow.at,
    "strides": Strides.at,
    "lock": lambda: Lock.at(client=2),
    "votes": lambda: Votes.at(voter=2),
    "counter": Counter.at,
    "loop": Loop.at,
}


@pytest.mark.parametrize("name", MACHINES)
def test_a_step_of_the_unrolling_is_a_step_of_the_machine(name: str) -> None:
    """From each of many states, one step reaches exactly the states that the reference semantics reaches."""
    machine = MACHINES[name]().machine
    states = _some_states(machine, 40)
    for state in states:
        after = {reached for _, _, reached in machine.moves(state)}
        missed = [s for s in after if isinstance(_one_step(machine, state, _is(machine, s)), GaveUp | type(None))]
        assert not missed, f"from {state}, {missed} cannot be reached"
        other = _one_step(machine, state, and_(*(~_is(machine, s) for s in after)))
        assert other is None, f"from {state}, no rule leads to {other}"


def _some_states(machine: Machine, most: int) -> list[State]:
    seen: dict[State, None] = {}
    todo = _initial(machine)
    while todo and len(seen) < most:
        state = todo.pop(0)
        if state not in seen:
            seen[state] = None
            todo.extend(after for _, _, after in machine.moves(state))
    return list(seen)


def _initial(machine: Machine) -> list[State]:
    """The initial states, by asking for one after the other."""
    found: list[State] = []
    while True:
        trace = Unrolling(machine, and_(*(~_is(machine, s) for s in found))).reach(30)
        if not isinstance(trace, Trace):
            return found
        found.append(trace.start)


def _is(machine: Machine, state: State) -> Expr:
    return and_(
        *(eq(variable(v.name, v.sort), constant(x, v.sort)) for v, x in zip(machine.variables, state, strict=True))
    )


def _one_step(machine: Machine, state: State, target: Expr) -> State | GaveUp | None:
    """A state of the target one step after `state`, None where there is none."""
    anywhere = tuple(replace(v, start=None) for v in machine.variables)
    runs = Unrolling(Machine(machine.name, anywhere, _is(machine, state), machine.rules), target)
    runs.extend()
    found = runs.reach(30)
    if isinstance(found, Trace):
        assert machine.step(state, found.steps[0].rule, found.steps[0].args) == found.last
        return found.last
    return found if isinstance(found, GaveUp) else None


def test_no_name_of_a_variable_is_one_of_the_search() -> None:
    """A variable may be called hit, and the search still looks at every depth."""

    class Shots(System):
        """A counter, and whether anything was hit."""

        hit = Bool(init=False)
        n = Int(0, 9, init=0)

        @rule(by="archer")
        def shoot(self) -> None:
            self.require(self.n < 9)
            self.n += 1
            self.hit = True

    @always(Shots)
    def few(shots: Shots) -> Expr:
        """There are few shots."""
        return shots.n < 4

    verdict = bmc.check(few.question(), Budget(30.0))
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert len(verdict.trace) == 4
