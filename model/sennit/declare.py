"""What the body of a System declares: sizes and switches, which are Python values, and variables, which are symbols."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from enum import Enum as PythonEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, overload

from sennit import binders, expr
from sennit.errors import Misuse
from sennit.every import Members, every
from sennit.expr import Expr
from sennit.machine import TIME
from sennit.sort import (
    BOOL,
    ArraySort,
    EnumSort,
    FunctionSort,
    IntSort,
    MemberSort,
    RealSort,
    Scalar,
    Value,
    as_scalar,
    contains,
)
from sennit.sort import Sort as AnySort

if TYPE_CHECKING:
    from sennit.system import System


class Any_(PythonEnum):  # noqa: N801  # the trailing underscore keeps typing.Any apart
    """The type of `ANY`."""

    ANY = "any value of the domain"


class Required(PythonEnum):
    """The type of the marker for an `init=` that was not given."""

    REQUIRED = "an initial value must be given"


ANY: Final = Any_.ANY
REQUIRED: Final = Required.REQUIRED
Bound: TypeAlias = "int | Fraction | Size | Callable[[Any], int | Fraction] | None"
Init: TypeAlias = "object"


# -- sizes and switches -----------------------------------------------------------------------------------------------


class Setting:
    """A plain Python parameter of a System, chosen by `System.at(name=value)`."""

    value: int
    name: str = "?"
    names: tuple[str, ...] = ()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.names = (*self.names, name)

    def check(self, owner: str, name: str) -> None:
        """Raises Misuse for one object under two names."""
        _one_name(owner, name, self.names)

    def settled(self, owner: str, value: object) -> int:
        """The value, checked; raises Misuse if it is none."""
        raise NotImplementedError


class Size(Setting):
    """A whole number of at least 0, such as the capacity of a jug: `self.jug` is an int."""

    def __init__(self, value: int) -> None:
        self.value = value

    @overload
    def __get__(self, instance: None, owner: type) -> Size: ...
    @overload
    def __get__(self, instance: System, owner: type) -> int: ...
    def __get__(self, instance: System | None, owner: type) -> Size | int:
        return self if instance is None else instance.settings[self.name]

    def settled(self, owner: str, value: object) -> int:
        """The value, checked; raises Misuse if it is no whole number of at least 0."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Misuse(f"{owner}.{self.name} is a size: it takes a whole number of at least 0, not {value!r}")
        return value


