"""k-induction proves what follows from itself and the lemmas, and the proof can be checked again from the formulas."""

from __future__ import annotations

import pytest

from sennit import (
    FAILS,
    HOLDS,
    NEVER,
    SEEN,
    UNKNOWN,
    Int,
    Misuse,
    Question,
    Real,
    Verdict,
    always,
    count,
    exists,
    forall,
    implies,
    in_range,
    theorem,
)
from sennit.budget import Budget
from sennit.canonical import decode, encode
from sennit.engines import induction
from sennit.expr import Expr, constant, free, not_, variable
from sennit.lower.obligations import Obligation, base, step
from sennit.lower.smtlib import ask_cvc5, script
from sennit.lower.solver import Model, Unsatisfiable, solve
from sennit.sort import IntSort
from sennit.verdict import Inductive
from unit.small_systems import (
    Counter,
    Deadline,
    Doubling,
    Growth,
    Impossible,
    Lock,
    Loop,
    Still,
    Strides,
    Two,
    Votes,
    is_always,
    is_sometimes,
)


def check(question: Question, depth: int | None = None, seconds: float = 30) -> Verdict:
    return induction.check(question, Budget(seconds=seconds, depth=depth))


def proof(verdict: Verdict) -> Inductive:
    assert isinstance(verdict.certificate, Inductive), verdict.why
    return verdict.certificate


def obligations(question: Question, certificate: Inductive) -> list[Obligation]:
    """All obligations, made anew from the certificate as it would be read from a file."""
    (invariant,) = decode(encode([certificate.invariant]))
    lemmas = [lemma.goal for lemma in question.lemmas]
    machine, k = question.machine, certificate.k
    return base(machine, invariant, k) + step(machine, invariant, k, lemmas)


@always(Lock)
def in_one_place(lock: Lock) -> Expr:
    """The lock is with the server or with a client, and with one."""
    return count(place == "holds" for place in lock.place) + count([lock.free]) == 1


@always(Lock, using=(in_one_place,))
def mutex(lock: Lock) -> Expr:
    """No two clients hold the lock."""
    return count(place == "holds" for place in lock.place) <= 1


@always(Lock, using=(mutex,))
def leaning(lock: Lock) -> Expr:
    """Two clients do not hold the lock, said again."""
    return ~((lock.place[0] == "holds") & (lock.place[1] == "holds"))


def test_an_inductive_claim_holds_by_itself() -> None:
    """What every rule keeps needs one state before, and leans on nothing."""
    verdict = check(in_one_place.question())
    assert (verdict.answer, proof(verdict).k, verdict.leans) == (HOLDS, 1, ())


def test_a_claim_holds_with_the_lemma_that_it_names_and_leans_on_it() -> None:
    """The lemma is assumed and no part of the invariant: who believes the claim has to believe the lemma."""
    question = mutex.question()
    verdict = check(question)
    assert (verdict.answer, proof(verdict).k, verdict.leans) == (HOLDS, 1, ("Lock.in_one_place",))
    assert proof(verdict).invariant is question.goal


def test_without_its_lemma_the_claim_is_not_inductive_and_a_state_shows_why() -> None:
    """The state need not be reachable, and the verdict says that."""
    question = is_always(Lock.at(), lambda lock: count(place == "holds" for place in lock.place) <= 1)
    verdict = check(question, depth=2)
    assert verdict.answer is UNKNOWN
    assert "not 2-inductive" in verdict.why
    assert "free=true" in verdict.why
    assert "may be unreachable" in verdict.why


def test_a_claim_that_is_false_fails_by_a_run() -> None:
    """The states before the induction are the states of real runs."""
    question = is_always(Lock.at(guarded=False), lambda lock: count(place == "holds" for place in lock.place) <= 1)
    verdict = check(question)
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert len(verdict.trace) == 4


def test_a_false_lemma_does_not_hide_a_failure() -> None:
    """Lemmas help the step; the first states are looked at without them."""

    @always(Counter)
    def stays_low(counter: Counter) -> Expr:
        """False."""
        return counter.n < 2

    question = is_always(Counter.at(), lambda counter: counter.n != 3, using=(stays_low,))
    verdict = check(question)
    assert (verdict.answer, verdict.leans) == (HOLDS, ("Counter.stays_low",)), "as good as the lemma, and it says so"
    assert check(stays_low.question()).answer is FAILS


def test_a_lemma_helps_before_the_step_and_after_it() -> None:
    """That 7 is never entered keeps 9 from being reached; that 3 is never passed keeps 4 from being."""

    @always(Loop)
    def never_seven(loop: Loop) -> Expr:
        """True, and by itself inductive."""
        return loop.room != 7

    @always(Counter)
    def at_most_three(counter: Counter) -> Expr:
        """False."""
        return counter.n <= 3

    before = is_always(Loop.at(), lambda loop: loop.room != 9, using=(never_seven,))
    after = is_always(Counter.at(), lambda counter: counter.n != 4, using=(at_most_three,))
    assert [proof(check(question)).k for question in (before, after)] == [1, 1]


