"""The types of formulas. Bounds live here, so that ranges are inferred and not guessed.

A value is a `bool` (Bool), a `str` (Enum), an `int` (Int), a `Fraction` (Real) or a flat row-major tuple (Array).
Members of a Sort without a size, and functions on them, have values once the Sort has a size, which is at least 1: then
a member is its number from 0, and a function the row-major tuple of its values.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeVar

from sennit.errors import Misuse, did_you_mean

N = TypeVar("N", int, Fraction)
Scalar: TypeAlias = bool | int | str | Fraction
Value: TypeAlias = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class BoolSort:
    """False or true."""

    def __str__(self) -> str:
        return "Bool"


@dataclass(frozen=True, slots=True)
class EnumSort:
    """One of the named literals. `loose` marks literals whose Enum is not known yet, as in `ite(c, "idle", "busy")`."""

    literals: tuple[str, ...]
    loose: bool = False

    def __str__(self) -> str:
        return "Enum(" + ", ".join(repr(name) for name in self.literals) + ")"


@dataclass(frozen=True, slots=True)
class IntSort:
    """Integers from `lo` to `hi`, both inclusive; None is no bound. `of` names the Index whose members these are."""

    lo: int | None = None
    hi: int | None = None
    of: str | None = None

    def __str__(self) -> str:
        if self.of is not None:
            return f"Member({self.of}, 0..{self.hi})"
        return "Int" if self.lo is None and self.hi is None else f"Int({_end(self.lo)}..{_end(self.hi)})"


@dataclass(frozen=True, slots=True)
class RealSort:
    """Exact real numbers from `lo` to `hi`, both inclusive; None is no bound."""

    lo: Fraction | None = None
    hi: Fraction | None = None

    def __str__(self) -> str:
        return "Real" if self.lo is None and self.hi is None else f"Real({_end(self.lo)}..{_end(self.hi)})"


@dataclass(frozen=True, slots=True)
class MemberSort:
    """The members of the Sort of that name, of which there is at least one, and nobody says how many."""

    of: str

    def __str__(self) -> str:
        return f"Member({self.of})"


ScalarSort: TypeAlias = BoolSort | EnumSort | IntSort | RealSort | MemberSort


@dataclass(frozen=True, slots=True)
class ArraySort:
    """A total map from index tuples below `dims` to cells of one scalar sort."""

    dims: tuple[int, ...]
    cell: ScalarSort

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return math.prod(self.dims)

    def __str__(self) -> str:
        return f"Array[{' x '.join(map(str, self.dims))}] of {self.cell}"


@dataclass(frozen=True, slots=True)
class FunctionSort:
    """A total map from tuples of members of Sorts without a size, named in `domains`, to one scalar sort."""

    domains: tuple[str, ...]
    cell: ScalarSort

    def __str__(self) -> str:
        return f"Array[{' x '.join(self.domains)}] of {self.cell}"


Sort: TypeAlias = ScalarSort | ArraySort | FunctionSort
BOOL = BoolSort()


def _end(bound: int | Fraction | None) -> str:
    return "" if bound is None else str(bound)


def kind(sort: Sort) -> str:
    """The sort's family, for messages: Bool, Enum, Int, Real, Member, Array or Function."""
    return type(sort).__name__.removesuffix("Sort")


def contains(sort: Sort, value: Value) -> bool:
    """Whether `value` is a value of `sort`, type and range. Raises Misuse for a sort without a size."""
    match sort:
        case BoolSort():
            return isinstance(value, bool)
        case EnumSort():
            return isinstance(value, str) and value in sort.literals
        case IntSort():
            return isinstance(value, int) and not isinstance(value, bool) and within(value, sort)
        case RealSort():
            return isinstance(value, Fraction) and within(value, sort)
        case ArraySort():
            return isinstance(value, tuple) and len(value) == sort.cells and all(contains(sort.cell, v) for v in value)
        case MemberSort() | FunctionSort():
            raise Misuse(f"{value!r} cannot be compared with {sort}, which has no size: ask at a size")


def within(value: int | Fraction, sort: IntSort | RealSort) -> bool:
    """Whether a number respects the bounds of its sort."""
    return (sort.lo is None or sort.lo <= value) and (sort.hi is None or value <= sort.hi)


def default_cell(sort: ScalarSort) -> Scalar:
    """What a read outside an array yields: false, the first literal, or zero. `in_range` reports such a read."""
    match sort:
        case BoolSort():
            return False
        case EnumSort():
            return sort.literals[0]
        case IntSort():
            return 0
        case RealSort():
            return Fraction(0)
        case MemberSort():
            raise Misuse(f"{sort} has no first member while it has no size: ask at a size")


def without_size(sort: Sort) -> tuple[str, ...]:
    """The Sorts without a size that a sort mentions."""
    match sort:
        case MemberSort(of):
            return (of,)
        case FunctionSort(domains, cell):
            return (*domains, *without_size(cell))
        case ArraySort():
            return without_size(sort.cell)
    return ()


