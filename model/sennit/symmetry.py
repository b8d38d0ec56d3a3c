"""Exchanges of the members of an Index, and whether a machine or a formula notices them.

A permutation of the members acts on a state: it moves the cells of arrays that they index, and renames those that are
values. Acting on a formula, it renames the members that the formula names. A formula in which members are only
compared for equality, chosen between and used as indices has on the moved state the value that its preimage has on the
state itself; so one that its image equals, but for the order of what commutes, notices nothing. This is checked here,
for a transposition and a cycle, which make all permutations. What passes is sure; what does not may still be symmetric.
(Ip and Dill, "Better verification through symmetry", 1996, restrict the language instead.)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sennit.errors import Misuse
from sennit.expr import Expr, name_of
from sennit.sort import ArraySort, IntSort, Sort, Value, default_cell

if TYPE_CHECKING:
    from sennit.machine import Instance, Machine, State, Variable

Permutation: TypeAlias = tuple[int, ...]  # from a member to the one that takes its place
Place: TypeAlias = tuple[int, ...]
Shape: TypeAlias = tuple[tuple[bool, ...], bool]  # of each dimension, and of the value: is it a member?
_PLAIN: Shape = ((), False)
_ON_NUMBERS = ("not_", "and_", "or_", "count", "lt", "le", "add", "sub", "mul", "div", "mod", "to_real")


@dataclass(frozen=True)
class Symmetry:
    """The `size` members of an Index may be exchanged. `axes` names the arrays that they index, and in which places."""

    index: str
    size: int
    axes: tuple[tuple[str, tuple[int, ...]], ...]

    def shape(self, name: str, sort: Sort) -> Shape:
        """Where a variable holds members, or is indexed by them."""
        if isinstance(sort, ArraySort):
            axes = dict(self.axes).get(name, ())
            return tuple(axis in axes for axis in range(len(sort.dims))), self.named(sort.cell)
        return (), self.named(sort)

    def named(self, sort: Sort) -> bool:
        """Whether values of the sort are members."""
        return isinstance(sort, IntSort) and sort.of == self.index

    def moves(self, variable: Variable) -> bool:
        """Whether an exchange changes values of this variable."""
        dims, value = self.shape(variable.name, variable.sort)
        return value or any(dims)

    @property
    def generators(self) -> tuple[Permutation, ...]:
        """Permutations that make all others."""
        members = list(range(self.size))
        return tuple({(1, 0, *members[2:]): None, (*members[1:], 0): None}) if self.size > 1 else ()

    def to_data(self) -> list[object]:
        """The symmetry as JSON data."""
        return [self.index, self.size, [[name, list(axes)] for name, axes in self.axes]]

    @staticmethod
    def from_data(data: object) -> Symmetry:
        """Reads what `to_data` wrote. Raises Misuse for anything else."""
        match data:
            case [str(index), int(size), list(axes)]:
                found: list[tuple[str, tuple[int, ...]]] = []
                for entry in axes:
                    match entry:
                        case [str(name), list(places)] if all(type(place) is int for place in places):
                            found.append((name, tuple(places)))
                if len(found) == len(axes):
                    return Symmetry(index, size, tuple(found))
        raise Misuse(f"{data!r} is no symmetry: expected an Index, its size, and the arrays that it indexes")


def exchanging(symmetries: Sequence[Symmetry]) -> str:
    """What the number of states is to be read up to."""
    return f"up to exchanges of {' and '.join(symmetry.index for symmetry in symmetries)}"


def noticed(machine: Machine, symmetry: Symmetry) -> str:
    """What in the machine tells members apart; empty if nothing does, by the check of this module."""
    for v in machine.variables:
        dims, _ = symmetry.shape(v.name, v.sort)
        sizes = v.sort.dims if isinstance(v.sort, ArraySort) else ()
        if any(size != symmetry.size for size, member in zip(sizes, dims, strict=True) if member):
            return f"{v.name} has another size"
        sort = v.sort.cell if isinstance(v.sort, ArraySort) else v.sort
        if isinstance(sort, IntSort) and symmetry.named(sort) and (sort.lo, sort.hi) != (0, symmetry.size - 1):
            return f"{v.name} has not all members"
    keys = _Keys(machine, symmetry)
    try:
        for permutation in symmetry.generators:
            for v in machine.variables:
                if v.start is not None and moved(symmetry, permutation, v, v.start) != v.start:
                    return f"the initial value of {v.name}"
            if not keys.same(machine.constraint, permutation):
                return "initially()"
            names = dict.fromkeys(instance.rule.name for instance in machine.instances)
            for name in names:
                instances = [instance for instance in machine.instances if instance.rule.name == name]
                here = {keys.instance(instance, None) for instance in instances}
                if any(keys.instance(instance, permutation) not in here for instance in instances):
                    return f"the rule {name}"
    except _Noticed as why:
        return str(why)
    except RecursionError:
        return "a formula is too deep to be looked through"
    return ""


def invariant(machine: Machine, symmetry: Symmetry, formula: Expr) -> bool:
    """Whether the formula has one value on all states that an exchange of members makes of each other."""
    keys = _Keys(machine, symmetry)
    try:
        return all(keys.same(formula, permutation) for permutation in symmetry.generators)
    except (_Noticed, RecursionError):
        return False


def usable(machine: Machine, target: Expr, symmetries: Sequence[Symmetry]) -> tuple[Symmetry, ...]:
    """Those that neither machine nor target notices, as long as no variable is moved by two of them."""
    chosen: list[Symmetry] = []
    for symmetry in symmetries:
        if symmetry.size < 2 or noticed(machine, symmetry) or not invariant(machine, symmetry, target):
            continue
        if apart(machine, [*chosen, symmetry]):
            chosen.append(symmetry)
    return tuple(chosen)


def apart(machine: Machine, symmetries: Sequence[Symmetry]) -> bool:
    """Whether no variable is moved by two of them, so that each can be reduced by itself."""
    return all(sum(symmetry.moves(v) for symmetry in symmetries) <= 1 for v in machine.variables)


# -- on states --------------------------------------------------------------------------------------------------------


def moved(symmetry: Symmetry, permutation: Permutation, variable: Variable, value: Value) -> Value:
    """The value of a variable after the exchange."""
    dims, member = symmetry.shape(variable.name, variable.sort)
    if not isinstance(value, tuple):
        return permutation[int(value)] if member else value
    assert isinstance(variable.sort, ArraySort)
    cells = [permutation[int(cell)] if member else cell for cell in value]
    after = list(cells)
    for cell, place in zip(cells, places(variable.sort), strict=True):
        there = tuple(permutation[i] if axis else i for i, axis in zip(place, dims, strict=True))
        after[_flat(variable.sort, there)] = cell
    return tuple(after)


def image(machine: Machine, symmetry: Symmetry, permutation: Permutation, state: State) -> State:
    """The state after the exchange."""
    return tuple(moved(symmetry, permutation, v, x) for v, x in zip(machine.variables, state, strict=True))


def places(sort: ArraySort) -> Iterator[Place]:
    """The places of an array, row by row."""
    return itertools.product(*(range(dim) for dim in sort.dims))


def _flat(sort: ArraySort, place: Place) -> int:
    return sum(i * math.prod(sort.dims[axis + 1 :]) for axis, i in enumerate(place))


# -- on formulas ------------------------------------------------------------------------------------------------------


class _Noticed(Exception):  # noqa: N818  # the sentence reads so
    """Members are used as what they are not; the message says where."""


class _Keys:
    """A number for each formula and its images, the same for formulas that differ in the order of what commutes."""

    def __init__(self, machine: Machine, symmetry: Symmetry) -> None:
        self.symmetry = symmetry
        self.shapes = {v.name: symmetry.shape(v.name, v.sort) for v in machine.variables}
        self._numbers: dict[tuple[object, ...], int] = {}
        self._done: dict[tuple[Expr, Shape, Permutation | None], int] = {}
        self._fixed: set[int] = set()  # the numbers of constants

    def same(self, formula: Expr, permutation: Permutation) -> bool:
        """Whether the formula is its own image."""
        return self.key(formula, _PLAIN, None) == self.key(formula, _PLAIN, permutation)

    def instance(self, instance: Instance, permutation: Permutation | None) -> tuple[object, ...]:
        """Guard and updates."""
        updates = tuple((name, self.key(u, self.shapes[name], permutation)) for name, u in instance.updates)
        return self.key(instance.guard, _PLAIN, permutation), updates

    def key(self, node: Expr, shape: Shape, by: Permutation | None) -> int:
        """The number of the image of a formula of that shape. Raises _Noticed where it has another one."""
        at = (node, shape, by)
        if at not in self._done:
            parts = self._parts(node, shape, by)
            number = self._numbers.setdefault(parts, len(self._numbers))
            if parts[0] == "constant":
                self._fixed.add(number)
            self._done[at] = number
        return self._done[at]

    def _parts(self, node: Expr, shape: Shape, by: Permutation | None) -> tuple[object, ...]:
        op, args = node.op, node.args
        if op == "variable":
            if self._shape(node) != shape:
                raise _Noticed(f"{node} is used as what it is not")
            return op, node.data
        if op == "constant" and not isinstance(node.sort, ArraySort):
            return op, *self._constant(node.data, shape, by)
        if op in ("array", "constant"):
            return self._cells(node, shape, by)
        if op == "ite":
            return op, self.key(args[0], _PLAIN, by), self.key(args[1], shape, by), self.key(args[2], shape, by)
        if op == "store":
            return self._stores(node, shape, by)
        if op == "select":
            return self._select(node, shape, by)
        if shape != _PLAIN:
            raise _Noticed(f"{node} is a number, where a member is needed")
        if op == "eq":
            of = self._guess(args[0]) or self._guess(args[1]) or _PLAIN
            return op, *sorted(self.key(arg, of, by) for arg in args)
        if op not in _ON_NUMBERS:
            raise _Noticed(f"what {op} does with members is not known here")
        keys = [self.key(arg, _PLAIN, by) for arg in args]
        return op, node.data, *(sorted(keys) if op in ("and_", "or_", "count", "add", "mul") else keys)

    def _constant(self, value: object, shape: Shape, by: Permutation | None) -> tuple[object, ...]:
        if shape == _PLAIN:
            return type(value).__name__, value
        if shape != ((), True) or type(value) is not int or not 0 <= value < self.symmetry.size:
            raise _Noticed(f"{value!r} is no member of {self.symmetry.index}")
        return "member", value if by is None else by[value]

    def _cells(self, node: Expr, shape: Shape, by: Permutation | None) -> tuple[object, ...]:
        """An array that is written cell by cell."""
        assert isinstance(node.sort, ArraySort)
        dims, member = shape
        if len(dims) != len(node.sort.dims):
            raise _Noticed(f"{node} is an array, where none is needed")
        found: dict[Place, object] = {}
        data = node.data if isinstance(node.data, tuple) else ()
        for number, place in enumerate(places(node.sort)):
            if any(axis and dim != self.symmetry.size for axis, dim in zip(dims, node.sort.dims, strict=True)):
                raise _Noticed(f"{node} has another size than {self.symmetry.index}")
            there = place if by is None else tuple(by[i] if axis else i for i, axis in zip(place, dims, strict=True))
            cell = ((), member)
            found[there] = (
                self.key(node.args[number], cell, by) if node.op == "array" else self._constant(data[number], cell, by)
            )
        return node.op, repr(default_cell(node.sort.cell)), *(found[place] for place in places(node.sort))

    def _stores(self, node: Expr, shape: Shape, by: Permutation | None) -> tuple[object, ...]:
        """A chain of writes; those to different cells that are named may come in any order."""
        dims, member = shape
        writes: list[tuple[tuple[int, ...], int]] = []
        while node.op == "store":
            where = self._indices(node.args[1:-1], dims, by)
            writes.append((where, self.key(node.args[-1], ((), member), by)))
            node = node.args[0]
        named = [where for where, _ in writes if self._fixed.issuperset(where)]
        in_order = tuple(sorted(writes)) if len(set(named)) == len(writes) else tuple(writes)
        return "store", self.key(node, shape, by), in_order

    def _select(self, node: Expr, shape: Shape, by: Permutation | None) -> tuple[object, ...]:
        array, indices = node.args[0], node.args[1:]
        assert isinstance(array.sort, ArraySort)
        if shape[0]:
            raise _Noticed(f"{node} is a cell, where an array is needed")
        guess = self._guess(array)
        dims = guess[0] if guess else tuple((self._guess(index) or _PLAIN)[1] for index in indices)
        for index, member, size in zip(indices, dims, array.sort.dims, strict=True):
            if shape[1] and not member and not _surely_inside(index, size):
                raise _Noticed(f"{node} may be read outside, and would then be the first member")
        default = repr(default_cell(array.sort.cell))
        return "select", default, self.key(array, (dims, shape[1]), by), *self._indices(indices, dims, by)

    def _indices(self, indices: Sequence[Expr], dims: Sequence[bool], by: Permutation | None) -> tuple[int, ...]:
        if len(indices) != len(dims):
            raise _Noticed("an array has another number of indices")
        return tuple(self.key(index, ((), member), by) for index, member in zip(indices, dims, strict=True))

    def _shape(self, node: Expr) -> Shape:
        """Of a variable of the machine, or of a parameter without end."""
        return self.shapes.get(name_of(node)) or self.symmetry.shape(name_of(node), node.sort)

    def _guess(self, node: Expr) -> Shape | None:
        """The shape that a formula seems to have; None where constants alone do not say so. `key` checks it."""
        while node.op == "store":
            node = node.args[0]
        if node.op == "variable":
            return self._shape(node)
        if node.op == "select":
            array = self._guess(node.args[0])
            return None if array is None else ((), array[1])
        if node.op == "ite":
            return self._guess(node.args[1]) or self._guess(node.args[2])
        return None if node.op in ("constant", "array") else _PLAIN


def _surely_inside(index: Expr, size: int) -> bool:
    sort = index.sort
    return isinstance(sort, IntSort) and sort.lo is not None and sort.hi is not None and 0 <= sort.lo <= sort.hi < size
