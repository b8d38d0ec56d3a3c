"""The one state that stands for all that exchanges of members make of it, by the reference and in plain code.

Members are put in the order of what belongs to each of them alone: its cells, and which variables name it. Where
nothing else holds members, that decides, since members with equal records may be exchanged without a change. Otherwise
every order that is left is tried, and the least state taken: all of one orbit leave the same ones to try.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from sennit.machine import Machine, State
from sennit.sort import ArraySort, Value
from sennit.symmetry import Permutation, Symmetry, image, places

MOST_ORDERS = 5_040  # of members that a record does not tell apart


def least(machine: Machine, symmetries: Sequence[Symmetry], state: State) -> State:
    """The state that stands for the orbit of `state`. The symmetries move different variables."""
    for symmetry in symmetries:
        records = [_record(machine, symmetry, member, state) for member in range(symmetry.size)]
        orders = _orders(records, alone=simple(machine, symmetry))
        state = min((image(machine, symmetry, order, state) for order in orders), key=_comparable)
    return state


def simple(machine: Machine, symmetry: Symmetry) -> bool:
    """Whether each member has cells and names of its own, and nothing else holds members."""
    for v in machine.variables:
        dims, member = symmetry.shape(v.name, v.sort)
        if sum(dims) > 1 or (member and isinstance(v.sort, ArraySort)):
            return False
    return True


def within_reach(machine: Machine, symmetry: Symmetry) -> bool:
    """Whether there are few enough orders to try."""
    return simple(machine, symmetry) or math.factorial(symmetry.size) <= MOST_ORDERS


def _record(machine: Machine, symmetry: Symmetry, member: int, state: State) -> tuple[Value, ...]:
    """What belongs to a member alone."""
    record: list[Value] = []
    for v, value in zip(machine.variables, state, strict=True):
        dims, named = symmetry.shape(v.name, v.sort)
        if isinstance(v.sort, ArraySort) and isinstance(value, tuple):
            if sum(dims) == 1 and not named:
                axis = dims.index(True)
                record += [cell for cell, at in zip(value, places(v.sort), strict=True) if at[axis] == member]
        elif named:
            record.append(value == member)
    return tuple(record)


def _orders(records: Sequence[tuple[Value, ...]], *, alone: bool) -> Iterator[Permutation]:
    """The permutations that put the records in order; one of them, where the records `alone` decide."""
    members = sorted(range(len(records)), key=lambda member: records[member])
    ties = [tuple(tie) for _, tie in itertools.groupby(members, key=lambda member: records[member])]
    chosen = [[tie] if alone else list(itertools.permutations(tie)) for tie in ties]
    for parts in itertools.product(*chosen):
        order = list(itertools.chain.from_iterable(parts))
        to = [0] * len(order)
        for place, member in enumerate(order):
            to[member] = place
        yield tuple(to)


def _comparable(state: State) -> tuple[tuple[object, ...], ...]:
    return tuple(value if isinstance(value, tuple) else (value,) for value in state)
