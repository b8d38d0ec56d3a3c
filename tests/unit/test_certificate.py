"""A certificate is believed after it was checked again from the formulas, and one that was tampered with never is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from sennit import (
    ANY,
    HOLDS,
    NEVER,
    Array,
    Bool,
    Claim,
    Const,
    Expr,
    Index,
    Int,
    Misuse,
    Real,
    System,
    Verdict,
    always,
    certificate,
    count,
    implies,
    rule,
    sometimes,
    theorem,
)
from sennit.budget import Budget
from sennit.certificate import Recheck, recheck
from sennit.engines import explore
from sennit.expr import constant, make, true, variable
from sennit.ledger import Disagreement
from sennit.lower.solver import GaveUp, Model, Unsatisfiable
from sennit.sort import BOOL, ArraySort, IntSort, RealSort
from sennit.verdict import ClosedSet, Inductive


class Handover(System):
    """A token goes round among three; whoever has it may raise a flag, and lowers it before handing over."""

    place = Index(3)
    token = Array(place, Bool(), init=lambda s: [True] + [False] * (len(s.place) - 1))
    flag = Bool(init=False)
    handed = Int(0, 3, init=0)
    most = Const(Int(2, 3))

    @rule(by="holder {p}", p=place)
    def lift(self, p: Expr) -> None:
        self.require(self.token[p], ~self.flag)
        self.flag = True

    @rule(by="holder {p}", p=place)
    def hand(self, p: Expr) -> None:
        self.require(self.token[p], self.flag, self.handed < self.most)
        self.token[p] = False
        self.token[(p + 1) % 3] = True
        self.flag = False
        self.handed += 1


@always(Handover)
def one_token(ring: Handover) -> Expr:
    """There is one token."""
    return count(ring.token) == 1


@always(Handover)
def bounded_hands(ring: Handover) -> Expr:
    """It is handed over no more often than agreed."""
    return ring.handed <= ring.most


@always(Handover, using=(one_token,))
def apart(ring: Handover) -> Expr:
    """The first two do not both have a token, which follows from `one_token` and not from itself."""
    return ~(ring.token[0] & ring.token[1])


@sometimes(Handover)
def lost(ring: Handover) -> Expr:
    """Nobody has the token."""
    return count(ring.token) == 0


@theorem(n=Int(0, 4))
def small(n: Expr) -> Expr:
    """The square of a number up to four is at most sixteen."""
    return n * n <= 16


def explored(claim: Claim) -> tuple[Verdict, ClosedSet]:
    """The explorer's proof of a claim."""
    verdict = explore.check(claim.question(), Budget(seconds=None))
    assert isinstance(verdict.certificate, ClosedSet)
    return verdict, verdict.certificate


def changed(claim: Claim, change: Callable[[list[tuple[object, ...]]], None]) -> Recheck:
    """What comes of a proof whose list of states was changed, with a count that fits."""
    _, proof = explored(claim)
    states = list(proof.states or ())
    change(states)
    return recheck(claim.question(), ClosedSet(len(states), tuple(states)))


# -- closed sets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [one_token, bounded_hands, lost, small], ids=lambda claim: claim.name)
def test_a_closed_set_is_confirmed(claim: Claim) -> None:
    """Also after it went through JSON, and for claims that something never happens."""
    verdict, proof = explored(claim)
    assert verdict.answer in (HOLDS, NEVER)
    found = recheck(claim.question(), proof)
    assert found.ok
    assert not found.one_solver
    assert f"the {proof.count} listed states" in found.checked[1]
    read = Verdict.from_data(json.loads(json.dumps(verdict.to_data())), claim.question())
    assert read.certificate is not None
    assert recheck(claim.question(), read.certificate) == found


def test_the_numbers_of_starts_and_steps_are_told() -> None:
    """One initial state for each constant; of the steps, those that the rules allow."""
    _, proof = explored(one_token)
    assert proof.count == 14  # with two hands 0..2 and the flag, and with three
    assert recheck(one_token.question(), proof).checked == (
        "all 2 initial states are listed",
        "all 12 steps from the 14 listed states lead to listed states",
        "each listed state is reached from an initial one",
        "what is claimed is true in each listed state",
    )


