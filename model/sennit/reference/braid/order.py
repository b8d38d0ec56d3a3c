"""The order in which blocks are best read: each below its parents, and a chain in one go where nothing else waits."""

from __future__ import annotations

from collections.abc import Sequence


def reading_order(parents: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Every block once, by number, where block i has the blocks `parents[i]` as its parents. Time is linear.

    After a block comes its first child that no other parent holds back, and so on down; forks follow in the order of
    the blocks. Blocks on cycles, and those below one, come last, in their own order.
    """
    children: list[list[int]] = [[] for _ in parents]
    waits = [0] * len(parents)
    for block, above in enumerate(parents):
        for parent in above:
            children[parent].append(block)
            waits[block] += 1
    ready = [block for block in reversed(range(len(parents))) if waits[block] == 0]
    order: list[int] = []
    while ready:
        block = ready.pop()
        order.append(block)
        freed = []
        for child in children[block]:
            waits[child] -= 1
            if waits[child] == 0:
                freed.append(child)
        ready += reversed(freed)
    return (*order, *(block for block, count in enumerate(waits) if count > 0))


def parents_of(names: Sequence[str], named: Sequence[Sequence[str]]) -> tuple[tuple[int, ...], ...]:
    """By number, the parents of each block that are there; a name that several bear means the first of them."""
    bearer: dict[str, int] = {}
    for number, name in enumerate(names):
        bearer.setdefault(name, number)
    return tuple(tuple(bearer[name] for name in above if name in bearer) for above in named)
