"""All states of a search as the certificate of a proof."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from sennit.lower.program import Layout, Packed
from sennit.machine import Machine
from sennit.sort import ArraySort, BoolSort, EnumSort, RealSort, ScalarSort
from sennit.verdict import ClosedSet

_LISTED = 10_000_000  # bytes of JSON up to which a certificate lists its states


def closed_set(machine: Machine, count: int, states: Iterable[Packed] | None) -> ClosedSet:
    """The states, sorted cell by cell in the order of declaration; their number alone where that is too long."""
    layout = Layout(machine.variables)
    if states is None or count * sum(1 + _shortest(sort) for sort in layout.sorts) > _LISTED:
        return ClosedSet(count, None)
    packed = sorted(states)
    columns = [_data([state[at] for state in packed], sort) for at, sort in enumerate(layout.sorts)]
    fields: list[Sequence[object]] = []
    for v, (a, b) in zip(layout.variables, layout.places, strict=True):
        if not isinstance(v.sort, ArraySort):
            fields.append(columns[a])
        else:
            fields.append([[column[row] for column in columns[a:b]] for row in range(len(packed))])
    listed = tuple(zip(*fields, strict=True)) if fields else tuple(() for _ in packed)
    return ClosedSet(len(packed), listed if _bytes(layout, columns, len(packed)) <= _LISTED else None)


def _bytes(layout: Layout, columns: Sequence[Sequence[object]], rows: int) -> int:
    """How many bytes the states take as JSON without blanks: brackets, commas, each value as often as it is there."""
    row = _list(len(layout.variables))
    for v, (a, b) in zip(layout.variables, layout.places, strict=True):
        row += _list(b - a) if isinstance(v.sort, ArraySort) else 0
    values = sum(len(json.dumps(x)) * many for column in columns for x, many in Counter(column).items())
    return _list(rows) + rows * row + values


def _list(many: int) -> int:
    """The bytes of a JSON list of so many values, those of the values left out."""
    return 2 + max(0, many - 1)


def _data(column: Sequence[int | Fraction], sort: ScalarSort) -> list[object]:
    """Packed values of one cell as JSON data, as canonical.value_to_data writes them."""
    if isinstance(sort, EnumSort):
        return [sort.literals[int(x)] for x in column]
    return [str(x) for x in column] if isinstance(sort, RealSort) else list(column)


def _shortest(sort: ScalarSort) -> int:
    """The least number of bytes that a value takes as JSON."""
    if isinstance(sort, EnumSort):
        return 2 + min(map(len, sort.literals))
    return 4 if isinstance(sort, BoolSort) else 1
