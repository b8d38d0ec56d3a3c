"""A braid as something to draw: blocks in reading order, their links, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sennit.reference.braid.container import Braid
from sennit.reference.braid.order import parents_of, reading_order
from sennit.reference.braid.repaired.blocks import Said
from sennit.reference.braid.repaired.lines import Genesis, Line
from sennit.reference.braid.repaired.verify import Fault
from sennit.reference.braid.repaired.verify import Report as Repaired
from sennit.reference.braid.verify import Failure, Report
from sennit.reference.stream.unwrap import words

_EXCERPT: Final = 400  # characters of a payload that are kept for the picture
_MANY: Final = 1000  # faults after which verifying a braid/2 ends
GENESIS: Final = "genesis"
_SIGNATURE: Final = ("signature", "scalar")


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
    answers: bool = False
    """True when the child answers a request that is no parent of it."""


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
        """Who says something, in the order of their first block; a genesis is said by nobody."""
        return tuple(dict.fromkeys(node.source for node in self.nodes if node.kind != GENESIS or node.source))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of blocks, in the order of their first."""
        return tuple(dict.fromkeys(node.kind for node in self.nodes))


_LOST: Final = "leads to no genesis"
INHERITED: Final = frozenset((_LOST,))
"""Faults that a block has from its ancestors alone."""

_SHORT = {
    "signature": "signature fails",
    "one_version": "another message version",
    "scalar": "signature misspelled",
    "canonical": "signature misspelled",
    "single_genesis": "one of several geneses",
    "no_orphan": "its parent is not here",
    "unique": "signature of another block",
    "acyclic": "its own ancestor",
    "reaches_genesis": _LOST,
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


def graph_of_repaired(title: str, said: Said, report: Repaired) -> Graph:
    """The same for a braid/2 file, whose genesis is a block of its own."""
    faults: dict[int, list[Fault]] = {}
    for fault in report.faults:
        faults.setdefault(fault.line - 1 if 0 < fault.line <= len(said.blocks) + 1 else -1, []).append(fault)
    checked = report.blocks if len(report.faults) < _MANY else max(fault.line for fault in report.faults) - 1
    nodes = [_genesis(said.genesis, report, faults.get(0, ()))] if said.genesis else []
    nodes += [_repaired(line, faults.get(line.number, ()), line.number <= checked) for line in said.blocks]
    passed = sum(node.passes is True for node in nodes)
    pinned = "" if report.pinned else ", whoever signed it"
    answer = f"{report.answer}: {passed} of {len(nodes)} signatures pass{pinned}"
    return Graph(title, answer, tuple(nodes), tuple(f"line {f.line}: {f.detail}" for f in faults.get(-1, ())))


def _genesis(genesis: Genesis, report: Repaired, faults: Sequence[Fault]) -> Node:
    session = "" if report.session is None else f"session {report.session.hex()}"
    passes = None if report.session is None or _stopped(faults) else not faults
    return Node("line 1", GENESIS, "", session, 0, genesis.signature.hex(), (), (), _short(faults), passes)


def _repaired(line: Line, faults: Sequence[Fault], checked: bool) -> Node:
    return Node(
        f"line {line.number + 1}",
        line.kind.decode("ascii"),
        line.source.decode("utf-8"),
        one_line(words(line.payload, 4 * _EXCERPT))[:_EXCERPT],
        len(line.payload),
        line.signature.hex(),
        line.parents,
        (),
        _short(faults),
        None if not checked or _stopped(faults) else not faults,
        line.request,
    )


def _stopped(faults: Sequence[Fault]) -> bool:
    """True when a line was refused for something other than its signature, which then was not looked at."""
    return any(fault.rule not in _SIGNATURE for fault in faults)


def _short(faults: Sequence[Fault]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_SHORT.get(fault.rule, fault.rule) for fault in faults))


def one_line(text: str) -> str:
    """The text on one line, without characters that do not show or that turn the line around."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _links(child: int, node: Node) -> list[Link]:
    cut = node.passes is False or _SHORT["acyclic"] in node.faults
    return [
        *(Link(child, parent, cut) for parent in node.parents),
        *(Link(child, None, True) for _ in node.missing),
        *([Link(child, node.request, cut, True)] if node.request not in (None, *node.parents) else []),
    ]


def _answer(report: Report) -> str:
    if report.passes is None:
        return ("" if report.ok is None else "fails; ") + "signatures not checked, for want of a key"
    return f"{'valid, open-ended' if report.ok else 'fails'}: {report.passed} of {report.blocks} signatures pass"


def _of_all(failures: Sequence[Failure]) -> tuple[str, ...]:
    return tuple(failure.detail for failure in failures if failure.block is None)
