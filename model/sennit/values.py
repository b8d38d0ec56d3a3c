"""The reference meaning of every operator, on plain Python values. Slow, obvious, and what all else is compared with.

Integer division and remainder floor (`-7 // 2 == -4`, `-7 % 2 == 1`) and take positive constant divisors only. A read
outside an array yields the default of its cell sort and a write outside changes nothing; `definedness.py` states when
that happens, and the implicit claim `in_range` reports it. What is said of all members of a Sort is true if it is true
of each: a member is a number from 0, and `sizes` says below which.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from sennit.errors import Misuse
from sennit.sort import ArraySort, FunctionSort, MemberSort, Scalar, Sort, Value, default_cell

if TYPE_CHECKING:
    from sennit.expr import Expr

T = TypeVar("T")
Number = int | Fraction


class Algebra(Protocol[T]):
    """One world that formulas can be carried into: a method an operator. `node` gives sorts and constants."""

    def constant(self, node: Expr) -> T: ...  # noqa: D102  # values.py says what each operator means
    def not_(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def and_(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def or_(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def eq(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def lt(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def le(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def add(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def sub(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def mul(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def div(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def mod(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def ite(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def select(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def store(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def array(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def count(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102
    def to_real(self, node: Expr, args: Sequence[T]) -> T: ...  # noqa: D102


class Values:
    """The algebra of Python values: `evaluate(formula, {"x": 3}, Values())`.

    `sizes` gives the size of each Sort that has none of its own, at least 1.
    """

    def __init__(self, sizes: Mapping[str, int] | None = None) -> None:
        self.sizes = sizes or {}

    def bind(self, node: Expr, body: Callable[[Sequence[Value]], Value]) -> Value:
        """True of all members, true of some, or the tuple of the values at all of them."""
        domains = tuple(bound.sort.of for bound in node.args[:-1] if isinstance(bound.sort, MemberSort))
        found = (body(place) for place in itertools.product(*map(range, self._dims(domains))))
        if node.op == "lambda_":
            return cast("tuple[Scalar, ...]", tuple(found))
        return all(found) if node.op == "forall" else any(found)

    def constant(self, node: Expr) -> Value:
        """The value itself."""
        return cast("Value", node.data)

    def not_(self, node: Expr, args: Sequence[Value]) -> Value:
        """Negation."""
        return not args[0]

    def and_(self, node: Expr, args: Sequence[Value]) -> Value:
        """Conjunction; of nothing, true."""
        return all(args)

    def or_(self, node: Expr, args: Sequence[Value]) -> Value:
        """Disjunction; of nothing, false."""
        return any(args)

    def eq(self, node: Expr, args: Sequence[Value]) -> Value:
        """Equality of two values of one kind."""
        return args[0] == args[1]

    def lt(self, node: Expr, args: Sequence[Value]) -> Value:
        """Strictly less."""
        return _number(args[0]) < _number(args[1])

    def le(self, node: Expr, args: Sequence[Value]) -> Value:
        """Less or equal."""
        return _number(args[0]) <= _number(args[1])

    def add(self, node: Expr, args: Sequence[Value]) -> Value:
        """The sum of at least two numbers."""
        total = _number(args[0])
        for value in args[1:]:
            total = total + _number(value)
        return total

    def sub(self, node: Expr, args: Sequence[Value]) -> Value:
        """The difference."""
        return _number(args[0]) - _number(args[1])

    def mul(self, node: Expr, args: Sequence[Value]) -> Value:
        """The product of two numbers."""
        return _number(args[0]) * _number(args[1])

    def div(self, node: Expr, args: Sequence[Value]) -> Value:
        """Floor division of an integer by the positive constant `node.data`."""
        return _number(args[0]) // cast("int", node.data)

    def mod(self, node: Expr, args: Sequence[Value]) -> Value:
        """Remainder of floor division, from 0 to `node.data - 1`."""
        return _number(args[0]) % cast("int", node.data)

    def ite(self, node: Expr, args: Sequence[Value]) -> Value:
        """The second argument if the first is true, else the third."""
        return args[1] if args[0] else args[2]

    def select(self, node: Expr, args: Sequence[Value]) -> Value:
        """The cell of array `args[0]` at indices `args[1:]`; outside, the default of the cell sort."""
        sort = node.args[0].sort
        at = offset(self._shape(sort), args[1:])
        return default_cell(cast("ArraySort", sort).cell) if at is None else _cells(args[0])[at]

    def store(self, node: Expr, args: Sequence[Value]) -> Value:
        """The array `args[0]` with the cell at indices `args[1:-1]` set to `args[-1]`; outside, unchanged."""
        cells = _cells(args[0])
        at = offset(self._shape(node.sort), args[1:-1])
        return cells if at is None else (*cells[:at], cast("Scalar", args[-1]), *cells[at + 1 :])

    def array(self, node: Expr, args: Sequence[Value]) -> Value:
        """The array made of its cells in row-major order."""
        return cast("tuple[Scalar, ...]", tuple(args))

    def count(self, node: Expr, args: Sequence[Value]) -> Value:
        """How many arguments are true; of nothing, 0."""
        return sum(1 for value in args if value)

    def to_real(self, node: Expr, args: Sequence[Value]) -> Value:
        """The integer as an exact real."""
        return Fraction(_number(args[0]))

    def _shape(self, sort: Sort) -> ArraySort:
        return (
            ArraySort(self._dims(sort.domains), sort.cell)
            if isinstance(sort, FunctionSort)
            else cast("ArraySort", sort)
        )

    def _dims(self, domains: Sequence[str]) -> tuple[int, ...]:
        for domain in domains:
            if self.sizes.get(domain, 0) < 1:
                raise Misuse(f"{domain} has no size here, and what is said of all its members no value: ask at a size")
        return tuple(self.sizes[domain] for domain in domains)


def offset(sort: ArraySort, indices: Sequence[Value]) -> int | None:
    """The row-major position of a cell, or None outside the array."""
    at = 0
    for dim, index in zip(sort.dims, indices, strict=True):
        i = cast("int", index)
        if not 0 <= i < dim:
            return None
        at = at * dim + i
    return at


def _number(value: Value) -> Number:
    return cast("Number", value)


def _cells(value: Value) -> tuple[Scalar, ...]:
    return cast("tuple[Scalar, ...]", value)
