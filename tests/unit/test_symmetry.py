"""Members that nothing tells apart: what is refused, what is explored instead, and what it is evidence of."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from sennit import (
    ANY,
    FAILS,
    HOLDS,
    NEVER,
    SEEN,
    Array,
    Bool,
    Claim,
    Expr,
    Index,
    Int,
    Member,
    Misuse,
    System,
    Verdict,
    always,
    count,
    exists,
    forall,
    implies,
    rule,
    sometimes,
)
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.engines import explore
from sennit.lower import folding
from sennit.lower.program import Layout, Packed, starts, successors
from sennit.machine import Machine
from sennit.orbits import least
from sennit.protocols.two_phase import TwoPhase
from sennit.run.words import extent
from sennit.symmetry import image, invariant, noticed
from sennit.verdict import ClosedSet


class Commit(TwoPhase):
    """Two-phase commit, whose managers are alike."""

    manager = Index(3, symmetric=True)


@always(Commit)
def consistent(two: Commit) -> Expr:
    """No manager has committed while another has aborted."""
    return ~(exists(s == "committed" for s in two.state) & exists(s == "aborted" for s in two.state))


@always(Commit)
def at_most_one_commits(two: Commit) -> Expr:
    """That is wrong."""
    return count(s == "committed" for s in two.state) <= 1


@sometimes(Commit)
def the_first_commits(two: Commit) -> Expr:
    """A member by name."""
    return two.state[0] == "committed"


@sometimes(Commit, expect=NEVER)
def split(two: Commit) -> Expr:
    """One decides otherwise than another."""
    return exists(s == "committed" for s in two.state) & exists(s == "aborted" for s in two.state)


class Gossip(System):
    """Who knows whose secret: a relation, which exchanges move in both of its places at once."""

    person = Index(3, symmetric=True)
    knows = Array(person, person, Bool(), init=lambda s: [a == b for a in s.person for b in s.person])
    spoke = Array(person, Bool(), init=False)

    @rule(by="person {a}", to="person {b}", a=person, b=person)
    def call(self, a: Expr, b: Expr) -> None:
        """Both know afterwards what either knew."""
        self.require(a != b, ~self.spoke[a])
        both = [self.knows[a, c] | self.knows[b, c] for c in self.person]
        for c in self.person:
            self.knows[a, c] = both[c]
            self.knows[b, c] = both[c]
        self.spoke[a] = True


class Chain(System):
    """Members as values of cells and of a variable, read through each other."""

    node = Index(3, symmetric=True)
    leader = Member(node, init=ANY)
    follows = Array(node, Member(node), init=ANY)
    up = Array(node, Bool(), init=False)

    def initially(self) -> Expr:
        """All follow the leader."""
        return forall(self.follows[a] == self.leader for a in self.node)

    @rule(by="node {a}", to="node {b}", a=node, b=node)
    def follow(self, a: Expr, b: Expr) -> None:
        """One follows another that is up and does not follow it."""
        self.require(self.up[b], self.follows[b] != a, self.leader != a)
        self.follows[a] = b

    @rule(by="node {a}", a=node)
    def rise(self, a: Expr) -> None:
        """One is up, and the leader gives way to whom it follows."""
        self.require(~self.up[self.follows[a]] | (self.leader == a))
        self.up[a] = True
        self.leader = self.follows[self.leader]


class Market(System):
    """Two kinds of members, and cells that each have one of both."""

    buyer = Index(2, symmetric=True)
    seller = Index(3, symmetric=True)
    paid = Array(buyer, Int(0, 2), init=0)
    sold = Array(seller, Bool(), init=False)

    @rule(by="buyer {b}", to="seller {s}", b=buyer, s=seller)
    def buy(self, b: Expr, s: Expr) -> None:
        """A buyer pays a seller who has not sold."""
        self.require(self.paid[b] < 2, ~self.sold[s])
        self.paid[b] += 1
        self.sold[s] = True


SYSTEMS = (Commit, Gossip, Chain, Market)


def every(machine: Machine, fold: Callable[[Packed], Packed] = lambda state: state) -> set[Packed]:
    follow = successors(machine, machine.instances)
    found = set(map(fold, starts(machine, 10**6)))
    todo = list(found)
    while todo:
        new = set(map(fold, follow(todo.pop()))) - found
        found |= new
        todo += new
    return found


def said(claim: Claim, **settings: int) -> Verdict:
    return explore.check(claim.question(settings), Budget(30))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.__name__)
def test_what_stands_for_an_orbit_is_one_state_of_each(system: type[System]) -> None:
    """Orbits made by brute force: the quick fold and the plain one choose one member of each, whichever it is given."""
    machine = system.at().machine
    assert machine.symmetric
    layout, states = Layout(machine.variables), every(machine)
    fold = folding.folding(machine, machine.symmetric)
    orbits: dict[frozenset[Packed], None] = {}
    for packed in states:
        around = [layout.decode(packed)]
        for symmetry in machine.symmetric:
            orders = list(itertools.permutations(range(symmetry.size)))
            around = [image(machine, symmetry, order, state) for state in around for order in orders]
        orbit = frozenset(map(layout.encode, around))
        assert orbit <= states, "a reachable state has reachable images"
        assert {fold(state) for state in orbit} == {fold(packed)} <= orbit
        assert len({least(machine, machine.symmetric, state) for state in around}) == 1
        orbits[orbit] = None
    assert len(every(machine, fold)) == len(orbits) < len(states)


@pytest.mark.parametrize(("managers", "orbits"), [(2, 34), (3, 80), (4, 166), (5, 314)])
def test_two_phase_commit_has_so_many_states_up_to_exchanges(managers: int, orbits: int) -> None:
    """A count of 665 for 5 has been published elsewhere, from representatives that are not unique."""
    verdict = said(consistent, manager=managers)
    certificate = verdict.certificate
    assert isinstance(certificate, ClosedSet)
    assert (verdict.answer, certificate.count) == (HOLDS, orbits)
    assert extent(verdict) == f"in all {orbits} reachable states up to exchanges of manager"
    small = {2: "34 for all 56 states at manager=2"}.get(managers, "80 for all 288 states at manager=3")
    assert verdict.why == f"states up to exchanges of manager, compared with a full search: {small}"
    assert Verdict.from_data(verdict.to_data(), verdict.question).certificate == certificate


def test_a_run_through_folded_states_is_a_run_and_as_short() -> None:
    """It replays, or there would be no verdict; without the symmetry none is shorter."""
    found = said(at_most_one_commits, manager=4)
    question = at_most_one_commits.question({"manager": 4})
    full = explore.check(replace(question, machine=replace(question.machine, symmetric=())), Budget(30))
    assert (found.answer, full.answer) == (FAILS, FAILS)
    assert found.trace is not None
    assert full.trace is not None
    assert len(found.trace) == len(full.trace)
    assert (found.scope.states or 0) * 4 < (full.scope.states or 0)


def test_a_claim_that_names_a_member_is_explored_in_full() -> None:
    """Its answer says nothing of exchanges; one that names none is reduced, whatever its kind."""
    assert said(the_first_commits, manager=3).answer is SEEN
    assert folding.reduction(the_first_commits.question()) == ()
    never = said(split, manager=3)
    assert (never.answer, extent(never)) == (NEVER, "in none of 80 reachable states up to exchanges of manager")


def test_a_declaration_of_symmetry_is_no_part_of_what_a_machine_is() -> None:
    """Digests are those of the formulas, so that evidence stays valid with and without it."""
    machine = Commit.at().machine
    assert machine.digest == replace(machine, symmetric=()).digest
    assert Commit.at(manager=1).machine.symmetric == ()


# -- refused ----------------------------------------------------------------------------------------------------------


class Odd(System):
    """What rules may tell members apart by."""

    person = Index(3)
    up = Array(person, Bool(), init=False)
    who = Member(person, init=ANY)
    n = Int(0, 5, init=0)


def symmetric(body: Callable[[Odd, Expr, Expr], None], **more: object) -> None:
    """Declares the members of Odd to be alike under a rule over two of them."""
    person = Index(3, symmetric=True)
    type("Odd", (Odd,), {"person": person, "move": rule(by="someone", a=person, b=person)(body), **more})


def quiet(odd: Odd, a: Expr, b: Expr) -> None:
    odd.require(a != b, ~odd.up[a])
    odd.up[b] = True


def ordered(odd: Odd, a: Expr, b: Expr) -> None:
    odd.require(a < b)
    odd.up[a] = True


def next_one(odd: Odd, a: Expr, b: Expr) -> None:
    odd.up[(a + 1) % 3] = odd.up[a]


def named(odd: Odd, a: Expr, b: Expr) -> None:
    odd.require(a == 0)
    odd.up[a] = True


def as_number(odd: Odd, a: Expr, b: Expr) -> None:
    odd.n = odd.who


def from_number(odd: Odd, a: Expr, b: Expr) -> None:
    odd.require(odd.n <= 2)
    odd.who = odd.n


def by_number(odd: Odd, a: Expr, b: Expr) -> None:
    odd.require(odd.up[odd.n % 3])
    odd.up[a] = True


def one_cell(odd: Odd, a: Expr, b: Expr) -> None:
    odd.require(~odd.up[2])
    odd.up[a] = True


@pytest.mark.parametrize("body", [ordered, next_one, named, as_number, from_number, by_number, one_cell])
def test_a_rule_that_tells_members_apart_is_refused(body: Callable[[Odd, Expr, Expr], None]) -> None:
    """When the System is read, in one line that says what to do."""
    symmetric(quiet)
    with pytest.raises(Misuse, match=r"Odd\.person is declared symmetric, and its members are told apart: "):
        symmetric(body)


def test_initial_values_that_tell_members_apart_are_refused() -> None:
    """In cells, in a variable, and in initially()."""
    cells = Array(Odd.person, Bool(), init=[True, False, False])
    with pytest.raises(Misuse, match="told apart: the initial value of up"):
        symmetric(quiet, up=cells)
    with pytest.raises(Misuse, match="told apart: the initial value of who"):
        symmetric(quiet, who=Member(Odd.person, init=1))
    with pytest.raises(Misuse, match=r"told apart: initially\(\)"):
        symmetric(quiet, initially=lambda odd: odd.who == 1)


def test_what_is_symmetric_without_a_word_for_it_is_found_to_be() -> None:
    """The check reads formulas up to the order of what commutes, of which loops over members leave any."""
    machine = Gossip.at(person=4).machine
    assert noticed(machine, machine.symmetric[0]) == ""
    system = Gossip.at(person=4)
    goal = forall(implies(system.spoke[a], exists(system.knows[b, a] for b in system.person)) for a in system.person)
    assert invariant(machine, machine.symmetric[0], goal)
    assert not invariant(machine, machine.symmetric[0], system.spoke[0] | system.spoke[1])


# -- evidence ---------------------------------------------------------------------------------------------------------


def test_a_reduced_set_is_re_checked_by_the_reference() -> None:
    """With all that it rests on; a state too few, or two of one orbit, and it is refuted."""
    verdict = said(consistent, manager=3)
    certificate = verdict.certificate
    assert isinstance(certificate, ClosedSet)
    assert certificate.states is not None
    found = recheck(verdict.question, certificate)
    assert found.ok
    assert "tells the members of manager apart" in found.checked[-1]
    fewer = replace(certificate, count=79, states=certificate.states[1:])
    assert "not listed" in recheck(verdict.question, fewer).reason
    again = tuple(tuple(x[::-1] if isinstance(x, list) else x for x in row) for row in certificate.states)
    twice = replace(certificate, count=160, states=certificate.states + again)
    assert "of which 80 are different" in recheck(verdict.question, twice).reason
    assert recheck(verdict.question, replace(certificate, symmetry=())).reason


def test_a_symmetry_that_is_none_refutes_a_certificate() -> None:
    """Of the machine, of the claim, or of one variable twice: nothing that is claimed is taken on trust."""
    verdict = said(consistent, manager=3)
    certificate = verdict.certificate
    assert isinstance(certificate, ClosedSet)
    the_first = the_first_commits.question({"manager": 3})
    assert "what is claimed tells the members of manager apart" in recheck(the_first, certificate).reason
    (symmetry,) = certificate.symmetry
    partly = replace(certificate, symmetry=(replace(symmetry, axes=symmetry.axes[:1]),))
    assert "manager is not symmetric" in recheck(verdict.question, partly).reason
    double = replace(certificate, symmetry=(symmetry, symmetry))
    assert "two symmetries move one variable" in recheck(verdict.question, double).reason
    other = replace(certificate, symmetry=(replace(symmetry, size=2),))
    assert "has another size" in recheck(verdict.question, other).reason


def all_in_one(state: Packed) -> Packed:
    return (0,) * len(state)


def as_it_is(state: Packed) -> Packed:
    return state


@pytest.mark.parametrize("fold", [all_in_one, as_it_is])
def test_a_reduction_that_is_wrong_is_caught_on_a_small_size(
    fold: Callable[[Packed], Packed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reduced search is compared with one that is not, and with orbits that the plain code tells apart."""
    monkeypatch.setattr(folding, "folding", lambda *_: fold)
    question = consistent.question({"manager": 5})
    with pytest.raises(AssertionError, match=r"Commit.consistent reduced by manager has \d+ states, and 80 orbits"):
        folding.compared(question, question.machine.symmetric)
