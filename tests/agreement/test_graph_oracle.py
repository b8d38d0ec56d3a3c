"""NetworkX as an independent judge of braids: of the linear-time check, of the System's verifier, and of the claims.

One parent a block: a file is good if a traversal from its one genesis finds every block. Several: if every parent is
there, one block has none, and a topological order exists.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import networkx as nx
import pytest

from sennit.lower.python import compile_formula
from sennit.machine import Machine, State
from sennit.protocols.braid.braid import Braid
from sennit.reference.braid.structure import structure
from sennit.sort import Value
from sennit_properties import graph as claims

NONE, MISSING = -1, -2
NAMES = [str(i) for i in range(6)]


def chains(n: int, first: Sequence[int] | None = None) -> Iterator[tuple[int, ...]]:
    """Every parent function of n blocks: each names nobody, somebody missing, or any block, itself too."""
    options = (NONE, MISSING, *range(n))
    return itertools.product(first or options, *[options] * (n - 1))


def digraphs(n: int, *, missing: bool) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every way in which n blocks can name blocks, themselves too; and perhaps one parent that is missing."""
    options = [*([MISSING] if missing else []), *range(n)]
    subsets = [s for size in range(len(options) + 1) for s in itertools.combinations(options, size)]
    return itertools.product(subsets, repeat=n)