@pytest.mark.parametrize("row", range(14))
def test_a_state_that_was_removed_is_missed(row: int) -> None:
    """Whichever it is: it is an initial state or one that a step leads to."""
    found = changed(one_token, lambda states: states.__delitem__(row))
    assert not found.ok
    assert "not listed" in found.reason


def test_a_state_that_was_added_is_found() -> None:
    """A state that no run reaches has no place in the list, whether or not the claim is true in it."""
    beyond = changed(one_token, lambda states: states.append(([False, False, True], True, 0, 3)))
    assert beyond == Recheck(
        ok=False,
        reason="no run reaches the state (token=[false, false, true], flag=true, handed=0, most=3), which is listed",
    )
    assert not changed(one_token, lambda states: states.append(([True, True, False], False, 0, 3))).ok


def test_a_wrong_count_is_found() -> None:
    """One more, one fewer, or a state listed twice."""
    _, proof = explored(one_token)
    for wrong in (proof.count - 1, proof.count + 1):
        found = recheck(one_token.question(), replace(proof, count=wrong))
        assert found.reason == f"it counts {wrong} states, and lists 14, of which 14 are different"
    assert not changed(one_token, lambda states: states.append(states[0])).ok
    assert proof.states is not None
    twice = ClosedSet(proof.count, (*proof.states, proof.states[0]))
    assert recheck(one_token.question(), twice).reason.endswith("lists 15, of which 14 are different")


def test_a_claim_that_is_false_in_a_listed_state_is_not_confirmed() -> None:
    """The states of a true claim do not prove another claim that one of them violates."""

    @always(Handover)
    def never_twice(ring: Handover) -> Expr:
        """It is not handed over twice with the flag up, which it is."""
        return implies(ring.flag, ring.handed != 2)

    @sometimes(Handover)
    def twice(ring: Handover) -> Expr:
        """It is handed over twice."""
        return ring.handed == 2

    _, proof = explored(one_token)
    for claim in (never_twice, twice):
        found = recheck(claim.question(), proof)
        assert not found.ok
        assert found.reason.endswith("is one that must not be reachable")
        assert "handed=2" in found.reason


@pytest.mark.parametrize(
    "row",
    [(), ([True, False, False], False, 0), ([True, False], False, 0, 2), ([True, False, False], 0, 0, 2), (1, 2, 3, 4)],
)
def test_what_is_no_state_is_found(row: tuple[object, ...]) -> None:
    """Values missing, of another sort, or out of range."""
    assert "is no state" in changed(one_token, lambda states: states.append(row)).reason


def test_a_count_alone_asks_for_another_run() -> None:
    """Past the limit a certificate lists nothing, and says that it is evidence of another kind."""
    found = recheck(one_token.question(), ClosedSet(14, None))
    assert found == Recheck(ok=False, reason="re-run evidence: of 14 states only the number is kept", rerun=True)


def test_initial_states_under_a_constraint_are_all_needed() -> None:
    """Those that a list leaves out are found, in whichever variable they differ."""

    class Ordered(System):
        place = Index(2)
        x, y = Int(0, 9, init=ANY), Int(0, 9, init=ANY)
        bit = Array(place, Bool(), init=ANY)

        def initially(self) -> Expr:
            return (self.x + 7 < self.y) & (self.bit[0] | self.bit[1])

    @always(Ordered)
    def before(system: Ordered) -> Expr:
        """The first is less."""
        return system.x < system.y

    _, proof = explored(before)
    assert proof.states is not None
    assert proof.count == 9
    assert recheck(before.question(), proof).ok
    for row in range(9):
        less = (*proof.states[:row], *proof.states[row + 1 :])
        assert recheck(before.question(), ClosedSet(8, less)).reason.startswith("the initial state (x=")


