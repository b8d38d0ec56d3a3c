"""Proofs for every size: what is proved, what is refuted by an instance, and why the rest stays open."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from sennit import (
    FAILS,
    HOLDS,
    UNKNOWN,
    Array,
    Claim,
    Const,
    Expr,
    Int,
    Misuse,
    Relation,
    Sort,
    System,
    Verdict,
    always,
    canonical,
    every,
    exists,
    forall,
    implies,
    rule,
)
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.engines import everysize
from sennit.expr import not_, true
from sennit.ledger import Disagreement, settle
from sennit.lower.fragment import alternations, cycle
from sennit.record.book import Book
from sennit.record.checking import Checks
from sennit.record.cite import citation
from sennit.record.entry import TWO_SOLVERS
from sennit.record.prove import prove
from sennit.record.stored import machine_from_data
from sennit.run import check, portfolio
from sennit.run.asking import Ask, Here
from sennit.run.suite import load, suite_of
from sennit.run.words import extent
from sennit.verdict import By, ClosedSet, Inductive, bounded, unreachable
from unit.every.systems import Crowd, Gossip


@always(Crowd)
def first_came(crowd: Crowd) -> Expr:
    """Who is first has come."""
    return forall(implies(crowd.first[x], crowd.came[x]) for x in crowd.node)


@always(Crowd, using=(first_came,), at=(every, {"node": 3}))
def one_first(crowd: Crowd) -> Expr:
    """Nobody else is first."""
    return forall(implies(crowd.first[x] & crowd.first[y], x == y) for x in crowd.node for y in crowd.node)


@always(Crowd, at=every)
def unhelped(crowd: Crowd) -> Expr:
    """The same, without the lemma that it takes."""
    return forall(implies(crowd.first[x] & crowd.first[y], x == y) for x in crowd.node for y in crowd.node)


@always(Crowd, at=every, expect=FAILS)
def alone(crowd: Crowd) -> Expr:
    """Nobody but the first comes."""
    return forall(implies(crowd.came[x], crowd.first[x]) for x in crowd.node)


@always(Gossip, at=every)
def told_heard(gossip: Gossip) -> Expr:
    """Who was told has heard."""
    return forall(implies(gossip.told[x, y], gossip.heard[y]) for x in gossip.node for y in gossip.node)


@always(Gossip, at=every)
def told_back(gossip: Gossip) -> Expr:
    """Along links alone, which go both ways."""
    return forall(implies(gossip.told[x, y], gossip.link[y, x]) for x in gossip.node for y in gossip.node)


def asked(claim: Claim, seconds: float = 20.0) -> Verdict:
    return everysize.check(claim.questions()[0], Budget(seconds))


@pytest.mark.parametrize("claim", [first_came, one_first, told_heard, told_back], ids=lambda c: c.id)
def test_a_proof_for_every_size_is_discharged_by_both_solvers(claim: Claim) -> None:
    """The certificate is an inductive invariant, re-checked from the formulas alone."""
    verdict = asked(claim)
    assert verdict.answer is HOLDS
    assert verdict.certificate is not None
    again = recheck(verdict.question, verdict.certificate, verdict.question.lemmas)
    assert again.ok
    assert not again.one_solver


def test_a_proof_says_what_it_grants() -> None:
    """Every size, and the constants that axioms are about."""
    assert extent(asked(told_back)) == "in every run, of every size, by induction, granted link as axioms() says"


def test_a_counterexample_to_induction_is_a_small_instance_that_may_be_unreachable() -> None:
    """It is shown member by member, and no run leads there."""
    verdict = asked(unhelped)
    assert verdict.answer is UNKNOWN
    assert verdict.why.startswith("not kept by come(x=?): with node = {0, 1} see came = {}, first = {")
    assert verdict.why.endswith("which may be unreachable: a lemma may be missing")


def test_a_claim_is_refuted_for_every_size_by_a_run_of_an_instance() -> None:
    """The trace replays at its size, and comes through data unharmed."""
    verdict = asked(alone)
    assert verdict.answer is FAILS
    assert verdict.instance == (("node", 2),)
    assert verdict.trace is not None
    assert len(verdict.trace) == 2
    assert extent(verdict) == "at node=2, in 2 steps (3 states)"
    again = Verdict.from_data(verdict.to_data(), verdict.question)
    assert (again.trace, again.instance) == (verdict.trace, verdict.instance)
    with pytest.raises(Misuse):
        replace(verdict, instance=())


class Chain(System):
    """Everybody has somebody next, and says so."""

    node = Sort(2)
    next = Relation(node, node, init=True)

    @rule(by="node {x}", x=node, y=node)
    def change(self, x: Expr, y: Expr) -> None:
        self.next = lambda a, b: self.next[a, b] | (a == x) & (b == y)


def test_sorts_that_depend_on_themselves_are_named() -> None:
    """A `for all ... there is` on one Sort is a cycle; on two Sorts in one direction it is none."""
    chain = Chain.at(node=every)
    there_is = forall(exists(chain.next[x, y] for y in chain.node) for x in chain.node)
    assert alternations([there_is]) == {"node": {"node": "exists(next[node2, node1] for node1 in node)"}}
    assert cycle([there_is]).startswith("node -> node: node -> node by exists(")
    assert cycle([not_(there_is)]) == "", "there, one node is such that all"
    independent = forall(exists(chain.next[y, y] for y in chain.node) | chain.next[x, x] for x in chain.node)
    assert cycle([independent]) == "", "it is the same one for all"


def test_an_instance_tells_what_a_system_says_at_sizes_alone() -> None:
    """Python's own loops can read otherwise for every size: then nothing is proved."""

    class Numbered(System):
        node = Sort(2)
        up = Relation(node, init=False)

        @rule(by="node {x}", x=node)
        def rise(self, x: Expr) -> None:
            self.require(forall(self.up[x] == self.up[y] for _, y in zip(self.node, self.node, strict=True)))
            self.require(forall((number == 0) | ~self.up[x] for number, _ in enumerate(self.node)))

    @always(Numbered, at=every)
    def down(numbered: Numbered) -> Expr:
        """Nobody is up."""
        return forall(~numbered.up[x] for x in numbered.node)

    verdict = asked(down)
    assert verdict.answer is UNKNOWN
    assert (
        verdict.why
        == "the guard of rise is not shown to say at node=2 what it says for every size: write it without sizes"
    )


