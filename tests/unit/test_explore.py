"""The explorer finds every state once, traces that none is shorter than, and says exactly how far it came."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction

import pytest

from sennit import (
    ANY,
    BOUNDED,
    FAILS,
    HOLDS,
    NEVER,
    SEEN,
    UNKNOWN,
    Array,
    Bool,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Machine,
    Member,
    Misuse,
    Real,
    Switch,
    System,
    always,
    count,
    forall,
    ite,
    rule,
    sometimes,
    theorem,
)
from sennit.budget import Budget
from sennit.engines import explore
from sennit.engines.explore import Stopped, check, reachable
from sennit.expr import constant, eq, variable
from sennit.lower import closed
from sennit.machine import State
from sennit.protocols.coffee_can import CoffeeCan
from sennit.protocols.die_hard import DieHard
from sennit.protocols.ewd840 import Ewd840
from sennit.protocols.token_ring import TokenRing
from sennit.protocols.transaction import Transaction
from sennit.protocols.two_phase import TwoPhase
from sennit.sort import values
from sennit.verdict import ClosedSet
from sennit_properties.die_hard import never_four
from sennit_properties.missionaries import never_across

QUIET = Budget(seconds=None)


class Philosophers(System):
    """Each takes the fork at the left, then the one at the right, eats, and lays both down."""

    seat = Index(3)
    handed = Switch(on=False)  # the last one begins at the right
    taken = Array(seat, Bool(), init=False)
    state = Array(seat, Enum("thinks", "waits", "eats"), init="thinks")

    @rule(by="philosopher {p}", p=seat)
    def reach(self, p: Expr) -> None:
        self.require(self.state[p] == "thinks", ~self.taken[self.first(p)])
        self.taken[self.first(p)] = True
        self.state[p] = "waits"

    @rule(by="philosopher {p}", p=seat)
    def eat(self, p: Expr) -> None:
        second = self.left(p) + self.right(p) - self.first(p)
        self.require(self.state[p] == "waits", ~self.taken[second])
        self.taken[second] = True
        self.state[p] = "eats"

    @rule(by="philosopher {p}", p=seat)
    def rest(self, p: Expr) -> None:
        self.require(self.state[p] == "eats")
        self.taken[self.left(p)] = False
        self.taken[self.right(p)] = False
        self.state[p] = "thinks"

    def left(self, p: Expr) -> Expr:
        return p

    def right(self, p: Expr) -> Expr:
        return (p + 1) % len(self.seat)

    def first(self, p: Expr) -> Expr:
        return ite(p == len(self.seat) - 1, self.right(p), self.left(p)) if self.handed else self.left(p)


@always(Philosophers)
def neighbours(table: Philosophers) -> Expr:
    """No two neighbours eat at once."""
    last = len(table.seat) - 1
    return forall((table.state[p] != "eats") | (table.state[0 if p == last else p + 1] != "eats") for p in table.seat)


@sometimes(Philosophers)
def starve(table: Philosophers) -> Expr:
    """All hold one fork, and nobody can do anything."""
    return table.stuck()


class Counter(System):
    """Counts up without bounds, and stops where its switch says so."""

    ends = Switch(on=True)
    at_most = Const(Int(4, 6))
    n = Int(init=0)

    @rule(by="it")
    def up(self) -> None:
        if self.ends:
            self.require(self.n < self.at_most)
        self.n += 1

    @rule(by="it")
    def reset(self) -> None:
        self.require(self.n == 100)
        self.n = 0


@always(Counter)
def below_seven(counter: Counter) -> Expr:
    """It never counts past six."""
    return counter.n < 7


@always(Counter)
def below_hundreds(counter: Counter) -> Expr:
    """It never counts past a hundred thousand."""
    return counter.n < 100_000


@always(Counter)
def not_zero(counter: Counter) -> Expr:
    """False at the start already."""
    return counter.n != 0


@sometimes(Counter)
def negative(counter: Counter) -> Expr:
    """It counts below zero."""
    return counter.n < 0


# -- counts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "states"),
    [
        (TwoPhase.at(manager=2), 56),
        (TwoPhase.at(manager=3), 288),
        (TwoPhase.at(manager=4), 1_568),
        (TwoPhase.at(manager=5), 8_832),
        (TwoPhase.at(manager=6), 50_816),
        (Transaction.at(manager=3), 34),
        (DieHard.at(), 16),
        (CoffeeCan.at(beans=100), 5_150),
        (Ewd840.at(node=3), 302),
        (TokenRing.at(node=6, counters=6), 46_656),
    ],
    ids=str,
)
def test_published_counts_of_states_are_met_exactly(system: System, states: int) -> None:
    """What TLC and others count on the same systems, to the state."""
    assert reachable(system.machine, QUIET)[0] == states


def test_published_counts_of_generated_states_are_met_exactly() -> None:
    """Two-phase commit for three: 1,146 generated, each step of each instance counting, and the initial state."""
    assert reachable(TwoPhase.at(manager=3).machine, QUIET) == (288, 1_146, 10)


def distances(machine: Machine) -> dict[State, int]:
    """All reachable states with the least number of steps to them, by the reference."""
    level: list[State] = [()]
    for v in machine.variables:
        level = [(*s, x) for s in level for x in ([v.start] if v.start is not None else values(v.sort))]
    level = [state for state in level if machine.starts(state)]
    found = dict.fromkeys(level, 0)
    for depth in itertools.count(1):
        level = list(dict.fromkeys(new for state in level for _, _, new in machine.moves(state) if new not in found))
        if not level:
            return found
        found |= dict.fromkeys(level, depth)
    raise AssertionError("count does not end")


@pytest.mark.parametrize("seats", [2, 3, 4])
def test_the_reference_reaches_the_same_states_at_the_same_depth(seats: int) -> None:
    """The number of states, of steps between them and the greatest distance, counted on the reference semantics."""
    machine = Philosophers.at(seat=seats).machine
    found = distances(machine)
    steps = sum(1 for state in found for _ in machine.moves(state))
    assert reachable(machine, QUIET) == (len(found), 1 + steps, max(found.values()))


# -- traces -----------------------------------------------------------------------------------------------------------


def test_no_trace_is_longer_than_need_be() -> None:
    """To each state of the philosophers, the trace has as many steps as the least number that reaches it."""
    table = Philosophers.at(seat=3)
    for state, distance in distances(table.machine).items():
        names = zip(table.machine.variables, state, strict=True)
        here = forall(eq(variable(v.name, v.sort), constant(x, v.sort)) for v, x in names)

        @sometimes(Philosophers)
        def there(_table: Philosophers, here: Expr = here) -> Expr:
            """One state."""
            return here

        verdict = check(there.question(), QUIET)
        assert verdict.answer is SEEN
        assert verdict.trace is not None
        assert len(verdict.trace) == distance
        assert verdict.trace.last == state


def test_published_lengths_of_traces_are_met_exactly() -> None:
    """Four litres in six steps, seven states; all across in eleven steps, twelve states."""
    lengths = []
    for claim in (never_four, never_across):
        verdict = check(claim.question(), QUIET)
        assert verdict.answer is FAILS
        assert verdict.trace is not None
        lengths.append(len(verdict.trace))
    assert lengths == [6, 11]


def test_a_deadlock_is_seen_or_never() -> None:
    """All take the left fork in three steps; with one who begins at the right nobody ever waits for ever."""
    verdict = check(starve.question(), QUIET)
    assert verdict.answer is SEEN
    assert verdict.trace is not None
    assert [step.rule for step in verdict.trace.steps] == ["reach"] * 3
    assert check(starve.question({"handed": True}), QUIET).answer is NEVER


def test_a_claim_that_is_false_at_the_start_has_a_trace_of_no_steps() -> None:
    """The initial state is looked at before any step is taken."""
    verdict = check(not_zero.question(), QUIET)
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert len(verdict.trace) == 0
    assert verdict.scope.steps == 0


# -- proofs -----------------------------------------------------------------------------------------------------------


def test_a_proof_lists_all_states_as_json_in_order() -> None:
    """Each state once, sorted, its values in the order of declaration."""
    verdict = check(below_seven.question(), QUIET)
    assert verdict.answer is HOLDS
    expected = tuple((most, n) for most in (4, 5, 6) for n in range(most + 1))
    assert verdict.certificate == ClosedSet(18, expected)
    assert (verdict.scope.states, verdict.scope.steps, verdict.scope.depth) == (18, 15, 6)


class Sampler(System):
    """A value of each sort, to be listed."""

    place = Index(2)
    on = Bool(init=False)
    mark = Array(place, Enum("low", "high"), init="low")
    share = Real(init=Fraction(1, 3))
    here = Member(place, init=1)

    @rule(by="it")
    def flip(self) -> None:
        self.require(~self.on)
        self.on, self.mark[self.here], self.share = True, "high", self.share * 2


@always(Sampler)
def halves(sampler: Sampler) -> Expr:
    """The share stays below one."""
    return sampler.share < 1


def test_values_of_all_sorts_are_listed_as_json() -> None:
    """Literals as text, arrays as lists, reals as text without rounding."""
    certificate = check(halves.question(), QUIET).certificate
    assert certificate == ClosedSet(2, ((False, ["low", "low"], "1/3", 1), (True, ["low", "high"], "2/3", 1)))


def test_past_the_limit_a_proof_keeps_the_number_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed to the last byte that is allowed; one byte less, and nothing is listed."""
    size = len('[[false,["low","low"],"1/3",1],[true,["low","high"],"2/3",1]]')
    monkeypatch.setattr(closed, "_LISTED", size)
    certificate = check(halves.question(), QUIET).certificate
    assert isinstance(certificate, ClosedSet)
    assert certificate.states is not None
    monkeypatch.setattr(closed, "_LISTED", size - 1)
    assert check(halves.question(), QUIET).certificate == ClosedSet(2, None)
    monkeypatch.setattr(closed, "_LISTED", 20)
    assert check(halves.question(), QUIET).certificate == ClosedSet(2, None)