class Judge:
    """One NetworkX digraph, edges from parent to child, changed edge by edge, which is faster than a new one a file."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(range(n))
        self.now: tuple[tuple[int, ...], ...] = ((),) * n

    def show(self, file: tuple[tuple[int, ...], ...]) -> None:
        for child, (old, new) in enumerate(zip(self.now, file, strict=True)):
            if old != new:
                self.graph.remove_edges_from([(p, child) for p in old if p >= 0])
                self.graph.add_edges_from([(p, child) for p in new if p >= 0])
        self.now = file

    def traversal_finds_all(self) -> bool:
        """For one parent a block."""
        geneses = [child for child, parents in enumerate(self.now) if not parents]
        return len(geneses) == 1 and len(nx.descendants(self.graph, geneses[0])) == self.n - 1

    def order_takes_all(self) -> bool:
        """For any number of parents."""
        if sum(not parents for parents in self.now) != 1 or any(MISSING in parents for parents in self.now):
            return False
        return self.is_acyclic()

    def is_acyclic(self) -> bool:
        return bool(nx.is_directed_acyclic_graph(self.graph))


def as_names(file: Sequence[Sequence[int]]) -> list[list[str]]:
    return [["missing" if p == MISSING else NAMES[p] for p in parents] for parents in file]


def as_file(chain: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(() if p == NONE else (p,) for p in chain)


@pytest.mark.parametrize("n", range(1, 6))
def test_of_one_parent_the_traversal_and_the_check_say_the_same(n: int) -> None:
    """All parent functions of up to five blocks: goodness, and each fault by itself."""
    judge = Judge(n)
    good = 0
    for chain in chains(n):
        file = as_file(chain)
        judge.show(file)
        shape = structure(NAMES[:n], as_names(file))
        good += shape.ok
        assert shape.ok == judge.traversal_finds_all() == judge.order_takes_all(), chain
        assert (not shape.cyclic) == judge.is_acyclic(), chain
        assert bool(shape.orphans) == (MISSING in chain), chain
    assert good == n ** (n - 1), "rooted labelled trees, by Cayley's formula"


@pytest.mark.parametrize("first", range(-2, 6))
def test_of_six_blocks_the_traversal_and_the_check_say_the_same(first: int) -> None:
    """All 8**6 parent functions of six blocks, in eight parts by the parent of the first."""
    judge = Judge(6)
    good = 0
    for chain in chains(6, [first]):
        file = as_file(chain)
        judge.show(file)
        ok = structure(NAMES, as_names(file)).ok
        good += ok
        assert ok == judge.traversal_finds_all(), chain
    assert good == (0 if first in (MISSING, 0) else 6**4), (
        "6**5 rooted trees, shared out evenly by the place of a block"
    )


@pytest.mark.parametrize(("n", "missing"), [(1, True), (2, True), (3, True), (4, False)])
def test_of_several_parents_kahns_order_and_the_check_say_the_same(n: int, missing: bool) -> None:
    """All digraphs of up to four blocks, those of up to three also with missing parents."""
    judge = Judge(n)
    good = 0
    for file in digraphs(n, missing=missing):
        judge.show(file)
        shape = structure(NAMES[:n], as_names(file))
        good += shape.ok
        assert shape.ok == judge.order_takes_all(), file
        assert (not shape.cyclic) == judge.is_acyclic(), file
    assert good == {1: 1, 2: 2, 3: 15, 4: 316}[n], "acyclic digraphs with one sink, OEIS A003025"


@pytest.mark.parametrize(("n", "missing"), [(1, True), (2, True), (3, True), (4, False)])
def test_the_claims_and_the_check_say_the_same(n: int, missing: bool) -> None:
    """The formulas, made of a transitive closure, agree with the linear-time check on all digraphs of up to four."""
    nodes = n + missing
    every = {"node": nodes, "earlier": False, "rooted": False, "prefix": False}
    four = [claims.single_genesis, claims.no_orphan, claims.acyclic, claims.reaches_genesis]
    says = [compile_formula(claim.question(every).goal, ["there", "names"]) for claim in four]
    there = tuple(node < n for node in range(nodes))
    answers = set()
    for file in digraphs(n, missing=missing):
        links = {(child, n if p == MISSING else p) for child, parents in enumerate(file) for p in parents}
        names = tuple((c, p) in links for c in range(nodes) for p in range(nodes))
        shape = structure(NAMES[:n], as_names(file))
        checked = (len(shape.genesis) == 1, not shape.orphans, not shape.cyclic, not shape.unreachable)
        answers.add(checked)
        assert tuple(said(there, names) for said in says) == checked, file
    assert len(answers) == {1: 4, 2: 11, 3: 14, 4: 6}[n], (
        "with blocks enough all but 'none missing, none cyclic, yet not reached'"
    )


@pytest.mark.parametrize("n", range(1, 4))
def test_of_one_parent_the_systems_verifier_and_the_traversal_say_the_same(n: int) -> None:
    """The verifier of the System, run on every file of up to three blocks, accepts what the traversal finds whole."""
    machine = Braid.at(sig=n + 1, slot=n, signatures=False).machine
    judge = Judge(n)
    for chain in chains(n):
        file = as_file(chain)
        judge.show(file)
        assert verified(machine, file)["phase"] == ("accepted" if judge.traversal_finds_all() else "rejected"), chain


@pytest.mark.parametrize(("n", "missing"), [(1, True), (2, True), (3, False)])
def test_of_several_parents_the_systems_verifier_and_kahns_order_say_the_same(n: int, missing: bool) -> None:
    """The verifier of the System, run on every digraph of up to three blocks, and each of its findings."""
    machine = Braid.at(sig=n + 1, slot=n, parents=n + 1, signatures=False).machine
    judge = Judge(n)
    for file in digraphs(n, missing=missing):
        judge.show(file)
        end = verified(machine, file)
        assert end["phase"] == ("accepted" if judge.order_takes_all() else "rejected"), file
        assert all(cells(end["taken"])) == judge.is_acyclic(), file
        assert end["orphan"] == any(MISSING in parents for parents in file), file
        assert end["geneses"] == ("none", "one", "several")[min(2, file.count(()))], file


def verified(machine: Machine, file: tuple[tuple[int, ...], ...]) -> dict[str, Value]:
    """The values at the end of the verifier's work on a file in which block i bears signature i."""
    n = len(file)
    links = {(child, n if p == MISSING else p) for child, parents in enumerate(file) for p in parents}
    given: dict[str, Value] = {
        "phase": "reading",
        "block": ("edited",) * n,
        "bears": tuple(range(n)),
        "names": tuple((c, p) in links for c in range(n) for p in range(n + 1)),
    }
    state = tuple(given[v.name] if v.name in given or v.start is None else v.start for v in machine.variables)
    assert machine.has(state)
    for slot in range(n):
        state = after(machine, state, "read", slot)
    state = after(machine, state, "look_up")
    while (more := machine.step(state, "walk", ())) is not None:
        state = more
    return machine.env(after(machine, state, "decide"))


def after(machine: Machine, state: State, rule: str, *args: int) -> State:
    state_after = machine.step(state, rule, args)
    assert state_after is not None, f"{rule} is next"
    return state_after


def cells(value: Value) -> tuple[Value, ...]:
    assert isinstance(value, tuple)
    return value
