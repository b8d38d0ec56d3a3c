"""Reads what a braid/2 file says, as far as its lines are lines, without looking at a signature."""

from __future__ import annotations

import io
from dataclasses import dataclass

from sennit.reference.braid.repaired.lines import Genesis, Line, Rejected, block, close, genesis, is_close

BEGINS = '{"braid":'
"""How every file of this format begins."""


@dataclass(frozen=True, slots=True)
class Said:
    """The blocks of a file, by number from 1, each below earlier ones."""

    genesis: Genesis | None
    blocks: tuple[Line, ...]
    closed: bool
    fault: str
    """Where and why the reading stopped, or nothing."""


def blocks_of(data: bytes) -> Said:
    """What the bytes of a file say. Reading stops at the first line that cannot be one, or that is out of order."""
    first: Genesis | None = None
    blocks: list[Line] = []
    closed = False
    for number, line in enumerate(io.BytesIO(data), 1):
        try:
            if first is None:
                first = genesis(line)
            elif closed:
                raise Rejected("after_close", "there is a line after the close")
            elif is_close(line):
                close(line)
                closed = True
            else:
                blocks.append(_in_order(block(line), len(blocks) + 1))
        except Rejected as rejected:
            return Said(first, tuple(blocks), closed, f"line {number}: {rejected.rule}: {rejected}")
    return Said(first, tuple(blocks), closed, "" if first else "the file is empty")


def _in_order(line: Line, number: int) -> Line:
    """The line, if it has the number that is next and names only what stands before it."""
    above = [*line.parents, *([] if line.request is None else [line.request])]
    if line.number != number or any(parent >= number for parent in above):
        raise Rejected("number", f"block {line.number} is out of order")
    return line