def test_the_length_of_a_list_is_counted_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many bytes as JSON takes, of arrays of no cells, of negative numbers and of what JSON escapes."""

    class Odd(System):
        nowhere, place = Index(0), Index(2)
        empty = Array(nowhere, Bool(), init=False)
        below = Array(place, Int(-11, 3), init=ANY)
        name = Enum('a"b', "c\\d", "é", init=ANY)

    @always(Odd)
    def small(system: Odd) -> Expr:
        """No number is four."""
        return system.below[0] + system.below[1] < 7

    states = check(small.question(), QUIET).certificate
    assert isinstance(states, ClosedSet)
    assert len(states.states or ()) == 15 * 15 * 3
    size = len(json.dumps(states.states, separators=(",", ":")))
    for limit, listed in ((size, True), (size - 1, False)):
        monkeypatch.setattr(closed, "_LISTED", limit)
        certificate = check(small.question(), QUIET).certificate
        assert isinstance(certificate, ClosedSet)
        assert (certificate.states is not None) is listed


def test_a_machine_without_initial_states_proves_anything_of_nothing() -> None:
    """No state at all is a closed set of none."""

    class Impossible(System):
        x = Int(0, 3, init=ANY)

        def initially(self) -> Expr:
            return (self.x > 2) & (self.x < 2)

    @always(Impossible)
    def nonsense(system: Impossible) -> Expr:
        """Two is three."""
        return system.x == 7

    assert check(nonsense.question(), QUIET).certificate == ClosedSet(0, ())


def test_rules_that_never_fire_are_named() -> None:
    """The reset at a hundred is out of reach of a counter that ends at six."""
    assert check(below_seven.question(), QUIET).scope.unfired == ("reset",)
    assert check(neighbours.question(), QUIET).scope.unfired == ()


@theorem(n=Int(0, 9), d=Int(0, 9))
def triangle(n: Expr, d: Expr) -> Expr:
    """The difference of two digits is not below minus nine."""
    return n - d >= -9


@theorem(n=Int(0, 9), d=Int(0, 9), expect=FAILS)
def ordered(n: Expr, d: Expr) -> Expr:
    """Of two digits the first is not nine or the second is not zero."""
    return (n != 9) | (d != 0)


@theorem(n=Int(0), d=Int(0, 9))
def endless(n: Expr, d: Expr) -> Expr:
    """A sum is not below zero."""
    return n + d >= 0


@theorem(n=Int(0, 10**9))
def long(n: Expr) -> Expr:
    """A square is not below zero."""
    return n * n >= 0


def test_theorems_about_finite_constants_are_decided() -> None:
    """By all their values, one state each; refuted by the constants that refute them."""
    assert check(triangle.question(), QUIET).answer is HOLDS
    verdict = check(ordered.question(), QUIET)
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert verdict.trace.last == (9, 0)
    assert check(endless.question(), QUIET).why.startswith("outside the fragment: n may start with any value")
    verdict = check(long.question(), QUIET)
    assert verdict.answer is UNKNOWN
    assert "over 5,000,000 initial states to try" in verdict.why


# -- limits -----------------------------------------------------------------------------------------------------------


def test_variables_without_bounds_are_explored_where_few_values_are_reached() -> None:
    """An Int without bounds that counts to six has seven values."""
    assert reachable(Counter.at().machine, QUIET)[0] == 18


def test_a_search_that_does_not_end_says_how_deep_it_came() -> None:
    """BOUNDED by the last complete depth; for a `sometimes` UNKNOWN; with the numbers and the widest domains."""
    question = below_hundreds.question({"ends": False})
    verdict = check(question, Budget(seconds=None, states=1_000))
    assert verdict.answer is BOUNDED
    assert verdict.scope.depth is not None
    assert 320 <= verdict.scope.depth <= 334
    assert "the budget of 1,000 states is used up, at 1,0" in verdict.why
    assert "n (no bounds), at_most (3 values)" in verdict.why
    verdict = check(negative.question({"ends": False}), Budget(seconds=None, states=1_000))
    assert verdict.answer is UNKNOWN
    assert "not reached in any run of up to" in verdict.why
    assert "the budget of 1,000 states is used up" in verdict.why


def test_the_depth_that_is_told_is_complete() -> None:
    """Whatever the budget, a state that violates the claim lies deeper than the depth up to which it was shown."""

    @always(Counter)
    def below_ten(counter: Counter) -> Expr:
        """It never counts to ten."""
        return counter.n < 10

    answers = set()
    for states in range(3, 60):
        verdict = check(below_ten.question({"ends": False}), Budget(seconds=None, states=states))
        answers.add(verdict.answer)
        assert verdict.answer is FAILS or (verdict.scope.depth is not None and verdict.scope.depth < 10)
    assert answers == {BOUNDED, FAILS}


def test_time_that_is_used_up_ends_the_search() -> None:
    """Within the second or so that the budget allows, with the depth that was reached."""
    budget = Budget(seconds=0.05, states=10**9)
    verdict = check(below_hundreds.question({"ends": False}), budget)
    assert verdict.answer is BOUNDED
    assert "the 0.05 s are used up" in verdict.why
    assert budget.spent() < 5
    assert check(below_seven.question(), Budget(seconds=0.0)).answer is UNKNOWN


class Anyhow(System):
    """May start with any of very many values, of which the constraint leaves few."""

    place = Index(20)
    digit = Array(place, Int(0, 9), init=ANY)

    def initially(self) -> Expr:
        return forall(self.digit[p] <= 8 for p in self.place)


@always(Anyhow)
def digits(system: Anyhow) -> Expr:
    """No first digit is a nine."""
    return system.digit[0] <= 8


def test_time_that_is_used_up_ends_the_search_for_initial_states() -> None:
    """However many are still to be tried."""
    budget = Budget(seconds=0.3, states=10**15)
    assert "the 0.3 s are used up, at 0 states" in check(digits.question(), budget).why
    assert budget.spent() < 5


def test_memory_that_is_used_up_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the last of it is taken."""
    monkeypatch.setattr(explore, "_EVERY", 0.0)
    monkeypatch.setattr(explore, "memory_left", lambda: 300 << 20)
    assert check(below_seven.question(), QUIET).answer is HOLDS
    monkeypatch.setattr(explore, "memory_left", lambda: 200 << 20)
    verdict = check(below_hundreds.question({"ends": False}), QUIET)
    assert verdict.answer is UNKNOWN
    assert "memory is nearly used up" in verdict.why