def test_axioms_that_are_true_of_nothing_prove_nothing() -> None:
    """Where no small instance has an initial state, no claim holds for want of runs."""

    class Empty(System):
        node = Sort(2)
        odd = Const(Relation(node))

        def axioms(self) -> Expr:
            return exists(self.odd[x] for x in self.node) & forall(implies(self.odd[x], x != x) for x in self.node)

    @always(Empty, at=every)
    def anything(empty: Empty) -> Expr:
        """It is odd that all are odd."""
        return forall(empty.odd[x] for x in empty.node)

    verdict = asked(anything)
    assert verdict.answer is UNKNOWN
    assert "its axioms may be true of nothing" in verdict.why


@pytest.mark.parametrize("name", [n for n in portfolio.available() if n != everysize.NAME])
def test_no_other_engine_answers_for_every_size(name: str) -> None:
    """Asked all the same, it says UNKNOWN and never HOLDS; asked by itself, it raises or leaves the question open."""
    question = alone.questions()[0]
    (verdict,) = portfolio.check(question, Budget(2), [name])
    assert (verdict.answer, verdict.engine) == (UNKNOWN, name)
    try:
        own = import_module(f"sennit.engines.{name}").check(first_came.questions()[0], Budget(2, depth=2))
    except (Misuse, ValueError, AssertionError, KeyError, NotImplementedError):
        return
    assert own.answer is UNKNOWN


def test_evidence_for_one_size_is_none_for_every_size() -> None:
    """Neither a list of states, nor a depth, nor induction over several steps."""
    question = alone.questions()[0]
    with pytest.raises(ValueError, match="for every size comes with an inductive invariant"):
        unreachable(question, ClosedSet(1, ((),)), By("x"))
    with pytest.raises(ValueError, match="for every size comes with"):
        bounded(question, 3, "", By("x"))
    assert not recheck(question, ClosedSet(0, ())).ok
    assert not recheck(question, Inductive(question.goal, 2)).ok
    assert not recheck(question, Inductive(question.goal, 1)).ok
    assert not recheck(question, Inductive(true(), 1)).ok