def test_what_cannot_be_gone_through_is_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Initial values or parameters without end, or too many of them: no list of states is closed."""

    class Endless(System):
        x = Real(0, 1, init=ANY)

    class Jumps(System):
        x = Int(0, 1, init=0)

        @rule(by="it", n=Int(0))
        def jump(self, n: Expr) -> None:
            self.require(n < 2)
            self.x = n % 2

    @always(Endless)
    def within(system: Endless) -> Expr:
        """A share is at most one and a half."""
        return system.x * 2 <= 3

    @always(Jumps)
    def two(system: Jumps) -> Expr:
        """Half of the number is zero."""
        return system.x // 2 == 0

    one = ClosedSet(1, (("1/2",),))
    assert "may start with any value" in recheck(within.question(), one).reason
    assert "no list of states can be closed" in recheck(two.question(), ClosedSet(2, ((0,), (1,)))).reason
    _, proof = explored(one_token)
    monkeypatch.setattr(certificate, "_MOST_STARTS", 1)
    assert "too many initial states" in recheck(one_token.question(), proof).reason


# -- inductive invariants ---------------------------------------------------------------------------------------------


class Pump(System):
    """A tank that is filled by two and drained by exact halves, and never overflows; without bounds in the types."""

    level = Int(init=0)
    spilt = Real(init=0)

    @rule(by="pump")
    def fill(self) -> None:
        self.require(self.level <= 8)
        self.level += 2

    @rule(by="drain", much=Int(1, 2))
    def drain(self, much: Expr) -> None:
        self.require(self.level >= 2 * much)
        self.level -= 2 * much
        self.spilt += Fraction(1, 2)


@always(Pump)
def holds_ten(pump: Pump) -> Expr:
    """The tank holds ten."""
    return pump.level <= 10


@always(Pump)
def never_nine(pump: Pump) -> Expr:
    """The level is not nine, which is true and not inductive: seven would lead there."""
    return pump.level != 9


@always(Pump)
def even(pump: Pump) -> Expr:
    """The level is even."""
    return pump.level % 2 == 0


@sometimes(Pump)
def negative(pump: Pump) -> Expr:
    """The level is below zero."""
    return pump.level < 0


LEVEL = variable("level", IntSort())
SPILT = variable("spilt", RealSort())
TABLE = constant((True, False), ArraySort((2,), BOOL))


def test_an_invariant_is_confirmed_by_two_solvers() -> None:
    """Every obligation by name; for what never happens the invariant excludes it."""
    found = recheck(even.question(), Inductive(LEVEL % 2 == 0, 1))
    assert found == Recheck(
        ok=True,
        checked=(
            "the invariant is true initially",
            "the invariant is kept by fill()",
            "the invariant is kept by drain(much=1)",
            "the invariant is kept by drain(much=2)",
            "the invariant is enough for the claim",
        ),
    )
    assert recheck(negative.question(), Inductive(LEVEL >= 0, 1)).ok
    assert recheck(never_nine.question(), Inductive((LEVEL % 2 == 0) & (LEVEL <= 10), 1)).ok


@pytest.mark.parametrize(
    ("claim", "invariant", "reason"),
    [
        (holds_ten, LEVEL == 2, "the invariant is not true initially: see"),
        (never_nine, LEVEL != 9, "the invariant is not kept by fill(): see"),
        (holds_ten, LEVEL % 2 == 0, "the invariant is not enough for the claim: see"),
        (holds_ten, true(), "the invariant is not enough for the claim: see"),
        (negative, LEVEL <= 10, "the invariant is not enough for the claim: see"),
    ],
)
def test_an_invariant_that_is_none_is_refuted(claim: Claim, invariant: Expr, reason: str) -> None:
    """False at the start, lost in a step, or too weak: with values that show it."""
    found = recheck(claim.question(), Inductive(invariant, 1))
    assert not found.ok
    assert found.reason.startswith(reason)


def test_an_invariant_may_look_back_several_states() -> None:
    """What two states before do not exclude, three do; more than a thousand are not looked at."""

    class Stairs(System):
        x = Int(init=0)

        @rule(by="it")
        def turn(self) -> None:
            self.require(self.x >= 0, self.x < 2)
            self.x = 1 - self.x

        @rule(by="it")
        def climb(self) -> None:
            self.require(self.x.one_of(2, 3))
            self.x += 1

    @always(Stairs)
    def not_four(stairs: Stairs) -> Expr:
        """It is not four: two leads there in two steps, and nothing leads to two."""
        return stairs.x != 4

    question = not_four.question()
    assert [recheck(question, Inductive(question.goal, k)).ok for k in (1, 2, 3, 4)] == [False, False, True, True]
    assert "past what is re-checked" in recheck(question, Inductive(question.goal, 10**9)).reason
    assert "1 state before or more" in recheck(question, Inductive(question.goal, 0)).reason


def test_lemmas_count_only_where_they_are_granted() -> None:
    """Without the lemma that the proof leans on it is none; a claim of another system is no lemma."""
    proof = Inductive(apart.question().goal, 1)
    assert recheck(apart.question(), proof, [one_token.question()]).ok
    assert not recheck(apart.question(), proof).ok
    with pytest.raises(Misuse, match=r"Pump.even is no lemma for Handover.apart"):
        recheck(apart.question(), proof, [even.question()])
    with pytest.raises(Misuse, match=r"Handover.lost is no lemma for"):
        recheck(apart.question(), proof, [lost.question()])


def test_an_invariant_about_other_variables_has_no_meaning() -> None:
    """A name that the machine lacks, a variable of another sort, or what is no Bool."""
    for invariant in (variable("depth", IntSort()) >= 0, variable("level", IntSort(0, 1)) == 0):
        assert "the invariant has no meaning here" in recheck(even.question(), Inductive(invariant, 1)).reason
    assert recheck(even.question(), Inductive(LEVEL, 1)).reason == "the invariant is Int, where Bool is needed"


@pytest.mark.parametrize(
    "invariant",
    [
        make("and_", [LEVEL, constant(True)], BOOL),
        make("and_", [LEVEL, LEVEL == 1], BOOL),
        make("lt", [LEVEL], BOOL),
        make("eq", [LEVEL, constant("low")], BOOL),
        make("eq", [LEVEL, SPILT], BOOL),
        make("le", [make("add", [LEVEL, SPILT], IntSort()), LEVEL], BOOL),
        make("le", [make("ite", [LEVEL, LEVEL, constant(3)], IntSort()), LEVEL], BOOL),
        make("not_", [], BOOL),
        make("select", [LEVEL, LEVEL], BOOL),
        make("select", [TABLE, LEVEL, LEVEL], BOOL),
        make("select", [TABLE, LEVEL == 1], BOOL),
        make("select", [make("store", [TABLE, constant(False)], TABLE.sort), LEVEL], BOOL),
    ],
    ids=lambda invariant: f"{invariant.op} of {len(invariant.args)}",
)
def test_an_invariant_whose_parts_do_not_fit_is_refused(invariant: Expr) -> None:
    """What a file says is a formula need not be one; it is refused in a sentence, and no solver sees it."""
    found = recheck(even.question(), Inductive(invariant, 1))
    assert not found.ok
    assert found.reason.startswith("the invariant is no formula: ") or "where Bool is needed" in found.reason


def test_solvers_that_contradict_each_other_stop_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever says what, neither is believed, and the text is there to be looked at."""
    proof, claim = Inductive(LEVEL % 2 == 0, 1), even.question()
    monkeypatch.setattr(certificate, "ask_cvc5_apart", lambda text, seconds: "sat")
    with pytest.raises(Disagreement, match=r"z3 says unsat and cvc5 says sat to whether .*\n\(set-logic ALL\)"):
        recheck(claim, proof)
    monkeypatch.setattr(certificate, "ask_cvc5_apart", lambda text, seconds: "unsat")
    monkeypatch.setattr(certificate, "solve", lambda formulas, seconds: Model({"level@0": 7}))
    with pytest.raises(Disagreement, match=r"z3 says sat, as by level@0=7, and cvc5 says unsat .*\n\(set-logic ALL\)"):
        recheck(claim, proof)


def test_one_solver_alone_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the other gave no answer; where neither gave one, nothing is shown."""
    proof, claim = Inductive(LEVEL % 2 == 0, 1), even.question()
    monkeypatch.setattr(certificate, "ask_cvc5_apart", lambda text, seconds: "unknown")
    found = recheck(claim, proof)
    assert (found.ok, found.one_solver) == (True, True)
    assert found.reason.startswith("one solver: the other gave no answer on true initially, kept by fill(), ")
    monkeypatch.setattr(certificate, "solve", lambda formulas, seconds: GaveUp("no answer in time"))
    found = recheck(claim, proof)
    assert found.reason == "not shown: true initially: no answer in time, and cvc5 said unknown"
    assert not found.ok
    monkeypatch.setattr(certificate, "ask_cvc5_apart", lambda text, seconds: "unsat")
    assert recheck(claim, proof).one_solver
    monkeypatch.setattr(certificate, "solve", lambda formulas, seconds: Unsatisfiable())
    assert not recheck(claim, proof).one_solver