def test_an_interrupt_ends_the_search_with_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C loses nothing: the verdict says how deep the search came."""
    said: list[str] = []

    def interrupt(progress: str) -> None:
        said.append(progress)
        if progress.startswith("depth 7,"):
            raise KeyboardInterrupt

    monkeypatch.setattr(explore, "_EVERY", 0.0)
    verdict = check(below_hundreds.question({"ends": False}), Budget(seconds=None, progress=interrupt))
    assert verdict.answer is BOUNDED
    assert verdict.scope.depth == 7
    assert verdict.why.startswith("interrupted, at 27 states and 24 steps")
    assert [line.split(" states")[0] for line in said if " 0 states" not in line][:2] == ["depth 0, 3", "depth 0, 6"]


def test_what_has_no_end_of_values_is_outside_the_fragment() -> None:
    """Parameters and initial values without bounds are named, and nothing is explored in part."""

    class Jumps(System):
        n = Int(init=0)

        @rule(by="it", by_how_much=Int(0))
        def jump(self, by_how_much: Expr) -> None:
            self.n += by_how_much

    class Anywhere(System):
        place = Index(2)
        t = Array(place, Real(0, 1), init=ANY)

    @always(Jumps)
    def up(jumps: Jumps) -> Expr:
        """It never falls below zero."""
        return jumps.n >= 0

    @always(Anywhere)
    def within(system: Anywhere) -> Expr:
        """A share is at most one."""
        return system.t[0] <= 1

    assert check(up.question(), QUIET).why.startswith("outside the fragment: the parameter by_how_much of jump is any")
    assert check(within.question(), QUIET).why.startswith("outside the fragment: t may start with any value of Array")
    with pytest.raises(Misuse, match="Jumps cannot be explored: the parameter by_how_much of jump"):
        reachable(Jumps.at().machine, QUIET)
    with pytest.raises(Stopped, match="the budget of 100 states"):
        reachable(Counter.at(ends=False).machine, Budget(seconds=None, states=100))


def test_at_most_one_eats_of_two() -> None:
    """The philosophers' claims hold at several sizes, by all of their states."""
    for seats in (2, 3, 4, 5):
        assert check(neighbours.question({"seat": seats}), QUIET).answer is HOLDS

    @always(Philosophers)
    def one_eats(table: Philosophers) -> Expr:
        """At most one eats."""
        return count(state == "eats" for state in table.state) <= 1

    assert check(one_eats.question({"seat": 3}), QUIET).answer is HOLDS
    assert check(one_eats.question({"seat": 4}), QUIET).answer is FAILS
