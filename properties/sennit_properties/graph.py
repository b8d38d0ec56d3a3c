"""What a good graph of blocks is, said once: of a Graph, of a GraphML file, and of what a verifier has accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sennit import Expr, always, count, exists, forall, implies, sometimes
from sennit.protocols.graph import Graph


@dataclass(frozen=True, eq=False)
class Shape:
    """Who names whom, as formulas. Blocks are numbered; those that are not there name nobody and are named by none."""

    there: Sequence[Expr]
    names: Sequence[Sequence[Expr]]
    """`names[c][p]`: block c names block p as a parent, and both are there."""
    lacks: Sequence[Expr]
    """`lacks[c]`: block c names a parent that is not there."""

    @property
    def geneses(self) -> list[Expr]:
        """Whether each block is there and names no parent at all."""
        return [
            there & ~lacks & ~exists(named)
            for there, lacks, named in zip(self.there, self.lacks, self.names, strict=True)
        ]

    @property
    def ancestors(self) -> list[list[Expr]]:
        """`ancestors[c][a]`: a path of parents leads from c to a. Warshall's closure: 2 n**3 nodes at most."""
        reach = [list(row) for row in self.names]
        n = len(reach)
        for via in range(n):
            reach = [[reach[c][a] | (reach[c][via] & reach[via][a]) for a in range(n)] for c in range(n)]
        return reach


def is_single_genesis(shape: Shape) -> Expr:
    """Exactly one block names no parent."""
    return count(shape.geneses) == 1


def is_no_orphan(shape: Shape) -> Expr:
    """Every parent that a block names is there."""
    return forall(~lacks for lacks in shape.lacks)


def is_acyclic(shape: Shape) -> Expr:
    """No block is its own ancestor."""
    ancestors = shape.ancestors
    return forall(~ancestors[c][c] for c in range(len(shape.there)))


def is_reaching_genesis(shape: Shape) -> Expr:
    """From every block some path of parents leads to a block that names none."""
    ancestors, geneses = shape.ancestors, shape.geneses
    blocks = range(len(shape.there))
    return forall(
        implies(shape.there[c], geneses[c] | exists(ancestors[c][a] & geneses[a] for a in blocks)) for c in blocks
    )


def shape_of(graph: Graph) -> Shape:
    """The shape of a Graph."""
    there = [graph.there[c] for c in graph.node]
    return Shape(
        there,
        [[graph.names[c, p] & there[c] & there[p] for p in graph.node] for c in graph.node],
        [exists(graph.names[c, p] & ~there[p] for p in graph.node) & there[c] for c in graph.node],
    )


SIZES = [{"node": n} for n in range(1, 5)]


@always(Graph, rests_on=("earlier", "rooted", "prefix"), at=SIZES[1:])
def single_genesis(graph: Graph) -> Expr:
    """Exactly one block names no parent."""
    return is_single_genesis(shape_of(graph))


@always(Graph, rests_on=("earlier", "prefix"), at=SIZES[1:])
def no_orphan(graph: Graph) -> Expr:
    """Every parent that a block names is there."""
    return is_no_orphan(shape_of(graph))


@always(Graph, rests_on=("earlier",), at=SIZES)
def acyclic(graph: Graph) -> Expr:
    """No block is its own ancestor."""
    return is_acyclic(shape_of(graph))


@always(Graph, rests_on=("earlier", "prefix"), at=SIZES[1:])
def reaches_genesis(graph: Graph) -> Expr:
    """From every block some path of parents leads to a block that names none."""
    return is_reaching_genesis(shape_of(graph))


@sometimes(Graph)
def diamond(graph: Graph) -> Expr:
    """A good braid forks and merges: two blocks under one, and one under both."""
    names = graph.names
    return names[1, 0] & names[2, 0] & ~names[2, 1] & names[3, 1] & names[3, 2]


@sometimes(Graph)
def truncated(graph: Graph) -> Expr:
    """A good graph may have lost its latest block, and nothing in it says so."""
    return graph.there[0] & ~graph.there[len(graph.node) - 1]
