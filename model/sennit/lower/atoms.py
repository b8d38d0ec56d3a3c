"""The small formulas that invariants are made of: each speaks of one cell, or relates two.

An atom is data, so that it can be a formula, a column of truth values over many states, and a line of text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sennit.expr import Expr, and_, constant, div, eq, le, mod, not_, or_, select, sub, variable
from sennit.lower.program import Layout
from sennit.machine import Machine
from sennit.sort import ArraySort, BoolSort, EnumSort, IntSort, ScalarSort, Value

Column: TypeAlias = npt.NDArray[np.bool_]
Clause: TypeAlias = tuple[int, ...]  # atoms by number from 1 on, with a minus where one is denied; true where one holds

_LISTED = 16  # values of a number up to which each is named
_LADDER = 64  # values of a number up to which its thresholds are named; of wider ones, its bits


@dataclass(frozen=True)
class Atom:
    """A Bool cell is true (`is`), a cell has a value (`eq`) or at most that (`le`), or has bit `value` set (`bit`).

    Or, of two cells, they are equal (`same`), or the first is at most the second (`below`); then `value` is the place
    of the other. Cells have the places that lower/program.py gives them, literals their position in the Enum.
    """

    how: str
    cell: int
    value: int = 0

    def column(self, states: npt.NDArray[np.int64], least: Sequence[int]) -> Column:
        """Its truth in each state; `least` are the least values of the cells."""
        one = states[:, self.cell]
        match self.how:
            case "is":
                found = one != 0
            case "eq":
                found = one == self.value
            case "le":
                found = one <= self.value
            case "bit":
                found = ((one - least[self.cell]) >> self.value) & 1 == 1
            case "same":
                found = one == states[:, self.value]
            case _:
                found = one <= states[:, self.value]
        return np.asarray(found, np.bool_)

    def formula(self, cells: Sequence[Expr], sorts: Sequence[ScalarSort]) -> Expr:
        """The atom in the language of specifications."""
        one, sort = cells[self.cell], sorts[self.cell]
        match self.how:
            case "is":
                return one
            case "eq":
                value: Value = sort.literals[self.value] if isinstance(sort, EnumSort) else self.value
                return eq(one, constant(value, sort if isinstance(sort, EnumSort) else None))
            case "le":
                return le(one, constant(self.value))
            case "bit":
                assert isinstance(sort, IntSort)
                assert sort.lo is not None
                return eq(mod(div(sub(one, constant(sort.lo)), 1 << self.value), 2), constant(1))
            case "same":
                return eq(one, cells[self.value])
        return le(one, cells[self.value])


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The atoms of a machine in order, the cells that they speak of and their sorts."""

    machine: Machine
    atoms: tuple[Atom, ...]

    def formulas(self) -> list[Expr]:
        """Each atom as a formula."""
        of, sorts = cells(self.machine), Layout(self.machine.variables).sorts
        return [atom.formula(of, sorts) for atom in self.atoms]

    def columns(self, states: Sequence[Sequence[object]]) -> npt.NDArray[np.bool_]:
        """The truth of each atom (a row each) in each packed state."""
        sorts = Layout(self.machine.variables).sorts
        table = np.array(states, np.int64).reshape(len(states), len(sorts))
        least = [sort.lo or 0 if isinstance(sort, IntSort) else 0 for sort in sorts]
        if not self.atoms:
            return np.zeros((0, len(states)), np.bool_)
        return np.stack([atom.column(table, least) for atom in self.atoms])

    def clause(self, clause: Clause, formulas: Sequence[Expr]) -> Expr:
        """A clause as a formula: what is denied first, so that it reads as an implication."""
        parts = [(formulas[abs(x) - 1], x > 0) for x in sorted(clause, key=lambda x: (x > 0, abs(x)))]
        denied = [f for f, said in parts if not said]
        said = [f for f, said in parts if said]
        return or_(*([not_(and_(*denied))] if denied else []), *said)


def cells(machine: Machine) -> list[Expr]:
    """Each cell as a formula."""
    found: list[Expr] = []
    for v in machine.variables:
        symbol = variable(v.name, v.sort)
        if isinstance(v.sort, ArraySort):
            places = product(*(range(dim) for dim in v.sort.dims))
            found += [select(symbol, [constant(i) for i in place]) for place in places]
        else:
            found.append(symbol)
    return found


def complete(machine: Machine) -> Vocabulary:
    """Atoms whose truth says which state it is."""
    sorts = Layout(machine.variables).sorts
    return Vocabulary(machine, tuple(atom for at, sort in enumerate(sorts) for atom in _of_cell(at, sort)))


def rich(machine: Machine, most: int) -> Vocabulary:
    """As `complete`, with further values, and relations between numbers as long as there are at most `most` atoms."""
    sorts = Layout(machine.variables).sorts
    atoms = dict.fromkeys(complete(machine).atoms)
    for more in (_relations(sorts), _values(sorts)):
        new = dict.fromkeys(islice(more, most))
        if len(atoms) + len(new) < most:
            atoms |= new
    return Vocabulary(machine, tuple(atoms))


def _of_cell(at: int, sort: ScalarSort) -> Iterator[Atom]:
    match sort:
        case BoolSort():
            yield Atom("is", at)
        case EnumSort(literals=names):
            if len(names) > 1:
                yield from (Atom("eq", at, i) for i in range(len(names) if len(names) > 2 else 1))
        case IntSort(lo=int(lo), hi=int(hi), of=of):
            if of is not None and hi - lo < _LISTED:
                yield from (Atom("eq", at, x) for x in range(lo, hi + 1))
            elif hi - lo < _LADDER:
                yield from (Atom("le", at, x) for x in range(lo, hi))
            else:
                yield from (Atom("bit", at, i) for i in range((hi - lo).bit_length()))


def _values(sorts: Sequence[ScalarSort]) -> Iterator[Atom]:
    for at, sort in enumerate(sorts):
        match sort:
            case IntSort(lo=int(lo), hi=int(hi)) if hi - lo < _LISTED:
                yield from (Atom("eq", at, x) for x in range(lo, hi + 1))


def _relations(sorts: Sequence[ScalarSort]) -> Iterator[Atom]:
    """Between any two numbers, and between members of one Index: those of two are never compared."""
    numbers = [(at, sort.of) for at, sort in enumerate(sorts) if isinstance(sort, IntSort)]
    for (a, of), (b, other) in combinations(numbers, 2):
        if of == other:
            yield from (Atom("same", a, b), Atom("below", a, b), Atom("below", b, a))