def test_parameters_of_one_name_are_two_parameters() -> None:
    """Each rule has its own: what one parameter cannot be, the other is."""
    assert check(is_always(Two.at(), lambda two: (two.a >= 0) & (two.b >= 0))).answer is HOLDS
    verdict = check(is_always(Two.at(), lambda two: two.b + two.a < 13))
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert sorted(step.rule for step in verdict.trace.steps) == ["left", "right"]


def test_what_is_seen_is_seen() -> None:
    """A `sometimes` is decided by the run to it."""
    assert check(is_sometimes(Votes.at(), lambda votes: votes.decided == "rejected")).answer is SEEN


def test_what_never_happens_is_never() -> None:
    """A `sometimes` whose opposite is inductive has the opposite for its invariant."""
    question = is_sometimes(Lock.at(), lambda lock: count(p == "holds" for p in lock.place) + count([lock.free]) != 1)
    verdict = check(question)
    assert verdict.answer is NEVER
    assert proof(verdict).invariant is not_(question.goal)


def test_a_loop_before_the_bad_state_does_not_stop_the_induction() -> None:
    """7 is kept for ever and leads to 9, but nothing else leads to 7: two different states before suffice."""
    verdict = check(is_always(Loop.at(), lambda loop: loop.room != 9))
    assert (verdict.answer, proof(verdict).k) == (HOLDS, 2)


def test_real_clocks_are_proved_with_parameters_without_end() -> None:
    """Time elapses by any amount, and the deadline, a constant of the run, is kept."""
    question = is_always(Deadline.at(), lambda d: d.clock <= d.limit)
    assert check(question).answer is HOLDS
    assert check(is_always(Deadline.at(), lambda d: d.clock <= 2)).answer is FAILS


def test_integers_without_bounds_are_proved() -> None:
    """What is positive stays positive, however large."""
    assert check(is_always(Doubling.at(), lambda d: d.n > 0)).answer is HOLDS


def test_a_step_out_of_range_is_no_step() -> None:
    """A second stride would leave the range, so it is not taken: of a number, and of a cell."""
    number = is_always(Strides.at(), lambda s: s.n.one_of(0, 3))
    cells = is_always(Strides.at(), lambda s: forall(cell.one_of(0, 2, 3) for cell in s.cell))
    assert [proof(check(question)).k for question in (number, cells)] == [1, 1]
    assert check(in_range(Strides).question()).answer is FAILS


def test_the_last_value_of_a_cell_counts_for_its_range() -> None:
    """A cell may be out of range within a step, as in the reference semantics: the detour ends at 2."""
    verdict = check(is_always(Strides.at(), lambda s: s.cell[0] != 2))
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert [step.rule for step in verdict.trace.steps] == ["stride_in_cell", "detour"]


def test_nonlinear_arithmetic_gets_an_answer_or_says_that_it_has_none() -> None:
    """A product of unknowns that stays positive is proved; an irrational counterexample is none."""
    assert check(is_always(Growth.at(), lambda g: g.size >= 0)).answer is HOLDS
    verdict = check(is_always(Growth.at(), lambda g: (g.size != 2) | (g.rate == 2)), depth=3, seconds=5)
    assert verdict.answer is UNKNOWN
    assert "irrational" in verdict.why


def test_a_machine_without_rules_needs_its_initial_states_alone() -> None:
    """Nothing moves, so there is no step to prove."""
    verdict = check(is_always(Still.at(), lambda still: implies(still.even, still.x != 5)))
    assert (verdict.answer, proof(verdict).k) == (HOLDS, 1)
    assert check(is_always(Still.at(), lambda still: still.x != 4)).answer is FAILS


def test_of_a_machine_without_initial_states_all_is_true() -> None:
    """There is no run in which it is false; the rules have to keep it all the same."""
    assert check(is_always(Impossible.at(), lambda nowhere: nowhere.x < 1)).answer is HOLDS


def test_a_theorem_holds_by_one_formula() -> None:
    """A theorem is a machine that never moves: its certificate is the formula itself."""

    @theorem(n=Int(0), d=Real(0, 1))
    def shrinks(n: Expr, d: Expr) -> Expr:
        """A part of something is no more than the whole."""
        return implies(n >= 0, d * 7 <= 7)

    verdict = check(shrinks.question())
    assert (verdict.answer, proof(verdict).k) == (HOLDS, 1)
    assert len(obligations(shrinks.question(), proof(verdict))) == 1


def test_a_theorem_is_refuted_by_its_constants() -> None:
    """The trace of a theorem is the constants."""

    @theorem(n=Int(), m=Int(-5, 5))
    def grows(n: Expr, m: Expr) -> Expr:
        """False where m is not positive."""
        return n + m > n

    verdict = check(grows.question())
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert int(verdict.trace.start[1]) <= 0  # type: ignore[arg-type]  # an Int's value is an int