class Index(Setting):
    """A finite domain 0..n-1: of rule parameters, of array indices, of `for c in self.client`.

    With `symmetric=True`, nothing tells its members apart: no order, no arithmetic, no member by name. That is checked,
    and states that an exchange of members makes of each other are then explored once.
    """

    def __init__(self, value: int, *, symmetric: bool = False) -> None:
        self.value, self.symmetric = value, symmetric

    @overload
    def __get__(self, instance: None, owner: type) -> Index: ...
    @overload
    def __get__(self, instance: System, owner: type) -> range: ...
    def __get__(self, instance: System | None, owner: type) -> Index | range:
        return self if instance is None else range(instance.settings[self.name])

    def settled(self, owner: str, value: object) -> int:
        """The value, checked; raises Misuse if it is no whole number of at least 0."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Misuse(f"{owner}.{self.name} is an Index: its size is a whole number of at least 0, not {value!r}")
        return value

    def sort(self, system: System) -> IntSort | MemberSort:
        """The sort of its members."""
        return IntSort(0, self._size(system) - 1, of=self.name)

    def _size(self, system: System) -> int:
        if self.name not in system.settings:
            raise Misuse("an Index has a name in the class body of its own System, as in client = Index(3)")
        return system.settings[self.name]


class Sort(Index):
    """A domain whose size can be left open: `Sort(3)` is an Index(3) until it is asked for `every` size.

    It has at least one member. `Sort()` is asked for every size unless a size is given.
    """

    def __init__(self, value: int = every) -> None:
        super().__init__(value)

    @overload
    def __get__(self, instance: None, owner: type) -> Sort: ...
    @overload
    def __get__(self, instance: System, owner: type) -> range: ...
    def __get__(self, instance: System | None, owner: type) -> Sort | range:
        if instance is None:
            return self
        number = instance.settings[self.name]
        # To a type checker they are a range: what is written for one is written for the other.
        return cast("range", Members(self.name)) if number == every else range(number)

    def settled(self, owner: str, value: object) -> int:
        """The size, or `every`, also written -1; raises Misuse if it is neither `every` nor a whole number above 0."""
        if not isinstance(value, bool) and isinstance(value, int) and (value >= 1 or value == every):
            return every if value == every else value
        mend = "a whole number of at least 1, or every"
        raise Misuse(f"{owner}.{self.name} is a Sort: its size is {mend}, not {value!r}")

    def sort(self, system: System) -> IntSort | MemberSort:
        """The sort of its members."""
        return MemberSort(self.name) if self._size(system) == every else super().sort(system)


class Switch(Setting):
    """Whether a clause of the protocol is in force: `self.guarded` is a bool, and a claim may rest on it."""

    def __init__(self, *, on: bool) -> None:
        self.value = on

    @overload
    def __get__(self, instance: None, owner: type) -> Switch: ...
    @overload
    def __get__(self, instance: System, owner: type) -> bool: ...
    def __get__(self, instance: System | None, owner: type) -> Switch | bool:
        return self if instance is None else bool(instance.settings[self.name])

    def settled(self, owner: str, value: object) -> bool:
        """The value, checked; raises Misuse if it is neither on nor off."""
        if not isinstance(value, bool):
            raise Misuse(f"{owner}.{self.name} is a switch: it takes True or False, not {value!r}")
        return value


# -- variables --------------------------------------------------------------------------------------------------------


class Declared:
    """A variable of a System, or without `init` the sort of cells and parameters."""

    init: Init = REQUIRED
    name: str = "?"
    names: tuple[str, ...] = ()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.names = (*self.names, name)

    def check(self, owner: str, name: str) -> None:
        """Raises Misuse for a variable without an initial value, and for one object under two names."""
        _one_name(owner, name, self.names)
        if self.init is REQUIRED:
            mend = "write init=..., or init=ANY for any value of its domain"
            raise Misuse(f"{owner}.{self.name} has no initial value: {mend}")

    def sort(self, system: System) -> AnySort:
        """The sort at the sizes of `system`."""
        raise NotImplementedError

    @overload
    def __get__(self, instance: None, owner: type) -> Declared: ...
    @overload
    def __get__(self, instance: System, owner: type) -> Expr: ...
    def __get__(self, instance: System | None, owner: type) -> Declared | Expr:
        return self if instance is None else instance._get(self.name, self.sort(instance))

    def __set__(self, instance: System, value: object) -> None:
        instance._set(self.name, expr.coerce(value, self.sort(instance)))


class Bool(Declared):
    """False or true."""

    def __init__(self, *, init: Init = REQUIRED) -> None:
        self.init = init

    def sort(self, system: System) -> AnySort:
        """Bool."""
        return BOOL


class Enum(Declared):
    """One of the named literals."""

    def __init__(self, *literals: str, init: Init = REQUIRED) -> None:
        if not literals or not all(isinstance(name, str) and name for name in literals):
            raise Misuse(f"Enum takes at least one literal, each a non-empty str: {literals!r} was given")
        if len(set(literals)) < len(literals):
            raise Misuse(f"Enum{literals!r} names a literal twice")
        self.literals, self.init = literals, init

    def sort(self, system: System) -> AnySort:
        """The Enum with these literals."""
        return EnumSort(self.literals)


class Int(Declared):
    """An integer from `lo` to `hi`, both inclusive, or without end. A bound may be a Size or `lambda s: ...`."""

    def __init__(self, lo: Bound = None, hi: Bound = None, *, init: Init = REQUIRED) -> None:
        self.lo, self.hi, self.init = lo, hi, init

    def sort(self, system: System) -> AnySort:
        """Int with the bounds at the sizes of `system`; raises Misuse if they are no integers or out of order."""
        lo, hi = _bound(self.lo, system), _bound(self.hi, system)
        if isinstance(lo, Fraction) or isinstance(hi, Fraction):
            raise Misuse(f"Int({lo}, {hi}): the bounds of an Int are integers")
        if lo is not None and hi is not None and lo > hi:
            raise Misuse(f"Int({lo}, {hi}) is empty: the lower bound comes first")
        return IntSort(lo, hi)


class Real(Declared):
    """An exact real from `lo` to `hi`, both inclusive; a bound left out is none. Bounds are ints or Fractions."""

    def __init__(self, lo: Bound = None, hi: Bound = None, *, init: Init = REQUIRED) -> None:
        self.lo, self.hi, self.init = lo, hi, init

    def sort(self, system: System) -> AnySort:
        """Real with the bounds at the sizes of `system`; raises Misuse if they are out of order."""
        lo, hi = (None if b is None else Fraction(b) for b in (_bound(self.lo, system), _bound(self.hi, system)))
        if lo is not None and hi is not None and lo > hi:
            raise Misuse(f"Real({lo}, {hi}) is empty: the lower bound comes first")
        return RealSort(lo, hi)


class Clock(Declared):
    """A real that starts at 0, or at `init`, and grows as time passes. Rules read it, and reset it to 0."""

    def __init__(self, *, init: Init = REQUIRED) -> None:
        self.init = init

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.init = 0 if self.init is REQUIRED else self.init

    def sort(self, system: System) -> AnySort:
        """Real from 0, so that no clock leaves its range."""
        return TIME


class Member(Declared):
    """A member of an Index, as a variable: who holds the lock."""

    def __init__(self, index: Index, *, init: Init = REQUIRED) -> None:
        if not isinstance(index, Index):
            raise Misuse(f"Member takes an Index of the System, not {index!r}")
        self.index, self.init = index, init

    def sort(self, system: System) -> AnySort:
        """The sort of the Index's members."""
        return self.index.sort(system)


