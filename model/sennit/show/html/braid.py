"""The dependencies between claims as strands: one row a claim, a lemma always above what leans on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sennit.record.entry import Entry
from sennit.show.html.ledger import Ledger

ROW = 28  # pixels; the style sheet gives the rows beside the drawing the same height
_NEAREST, _PER_ROW, _WIDEST = 14, 7, 104  # pixels that a strand swings out


@dataclass(frozen=True)
class Row:
    """A row of the drawing: a claim, or the heading of a suite."""

    heading: str
    entry: Entry | None


@dataclass(frozen=True)
class Strand:
    """A curve from a lemma to a claim that leans on it."""

    lemma: str
    claim: str
    path: str


@dataclass(frozen=True)
class Node:
    """A claim in the drawing."""

    entry: Entry
    x: int
    y: int


@dataclass(frozen=True)
class Braid:
    """The drawing: `axis` is where all nodes lie, rows are `ROW` pixels high."""

    rows: tuple[Row, ...]
    strands: tuple[Strand, ...]
    nodes: tuple[Node, ...]
    axis: int
    width: int
    height: int


def braid(ledger: Ledger) -> Braid:
    """Lays the claims of a ledger out, suite by suite, each below the lemmas of its suite."""
    rows: list[Row] = [Row("genesis", None)]
    by_digest = {entry.block: entry for entry in ledger.entries}
    for suite in dict.fromkeys(entry.suite for entry in ledger.entries):
        rows.append(Row(suite, None))
        rows += [Row("", entry) for entry in _ordered([e for e in ledger.entries if e.suite == suite], by_digest)]
    rows.append(Row("closing block", None))
    at = {row.entry.block: number for number, row in enumerate(rows) if row.entry is not None}
    spans = [
        (parent, row.entry, abs(at[row.entry.block] - at[parent]))
        for row in rows
        if row.entry is not None
        for parent in row.entry.parents
        if parent in at
    ]
    axis = max((_swing(span) for _, _, span in spans), default=_NEAREST) + 10
    strands = [
        Strand(by_digest[parent].id, entry.id, _curve(axis, at[parent], at[entry.block], _swing(span)))
        for parent, entry, span in spans
    ]
    nodes = [Node(row.entry, axis, _middle(number)) for number, row in enumerate(rows) if row.entry is not None]
    return Braid(tuple(rows), tuple(strands), tuple(nodes), axis, axis + 14, ROW * len(rows))


def lemmas(ledger: Ledger) -> dict[str, list[Entry]]:
    """By the id of each claim, the claims that it leans on."""
    by_digest = {entry.block: entry for entry in ledger.entries}
    return {e.id: [by_digest[parent] for parent in e.parents if parent in by_digest] for e in ledger.entries}


def users(leaning: Mapping[str, Sequence[Entry]], ledger: Ledger) -> dict[str, list[Entry]]:
    """By the id of each claim, the claims that lean on it."""
    found: dict[str, list[Entry]] = {entry.id: [] for entry in ledger.entries}
    for entry in ledger.entries:
        for lemma in leaning[entry.id]:
            found[lemma.id].append(entry)
    return found


def _ordered(entries: Sequence[Entry], by_digest: Mapping[str, Entry]) -> list[Entry]:
    """The entries, each after those of them that it leans on, otherwise in the order given."""
    inside = {entry.block for entry in entries}
    placed: dict[str, Entry] = {}
    stack = [(entry, False) for entry in reversed(entries)]
    while stack:
        entry, ready = stack.pop()
        if ready:
            placed.setdefault(entry.block, entry)
        elif entry.block not in placed:
            stack.append((entry, True))
            stack += [(by_digest[p], False) for p in reversed(entry.parents) if p in inside and p not in placed]
    return list(placed.values())


def _swing(span: int) -> int:
    return min(_WIDEST, _NEAREST + _PER_ROW * (span - 1))


def _middle(row: int) -> int:
    return ROW * row + ROW // 2


def _curve(axis: int, upper: int, lower: int, swing: int) -> str:
    """From one node out to the left and back to the other; a cubic reaches three quarters of its handles."""
    x = axis - swing * 4 // 3
    return f"M{axis} {_middle(upper)}C{x} {_middle(upper)} {x} {_middle(lower)} {axis} {_middle(lower)}"
