"""A braid as something to draw: blocks in reading order, their links, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sennit.reference.braid.container import Braid
from sennit.reference.braid.order import parents_of, reading_order
from sennit.reference.braid.verify import Failure, Report
from sennit.reference.stream.unwrap import words

_EXCERPT = 400  # characters of a payload that are kept for the picture


@dataclass(frozen=True, slots=True)
class Node:
    """A block, by its number in reading order."""

    place: str
    kind: str
    source: str
    excerpt: str
    """The beginning of what it says, on one line."""
    size: int
    """Bytes of its payload."""
    name: str
    """Its signature."""
    parents: tuple[int, ...]
    missing: tuple[str, ...]
    """Parents that it names and that are not there."""
    faults: tuple[str, ...] = ()
    """What is wrong with it, in a few words each."""
    passes: bool | None = None
    """Whether its signature passes; None when that was not looked at."""
    request: int | None = None
    """The request that it answers, where the format says so."""


@dataclass(frozen=True, slots=True)
class Link:
    """From a block to one that it names, or that is not there."""

    child: int
    parent: int | None
    broken: bool
    """True when the parent is not there, the child's signature fails, or the link is part of a cycle."""


@dataclass(frozen=True, slots=True)
class Graph:
    """All that a picture shows."""

    title: str
    answer: str
    nodes: tuple[Node, ...]
    whole: tuple[str, ...] = ()
    """What is wrong with no block in particular."""

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link, from the top."""
        return tuple(link for child, node in enumerate(self.nodes) for link in _links(child, node))

    @property
    def sources(self) -> tuple[str, ...]:
        """Who says something, in the order of their first block."""
        return tuple(dict.fromkeys(node.source for node in self.nodes))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of blocks, in the order of their first."""
        return tuple(dict.fromkeys(node.kind for node in self.nodes))


_INHERITED = "leads to no genesis"
INHERITED = frozenset((_INHERITED,))
"""Faults that a block has from its ancestors alone."""

_SHORT = {
    "signature": "signature fails",
    "one_version": "another message version",
    "canonical": "signature misspelled",
    "single_genesis": "one of several geneses",
    "no_orphan": "its parent is not here",
    "unique": "signature of another block",
    "acyclic": "its own ancestor",
    "reaches_genesis": _INHERITED,
    "copies_agree": "shows other than it signs",
}


def graph_of(title: str, braid: Braid, report: Report) -> Graph:
    """The picture's content for a braid and what verifying it found."""
    blocks = braid.blocks
    named = [(block.prev,) if block.prev else () for block in blocks]
    parents = parents_of([block.signature for block in blocks], named)
    order = reading_order(parents)
    number = {block: i for i, block in enumerate(order)}
    faults: dict[int, list[str]] = {}
    for failure in report.failures:
        if failure.block is not None:
            faults.setdefault(failure.block, []).append(_SHORT.get(failure.rule, failure.rule))
    nodes = []
    for block in order:
        it = blocks[block]
        nodes.append(
            Node(
                it.place,
                it.kind,
                it.source,
                one_line(words(it.payload, 4 * _EXCERPT))[:_EXCERPT],
                len(it.payload),
                it.signature,
                tuple(number[parent] for parent in parents[block]),
                tuple(name for name in named[block] if not parents[block]),
                tuple(dict.fromkeys(faults.get(block, ()))),
                None if report.passes is None else bool(report.passes[block]),
            )
        )
    return Graph(title, _answer(report), tuple(nodes), _of_all(report.failures))


def one_line(text: str) -> str:
    """The text on one line, without characters that do not show or that turn the line around."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _links(child: int, node: Node) -> list[Link]:
    cut = node.passes is False or _SHORT["acyclic"] in node.faults
    return [
        *(Link(child, parent, cut) for parent in node.parents),
        *(Link(child, None, True) for _ in node.missing),
    ]


def _answer(report: Report) -> str:
    if report.passes is None:
        return ("" if report.ok is None else "fails; ") + "signatures not checked, for want of a key"
    return f"{'valid, open-ended' if report.ok else 'fails'}: {report.passed} of {report.blocks} signatures pass"


def _of_all(failures: Sequence[Failure]) -> tuple[str, ...]:
    return tuple(failure.detail for failure in failures if failure.block is None)