class Const(Declared):
    """A value chosen once, before the first step, and never assigned: `Const(Real(0, 1))`.

    Where a Sort has a size, `finite=lambda s: ...` may fix it, or say ANY: there, `axioms()` are checked of this one
    value, and it should stand for every other that they allow. For every size it is any that satisfies the axioms.
    """

    init = ANY

    def __init__(self, domain: Declared, *, finite: Callable[[Any], object] | None = None) -> None:
        if not isinstance(domain, Declared) or isinstance(domain, Const | Clock):
            raise Misuse(f"Const takes a domain such as Int(1, 9) or Real(0, 1), not {domain!r}")
        if domain.init not in (REQUIRED, ANY):
            raise Misuse("a Const takes any value of its domain: leave init= out, or fix it in initially()")
        self.domain, self.finite = domain, finite

    def sort(self, system: System) -> AnySort:
        """The sort of the domain."""
        return self.domain.sort(system)


class Array(Declared):
    """A total map from one or several Indexes to scalars: `Array(client, Bool(), init=False)`, read `self.up[c]`."""

    def __init__(self, *parts: Index | Declared, init: Init = REQUIRED) -> None:
        *domains, cell = parts or (None,)
        if not domains or not all(isinstance(d, Index) for d in domains):
            raise Misuse("Array takes one or more Indexes and then its cells, as in Array(client, Bool(), init=False)")
        if not isinstance(cell, Declared) or isinstance(cell, Array | Const) or cell.init is not REQUIRED:
            raise Misuse("the cells of an Array are a scalar without init, as in Array(client, Bool(), init=False)")
        if isinstance(cell, Clock) and init is REQUIRED:
            init = 0
        self.domains, self.cell, self.init = [d for d in domains if isinstance(d, Index)], cell, init

    def sort(self, system: System) -> ArraySort | FunctionSort:
        """The array sort at the sizes of `system`. Raises Misuse where only some of its domains have a size."""
        cell = as_scalar(self.cell.sort(system))
        sizes = tuple(d._size(system) for d in self.domains)
        if every not in sizes and not isinstance(cell, MemberSort):
            return ArraySort(sizes, cell)
        if any(size != every for size in sizes):
            raise Misuse(f"{self.name} has indices with a size and members without: give all its Sorts a size, or none")
        return FunctionSort(tuple(d.name for d in self.domains), cell)

    @overload  # type: ignore[override]  # an Array is read through its cells
    def __get__(self, instance: None, owner: type) -> Array: ...
    @overload
    def __get__(self, instance: System, owner: type) -> Cells: ...
    def __get__(self, instance: System | None, owner: type) -> Array | Cells:
        return self if instance is None else Cells(instance, self.name, self.sort(instance))

    def __set__(self, instance: System, value: object) -> None:
        sort = self.sort(instance)
        if callable(value):
            value = _pointwise(value, sort)
        elif isinstance(sort, ArraySort) and isinstance(value, Sequence) and not isinstance(value, str):
            value = expr.array([expr.coerce(cell, sort.cell) for cell in value], sort)
        instance._set(self.name, expr.coerce(value, sort))


class Relation(Array):
    """Which tuples of members are related, an Array of Bools: `Relation(node, node, init=False)`."""

    def __init__(self, *domains: Index, init: Init = REQUIRED) -> None:
        super().__init__(*domains, Bool(), init=init)