def test_a_proof_for_every_size_contradicts_a_run_at_any() -> None:
    """The ledger raises the alarm where an instance refutes what was proved of all."""
    for_all, at_three = (replace(q, lemmas=()) for q in one_first.questions())
    wrong = unreachable(for_all, Inductive(for_all.goal, 1), By("x"))
    broken = everysize.check(alone.questions()[0], Budget(20))
    at_two = alone.question({"node": 2})
    refuted = Verdict(at_two, FAILS, "y", trace=broken.trace)
    lied = unreachable(alone.questions()[0], Inductive(for_all.goal, 1), By("x"))
    assert settle([wrong])[for_all.id].answer is HOLDS
    with pytest.raises(Disagreement, match=r"is proved, and Crowd\.alone"):
        settle([lied, refuted])
    assert at_three.every_size is False


def test_the_suite_asks_for_every_size_beside_sizes() -> None:
    """`check` asks all questions of a claim, each of the engines that can answer it."""
    report = check(one_first)
    answers = {result.asked.title: result.verdict.engine for result in report if result.asked.expect is not None}
    assert report.ok
    assert answers["Crowd.one_first[node=every]"] == "everysize"
    assert answers["Crowd.one_first[node=3]"] == "explore"


def test_a_machine_for_every_size_comes_back_from_its_file() -> None:
    """With its open Sorts and axioms; one whose axioms its rules change does not."""
    machine = Gossip.at(node=every).machine
    data = machine.to_data()
    assert machine_from_data(data).digest == machine.digest == canonical.digest(data)
    loose = {key: value for key, value in machine.to_data().items() if key != "sorts"}
    with pytest.raises(Misuse, match="none of its Sorts"):
        machine_from_data(loose)


def test_ranges_are_claims_for_every_size_too() -> None:
    """A counter in each node stays in its declared range, or `in_range` says that it does not."""

    class Counting(System):
        node = Sort(2)
        count = Array(node, Int(0, 2), init=0)

        @rule(by="node {x}", x=node)
        def up(self, x: Expr) -> None:
            self.require(self.count[x] < 2)
            self.count[x] += 1

        @rule(by="all")
        def reset(self) -> None:
            self.count = lambda _x: 0

    @always(Counting, at=every)
    def small(counting: Counting) -> Expr:
        """No counter passes 2."""
        return forall(counting.count[x] <= 2 for x in counting.node)

    report = check(small)
    assert report.ok
    assert report["small"].answer is HOLDS


def test_a_proof_for_every_size_is_kept_re_checked_and_cited(tmp_path: Path) -> None:
    """The ledger's words say every size, what is granted, and no size that was not asked."""
    suite = suite_of([told_back, alone], "gossip", "gossip")
    with Checks(0) as checks:
        prove([suite], tmp_path / "p", Ask(seconds=30.0), Here(suite), checks)
    book = Book.read(tmp_path / "p")
    (said,) = book.entry("Gossip.told_back").answers
    assert (said.answer, said.second) == (HOLDS, TWO_SOLVERS)
    assert citation(book, "Gossip.told_back").answer == (
        "shown for any number of nodes: every run, by induction, granted the axioms on its constants",
    )
    assert citation(book, "Crowd.alone").answer == ("refuted for node = any size by an instance, in 2 steps",)


def test_an_attack_is_looked_for_at_a_size() -> None:
    """Also where only every size is asked; and whether a state is reached is not asked for every size."""
    suite = load("lock_service", [{"client": every}])
    dropped = [asked.title for asked in suite.asked if asked.without]
    assert dropped[0] == "LockService.in_one_place[client=3, guarded=off]"
    assert suite.left_out == ("LockService.contested", "LockService.comes_back")


@pytest.mark.parametrize("claim", [first_came, unhelped, alone, told_back], ids=lambda c: c.id)
def test_without_time_it_says_where_it_stopped(claim: Claim) -> None:
    """And blames neither the specification nor its axioms."""
    verdict = asked(claim, seconds=1e-9)
    assert verdict.answer is UNKNOWN
    assert verdict.why.startswith("it stopped ")
    assert verdict.why.endswith("no time was left")
