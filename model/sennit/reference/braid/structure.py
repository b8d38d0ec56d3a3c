"""Shape of a braid: one genesis, no missing parent, no name twice, no cycle, everything reaches a genesis.

It looks at names alone, so it serves blocks with any number of parents, and knows nothing of signatures. Time and
memory are linear in the number of blocks and links; nothing recurses.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Structure:
    """What was found, each block by its index, all in the order of the blocks."""

    genesis: tuple[int, ...]
    """Blocks without parents."""
    orphans: tuple[tuple[int, str], ...]
    """A block, and a parent that it names and that is not there."""
    duplicates: tuple[tuple[int, int], ...]
    """The first bearer of a name, and a later one."""
    cyclic: tuple[int, ...]
    """Blocks that are their own ancestor."""
    unreachable: tuple[int, ...]
    """Blocks from which no path of parents leads to a block without parents."""

    @property
    def ok(self) -> bool:
        """True when exactly one block has no parent and nothing else was found."""
        return len(self.genesis) == 1 and not (self.orphans or self.duplicates or self.cyclic or self.unreachable)


def structure(names: Sequence[str], parents: Sequence[Sequence[str]]) -> Structure:
    """Shape of the blocks `names`, where block i names the blocks `parents[i]` as its parents.

    A name that several blocks bear means the first of them. Raises ValueError when the two lengths differ.
    """
    bearer: dict[str, int] = {}
    duplicates = [(bearer[name], i) for i, name in enumerate(names) if bearer.setdefault(name, i) != i]
    links = _Links(len(names))
    last, child, before = links.last, links.child, links.before
    waits = array("q", bytes(8 * len(names)))
    orphans: list[tuple[int, str]] = []
    for i, (_, named) in enumerate(zip(names, parents, strict=True)):
        for parent in named:
            if (above := bearer.get(parent)) is None:
                orphans.append((i, parent))
                continue
            before.append(last[above])
            last[above] = len(child)
            child.append(i)
            waits[i] += 1
    genesis = tuple(i for i, named in enumerate(parents) if not named)
    reached = _descendants(genesis, links)
    return Structure(
        genesis,
        tuple(orphans),
        tuple(duplicates),
        _on_cycles(_stuck(waits, links), links),
        tuple(i for i, is_reached in enumerate(reached) if not is_reached),
    )


class _Links:
    """The children of each block as chains of numbers: a list a block would take more memory than the block."""

    def __init__(self, blocks: int) -> None:
        self.last = array("q", [-1]) * blocks  # of each block the link to a child
        self.child, self.before = array("q"), array("q")  # of each link its child, and the link to another

    def under(self, block: int) -> Iterator[int]:
        """The block's children."""
        link = self.last[block]
        while link >= 0:
            yield self.child[link]
            link = self.before[link]


def _stuck(waits: array[int], links: _Links) -> list[int]:
    """Blocks that Kahn's order never gets to: those on a cycle, and those below one."""
    last, child, before = links.last, links.child, links.before
    ready = array("q", (i for i, count in enumerate(waits) if count == 0))
    for block in ready:  # grows while it is walked
        link = last[block]
        while link >= 0:
            below = child[link]
            waits[below] -= 1
            if waits[below] == 0:
                ready.append(below)
            link = before[link]
    return [] if len(ready) == len(waits) else [i for i, count in enumerate(waits) if count > 0]


def _descendants(roots: Sequence[int], links: _Links) -> bytearray:
    """Which blocks there is a way to from the roots."""
    last, child, before = links.last, links.child, links.before
    reached = bytearray(len(last))
    frontier = array("q", roots)
    for root in roots:
        reached[root] = 1
    while frontier:
        link = last[frontier.pop()]
        while link >= 0:
            below = child[link]
            if not reached[below]:
                reached[below] = 1
                frontier.append(below)
            link = before[link]
    return reached


def _on_cycles(blocks: Sequence[int], links: _Links) -> tuple[int, ...]:
    """Those of `blocks` that lie on a cycle: Tarjan's strongly connected components, with a stack of its own."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    pending: list[int] = []  # met, and not yet in a component
    is_pending: set[int] = set()
    cyclic: list[int] = []
    for root in blocks:
        walk = [] if root in order else [(root, links.under(root))]
        while walk:
            block, rest = walk[-1]
            if block not in order:
                order[block] = low[block] = len(order)
                pending.append(block)
                is_pending.add(block)
            child = next(rest, None)
            if child is not None and child not in order:
                walk.append((child, links.under(child)))
            elif child is not None and child in is_pending:
                low[block] = min(low[block], order[child])
            elif child is None:
                walk.pop()
                if walk:
                    above = walk[-1][0]
                    low[above] = min(low[above], low[block])
                if low[block] == order[block]:
                    component = _popped_to(block, pending)
                    is_pending.difference_update(component)
                    if len(component) > 1 or block in links.under(block):
                        cyclic += component
    return tuple(sorted(cyclic))


def _popped_to(block: int, pending: list[int]) -> list[int]:
    """Blocks taken off the end of `pending`, down to and with `block`."""
    taken = [pending.pop()]
    while taken[-1] != block:
        taken.append(pending.pop())
    return taken
