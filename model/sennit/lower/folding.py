"""States as the least of all that exchanges of members make of them, for the search: packed, and quick.

What `orbits` does plainly on the states of the reference is done here on packed ones, with all places worked out
beforehand. The two may choose different states; that each tells the same orbits apart is compared on small sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

from sennit.claim import Kind, Question
from sennit.errors import Misuse
from sennit.lower.program import Layout, Packed, finder, starts, successors
from sennit.machine import Machine
from sennit.orbits import least, simple, within_reach
from sennit.sort import ArraySort
from sennit.symmetry import Permutation, Symmetry, exchanging, places, usable

Fold: TypeAlias = Callable[[Packed], Packed]
_SMALL = 3  # members, up to which a reduced search is compared with one that is not
_MOST = 4_000  # states, up to which it is


def reduction(question: Question) -> tuple[Symmetry, ...]:
    """The declared symmetries that neither the machine nor the question notices, and that can be reduced by.

    None of a question about more than single states: a member that moves for ever need not be the same one.
    """
    machine = question.machine
    if not machine.symmetric or question.kind not in (Kind.ALWAYS, Kind.SOMETIMES):
        return ()
    found = usable(machine, question.target, machine.symmetric)
    return tuple(symmetry for symmetry in found if within_reach(machine, symmetry))


def reduced(question: Question, symmetries: Sequence[Symmetry]) -> str:
    """What the count of a reduced search means, and where the reduction was compared with a search that is not."""
    said = compared(question, symmetries)
    return f"states {exchanging(symmetries)}" + (f", compared with a full search: {said}" if said else "")


def folded(follow: Callable[[Packed], list[Packed]], fold: Fold) -> Callable[[Packed], list[Packed]]:
    """The states after one step, each as the one that stands for it."""
    return lambda state: list(map(fold, follow(state)))


def folding(machine: Machine, symmetries: Sequence[Symmetry]) -> Fold:
    """The function from a state to the one that stands for it."""
    folds = [_fold(machine, symmetry) for symmetry in symmetries]

    def fold(state: Packed) -> Packed:
        for one in folds:
            state = one(state)
        return state

    return folds[0] if len(folds) == 1 else fold


def compared(question: Question, symmetries: Sequence[Symmetry]) -> str:
    """At which small size the reduced search was compared with all states; empty if at none.

    Raises AssertionError where they differ: then the reduction is wrong.
    """
    for most in range(_SMALL, 1, -1):
        small = {s.index: min(s.size, most) for s in symmetries}
        try:
            same = question.claim.question({**dict(question.machine.settings), **small})
        except Misuse:  # a system may have no smaller size
            continue
        reduced = [Symmetry(s.index, small[s.index], s.axes) for s in symmetries]
        fold = folding(same.machine, reduced)
        every = _reached(same.machine, lambda state: state)
        if every is None:
            continue
        few = _reached(same.machine, fold)
        assert few is not None
        name = f"{same.id} reduced by {', '.join(small)}"
        assert {fold(state) for state in every} == set(few), f"{name} has other states than in full"
        decode = Layout(same.machine.variables).decode
        orbits = {least(same.machine, reduced, decode(state)) for state in every}
        assert len(orbits) == len(few), f"{name} has {len(few):,} states, and {len(orbits):,} orbits"
        find = finder(same.machine, same.target)
        assert (find(every) is None) == (find(few) is None), f"{name} has another answer than in full"
        sizes = ", ".join(f"{index}={size}" for index, size in small.items())
        return f"{len(few):,} for all {len(every):,} states at {sizes}"
    return ""


def _reached(machine: Machine, fold: Fold) -> dict[Packed, None] | None:
    """All states, folded; None where there are too many."""
    follow = successors(machine, machine.instances)
    found = dict.fromkeys(map(fold, starts(machine, _MOST)))
    todo = list(found)
    while todo:
        for after in map(fold, follow(todo.pop())):
            if after not in found:
                if len(found) >= _MOST:
                    return None
                found[after] = None
                todo.append(after)
    return found


def _fold(machine: Machine, symmetry: Symmetry) -> Fold:
    own, names = _records(machine, symmetry)
    members = range(symmetry.size)
    plain = simple(machine, symmetry)
    sources = cache(lambda to: _sources(machine, symmetry, to))
    values = _named_cells(machine, symmetry)

    def moved(state: Packed, order: Sequence[int]) -> Packed:
        to = [0] * len(order)
        for place, member in enumerate(order):
            to[member] = place
        new = [state[at] for at in sources(tuple(to))]
        for at in values:
            new[at] = to[int(new[at])]
        return tuple(new)

    def fold(state: Packed) -> Packed:
        records = [
            (*[state[at] for at in cells], *[state[at] == member for at in names])
            for member, cells in zip(members, own, strict=True)
        ]
        order = sorted(members, key=records.__getitem__)
        if plain:
            return _rearranged(state, order, own, names)
        ties = [tuple(tie) for _, tie in itertools.groupby(order, key=records.__getitem__)]
        orders = itertools.product(*map(itertools.permutations, ties))
        return min(moved(state, list(itertools.chain.from_iterable(parts))) for parts in orders)

    return fold


def _rearranged(state: Packed, order: Sequence[int], own: Sequence[Sequence[int]], names: Sequence[int]) -> Packed:
    """The state with its members in this order, where they have cells and names of their own only."""
    new = list(state)
    for place, member in enumerate(order):
        if place != member:
            for to, at in zip(own[place], own[member], strict=True):
                new[to] = state[at]
    for at in names:
        new[at] = order.index(int(state[at]))
    return tuple(new)


def _records(machine: Machine, symmetry: Symmetry) -> tuple[list[list[int]], list[int]]:
    """The cells that belong to each member alone, and the variables that name one."""
    own: list[list[int]] = [[] for _ in range(symmetry.size)]
    names: list[int] = []
    for v, (first, _) in zip(machine.variables, Layout(machine.variables).places, strict=True):
        dims, named = symmetry.shape(v.name, v.sort)
        if not isinstance(v.sort, ArraySort):
            names += [first] if named else []
        elif sum(dims) == 1 and not named:
            for number, place in enumerate(places(v.sort)):
                own[place[dims.index(True)]].append(first + number)
    return own, names


def _named_cells(machine: Machine, symmetry: Symmetry) -> list[int]:
    """The cells whose values are members."""
    spans = zip(machine.variables, Layout(machine.variables).places, strict=True)
    return [at for v, (a, b) in spans if symmetry.shape(v.name, v.sort)[1] for at in range(a, b)]


def _sources(machine: Machine, symmetry: Symmetry, to: Permutation) -> list[int]:
    """For each cell, where its content comes from when members are exchanged."""
    found: list[int] = []
    back = [to.index(member) for member in range(len(to))]
    for v, (first, _) in zip(machine.variables, Layout(machine.variables).places, strict=True):
        if not isinstance(v.sort, ArraySort):
            found.append(first)
            continue
        dims, _ = symmetry.shape(v.name, v.sort)
        numbers = {place: number for number, place in enumerate(places(v.sort))}
        for place in numbers:
            before = tuple(back[i] if axis else i for i, axis in zip(place, dims, strict=True))
            found.append(first + numbers[before])
    return found