class Cells:
    """An Array of a System as rules and claims see it: `[]` reads a cell, and in a rule assigns one."""

    def __init__(self, system: System, name: str, sort: ArraySort | FunctionSort) -> None:
        self._system, self._name, self._sort = system, name, sort
        self._read = system._get(name, sort)

    @property
    def formula(self) -> Expr:
        """The whole array as it stands. Raises Misuse if it was assigned through another reading of it since."""
        if self._system._get(self._name, self._sort) is not self._read:
            raise Misuse(
                f"{self._name} was assigned since it was read here: to keep the array as it was, take "
                f"old = self.{self._name}.formula first"
            )
        return self._read

    def __getitem__(self, index: object) -> Expr:
        return expr.select(self.formula, self._indices(index))

    def __setitem__(self, index: object, value: object) -> None:
        cell = expr.coerce(value, self._sort.cell)
        self._read = expr.store(self.formula, self._indices(index), cell)
        self._system._set(self._name, self._read)

    def _indices(self, index: object) -> list[Expr]:
        found = expr.indices(self._sort, index)
        declaration = self._system._declared[self._name]
        assert isinstance(declaration, Array)
        for given, domain in zip(found, declaration.domains, strict=True):
            if isinstance(given.sort, IntSort) and given.sort.of not in (None, domain.name):
                of = f"{given} is a member of {given.sort.of}"
                raise Misuse(f"{self._name} is indexed by members of {domain.name}, and {of}")
        return found

    def __iter__(self) -> Iterator[Expr]:
        takes = self._sort.dims if isinstance(self._sort, ArraySort) else self._sort.domains
        if len(takes) != 1:
            raise Misuse(f"{self._name} has {len(takes)} indices: iterate those, for i in ... for j in ...")
        members = range(takes[0]) if isinstance(takes[0], int) else Members(takes[0])
        return (self[i] for i in members)

    def __len__(self) -> int:
        return self._sort.cells if isinstance(self._sort, ArraySort) else len(Members(self._sort.domains[0]))

    def __contains__(self, item: object) -> bool:
        raise Misuse(f"`in` cannot look into {self._name}: write exists(cell == {item!r} for cell in ...)")

    __hash__ = None  # type: ignore[assignment]  # == makes a formula

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]  # comparing formulas makes a formula
        return self.formula == other

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]  # comparing formulas makes a formula
        return self.formula != other

    def __repr__(self) -> str:
        return repr(self.formula)


def _pointwise(cell: Callable[..., object], sort: ArraySort | FunctionSort) -> Expr:
    """The array whose cell at each place is `cell` of it."""
    if isinstance(sort, FunctionSort):
        return binders.function(sort, lambda at: expr.coerce(cell(*at), sort.cell))
    places = itertools.product(*map(range, sort.dims))
    return expr.array([expr.coerce(cell(*place), sort.cell) for place in places], sort)


def _one_name(owner: str, name: str, names: tuple[str, ...]) -> None:
    if set(names) != {name}:
        listed = " and ".join(dict.fromkeys(names))
        raise Misuse(f"{owner}.{name}: one declaration has the names {listed}: write it once for each name")


# -- initial values ---------------------------------------------------------------------------------------------------


def start_of(declaration: Declared, system: System, name: str, sort: AnySort) -> Value | None:
    """The initial value at the sizes of `system`; None for `init=ANY`. Raises Misuse if it is no value of the sort.

    Of a function on a Sort without a size, it is the value at all members.
    """
    init = declaration.init
    if isinstance(declaration, Const) and declaration.finite is not None:
        init = ANY if isinstance(sort, FunctionSort | MemberSort) else declaration.finite
    if init is ANY:
        return None
    if isinstance(init, Size):
        init = _bound(init, system)
    if callable(init):
        init = init(system)
        if init is ANY:
            return None
    if isinstance(sort, ArraySort):
        cells = list(init) if isinstance(init, Sequence) and not isinstance(init, str) else [init] * sort.cells
        value: Value = tuple(_scalar(cell, sort.cell) for cell in cells)
    elif isinstance(sort, MemberSort) or (isinstance(sort, FunctionSort) and isinstance(sort.cell, MemberSort)):
        raise Misuse(f"{name}: members of a Sort have no numbers: write init=ANY, and relate them in initially()")
    elif isinstance(sort, FunctionSort):
        value, sort = _scalar(init, sort.cell), sort.cell
    else:
        value = _scalar(init, sort)
    if not contains(sort, value):
        raise Misuse(f"{name}: the initial value {init!r} is no value of {sort}")
    return value


def _scalar(value: object, sort: AnySort) -> Scalar:
    """A Python value as given; an int becomes a Fraction where a Real is declared."""
    if isinstance(sort, RealSort) and isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, bool | int | str | Fraction):
        return value
    raise Misuse(f"the initial value {value!r} ({type(value).__name__}) is no value of {sort}")


def _bound(bound: Bound, system: System) -> int | Fraction | None:
    if isinstance(bound, Size):
        if bound.name not in system.settings:
            raise Misuse("a Size bounds the variables of its own System only: write a number here")
        return system.settings[bound.name]
    value = bound(system) if callable(bound) else bound
    if value is None or (isinstance(value, int | Fraction) and not isinstance(value, bool)):
        return value
    raise Misuse(f"{value!r} is no bound: use an int, a Fraction, a Size or lambda s: ... of the System's sizes")