def test_a_depth_of_the_budget_bounds_k() -> None:
    """What two states before would prove, one does not; and k is at least 1."""
    question = is_always(Loop.at(), lambda loop: loop.room != 9)
    assert check(question, depth=1).answer is UNKNOWN
    assert check(question, depth=0).answer is UNKNOWN
    assert check(question, depth=2).answer is HOLDS


def test_without_time_nothing_is_decided() -> None:
    """No time is no answer."""
    verdict = check(in_one_place.question(), seconds=0)
    assert verdict.answer is UNKNOWN
    assert "no time was left" in verdict.why


PROVED = {
    "lock": in_one_place.question({"client": 4}),
    "mutex": mutex.question(),
    "leaning": leaning.question(),
    "loop": is_always(Loop.at(), lambda loop: loop.room != 9),
    "deadline": is_always(Deadline.at(), lambda d: d.clock <= d.limit),
    "doubling": is_always(Doubling.at(), lambda d: d.n > 0),
    "strides": is_always(Strides.at(), lambda s: forall(cell.one_of(0, 2, 3) for cell in s.cell)),
    "votes": is_always(Votes.at(), lambda v: implies(v.decided == "rejected", exists(x == "no" for x in v.vote))),
}


@pytest.mark.parametrize("name", PROVED)
def test_both_solvers_discharge_every_obligation_made_anew(name: str) -> None:
    """The certificate is enough to check the proof again, by Z3 and by cvc5 from text."""
    question = PROVED[name]
    verdict = check(question)
    assert verdict.answer is HOLDS, verdict.why
    todo = obligations(question, proof(verdict))
    assert todo
    for one in todo:
        assert isinstance(solve(one.formulas, 30), Unsatisfiable), one.name
        assert ask_cvc5(script(one.formulas), 30) == "unsat", one.name


def test_a_wrong_invariant_leaves_an_obligation_open() -> None:
    """Not initially true, or not kept, or kept only after more states: each is noticed, by both solvers."""
    question = PROVED["loop"]
    machine, room = question.machine, variable("room", IntSort(0, 9))
    for invariant, k in ((room > 0, 1), (room < 2, 1), (room != 9, 1)):
        todo = base(machine, invariant, k) + step(machine, invariant, k)
        found = [one for one in todo if isinstance(solve(one.formulas, 30), Model)]
        assert found, f"{invariant} with k = {k}"
        assert all(ask_cvc5(script(one.formulas), 30) == "sat" for one in found)


def test_an_invariant_with_sorts_that_are_not_so_is_refused() -> None:
    """An invariant read from a file that gives a variable other bounds would be folded away: it has no meaning here."""
    machine = PROVED["loop"].machine
    with pytest.raises(Misuse, match="no variable 'room' of sort"):
        base(machine, variable("room", IntSort(0, 20)) < 15, 1)
    with pytest.raises(Misuse, match="no variable 'rooms'"):
        step(machine, variable("rooms", IntSort(0, 9)) < 5, 1)


def test_sorts_of_inner_formulas_are_inferred_anew() -> None:
    """A sum that a file says to be small is what it is."""
    data = encode([(variable("room", IntSort(0, 9)) + 5 < 12)])
    nodes = data["nodes"]
    assert isinstance(nodes, list)
    (sum_,) = (node for node in nodes if node[0] == "add")
    sum_[2] = ["int", 5, 6, None]
    (invariant,) = decode(data)
    (first,) = base(PROVED["loop"].machine, invariant, 1)
    (added,) = {n for f in first.formulas for n in _nodes(f) if n.op == "add"}
    assert added.sort == IntSort(5, 14)


def _nodes(formula: Expr) -> list[Expr]:
    return [formula, *(node for arg in formula.args for node in _nodes(arg))]


def test_induction_over_no_state_proves_nothing() -> None:
    """It would assume nothing and show nothing: it is refused."""
    machine = PROVED["loop"].machine
    with pytest.raises(Misuse, match="1 state before or more"):
        base(machine, constant(value=True), 0)
    with pytest.raises(Misuse, match="1 state before or more"):
        step(machine, constant(value=True), 0)


def test_obligations_speak_of_numbered_copies_only() -> None:
    """No variable of the machine is left unnumbered, and parameters without end carry their rule's name."""
    question = PROVED["deadline"]
    todo = base(question.machine, question.goal, 2) + step(question.machine, question.goal, 2)
    names = {name for one in todo for formula in one.formulas for name in free(formula)}
    assert names == {
        *(f"{name}@{i}" for name in ("limit", "clock", "done") for i in (0, 1)),
        *(f"elapse.d@{i}" for i in (0, 1)),
        ".move@0",
    }