def size(sort: Sort) -> int | None:
    """How many values the sort has; None when there is no end to them."""
    match sort:
        case BoolSort():
            return 2
        case EnumSort():
            return len(sort.literals)
        case IntSort():
            return None if sort.lo is None or sort.hi is None else max(0, sort.hi - sort.lo + 1)
        case RealSort():
            return 1 if sort.lo is not None and sort.lo == sort.hi else None
        case ArraySort():
            cell = size(sort.cell)
            return 1 if sort.cells == 0 else None if cell is None else cell**sort.cells
        case MemberSort() | FunctionSort():
            return None


def values(sort: Sort) -> Iterator[Value]:
    """All values, in declaration order. Raises Misuse for a sort without end."""
    match sort:
        case ArraySort():
            yield from itertools.product(scalar_values(sort.cell), repeat=sort.cells)
        case FunctionSort():
            raise Misuse(f"{sort} has no end of values: ask at a size to list them")
        case _:
            yield from scalar_values(sort)


def scalar_values(sort: ScalarSort) -> list[Scalar]:
    """All values of a scalar sort, in declaration order. Raises Misuse for a sort without end."""
    match sort:
        case BoolSort():
            return [False, True]
        case EnumSort():
            return list(sort.literals)
        case IntSort(lo=int(lo), hi=int(hi)):
            return list(range(lo, hi + 1))
        case RealSort(lo=Fraction() as lo, hi=hi) if lo == hi:
            return [lo]
        case _:
            raise Misuse(f"{sort} has no end of values: give it bounds to list them")


def hull(a: Sort, b: Sort) -> Sort:
    """The least sort that contains both; raises Misuse where there is none."""
    if a == b:
        return a
    match a, b:
        case IntSort(), IntSort():
            of = a.of if a.of == b.of else None
            return IntSort(_least(a.lo, b.lo), _most(a.hi, b.hi), of)
        case RealSort(), RealSort():
            return RealSort(_least(a.lo, b.lo), _most(a.hi, b.hi))
        case EnumSort(loose=True), EnumSort(loose=True):
            return EnumSort(tuple(dict.fromkeys(a.literals + b.literals)), loose=True)
        case ArraySort(), ArraySort() if a.dims == b.dims:
            return ArraySort(a.dims, cell_hull(a.cell, b.cell))
        case FunctionSort(), FunctionSort() if a.domains == b.domains:
            return FunctionSort(a.domains, cell_hull(a.cell, b.cell))
    raise Misuse(f"{a} and {b} have no common type: a formula needs both sides of one kind")


def cell_hull(a: Sort, b: Sort) -> ScalarSort:
    """The least scalar sort that contains both; raises Misuse where there is none."""
    return as_scalar(hull(a, b))


def as_scalar(sort: Sort) -> ScalarSort:
    """The sort as it is; raises Misuse for an array or a function, where a single value is needed."""
    if isinstance(sort, ArraySort | FunctionSort):
        raise Misuse(f"a single value is needed here, and this is {sort}")
    return sort


def _least(a: N | None, b: N | None) -> N | None:
    return None if a is None or b is None else min(a, b)


def _most(a: N | None, b: N | None) -> N | None:
    return None if a is None or b is None else max(a, b)


def check_literal(name: str, sort: EnumSort) -> None:
    """Raises Misuse when `name` is no literal of the Enum."""
    if name not in sort.literals:
        raise Misuse(f"{name!r} is no literal of {sort}{did_you_mean(name, sort.literals)}")


def sort_to_data(sort: Sort) -> list[object]:
    """The sort as JSON data; `sort_from_data` is its inverse."""
    match sort:
        case BoolSort():
            return ["bool"]
        case EnumSort():
            return ["literals" if sort.loose else "enum", *sort.literals]
        case IntSort():
            return ["int", sort.lo, sort.hi, sort.of]
        case RealSort():
            return ["real", *(None if b is None else str(b) for b in (sort.lo, sort.hi))]
        case ArraySort():
            return ["array", list(sort.dims), sort_to_data(sort.cell)]
        case MemberSort():
            return ["member", sort.of]
        case FunctionSort():
            return ["function", list(sort.domains), sort_to_data(sort.cell)]


def sort_from_data(data: object) -> Sort:
    """Rebuilds a sort from JSON data; raises Misuse where the data is no sort."""
    match data:
        case ["bool"]:
            return BOOL
        case ["enum" | "literals" as how, *names] if names and all(isinstance(n, str) for n in names):
            if len(set(names)) == len(names):
                return EnumSort(tuple(str(n) for n in names), loose=how == "literals")
        case ["int", (int() | None) as lo, (int() | None) as hi, (str() | None) as of]:
            return IntSort(lo, hi, of)
        case ["real", (str() | None) as lo, (str() | None) as hi]:
            return RealSort(*(None if b is None else Fraction(b) for b in (lo, hi)))
        case ["array", list(dims), cell_data] if dims and all(type(d) is int and d >= 0 for d in dims):
            cell = sort_from_data(cell_data)
            if not isinstance(cell, ArraySort | FunctionSort):
                return ArraySort(tuple(dims), cell)
        case ["member", str(of)] if of:
            return MemberSort(of)
        case ["function", list(domains), cell_data] if domains and all(isinstance(d, str) and d for d in domains):
            cell = sort_from_data(cell_data)
            if not isinstance(cell, ArraySort | FunctionSort):
                return FunctionSort(tuple(domains), cell)
    raise Misuse(f"{data!r} is no sort: expected data written by sort_to_data")
