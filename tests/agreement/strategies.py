"""Random well-typed formulas over the variables of formulas.py, each with values for them and its truth there.

The truth is computed beside the formula, in plain Python, while it is drawn: what the constructors fold away and what
values.py says are under test, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeVar, cast

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from agreement.formulas import COLOUR, ENDLESS, PLACE, VARIABLES
from sennit import count, distinct, exists, expr, forall, implies, ite, total
from sennit.expr import Expr, constant, variable
from sennit.sort import (
    BOOL,
    ArraySort,
    BoolSort,
    EnumSort,
    IntSort,
    RealSort,
    Scalar,
    ScalarSort,
    Sort,
    Value,
    as_scalar,
    default_cell,
    scalar_values,
)

Known: TypeAlias = tuple[Expr, Value]
Number: TypeAlias = int | Fraction
A = TypeVar("A")
_DEEPEST = 4


@dataclass(frozen=True, eq=False)
class Example:
    """A formula, values of all variables, and the formula's value there."""

    formula: Expr
    env: dict[str, Value]
    truth: Value


@st.composite
def examples(draw: DrawFn, *, endless: bool = True) -> Example:
    """Formulas of every sort; without `endless`, over variables with finitely many values only."""
    sorts = {name: sort for name, sort in VARIABLES.items() if endless or name not in ENDLESS}
    env = {name: draw(values(sort)) for name, sort in sorts.items()}
    drawing = _Drawing(draw, sorts, env, endless)
    sort = draw(st.one_of(st.just(BOOL), st.sampled_from(list(sorts.values()))))
    formula, truth = drawing.of(sort, draw(st.integers(2, _DEEPEST)))
    return Example(formula, env, truth)


def values(sort: Sort) -> SearchStrategy[Value]:
    """Values of a sort, those at its ends not rarely."""
    match sort:
        case ArraySort():
            return st.lists(_scalars(sort.cell), min_size=sort.cells, max_size=sort.cells).map(tuple)
        case _:
            return _scalars(as_scalar(sort))


def _scalars(sort: ScalarSort) -> SearchStrategy[Scalar]:
    match sort:
        case IntSort():
            return st.integers(sort.lo, sort.hi)
        case RealSort():
            return st.fractions(sort.lo, sort.hi, max_denominator=12)
        case _:
            return st.sampled_from(scalar_values(sort))


class _Drawing:
    """One formula being drawn. Every method gives a formula and its value under `env`."""

    def __init__(self, draw: DrawFn, sorts: dict[str, Sort], env: dict[str, Value], endless: bool) -> None:
        self.draw, self.sorts, self.env, self.endless = draw, sorts, env, endless

    def of(self, sort: Sort, depth: int) -> Known:
        """A formula of the kind of `sort`."""
        match sort:
            case ArraySort():
                return self.array(sort, depth)
            case BoolSort():
                return self.boolean(depth)
            case EnumSort():
                return self.literal(sort, depth)
            case _:
                return self.number(isinstance(sort, RealSort), depth)

    def pick(self, *choices: Callable[[], A]) -> A:
        return self.draw(st.sampled_from(choices))()

    def leaf(self, sort: Sort) -> Known:
        """A variable of the kind of `sort`, or a constant."""
        alike = [(name, own) for name, own in self.sorts.items() if _alike(own, sort)]
        if alike and self.draw(st.integers(0, 3)) > 0:
            name, own = self.draw(st.sampled_from(alike))
            return variable(name, own), self.env[name]
        value = self.draw(values(IntSort(-12, 12) if sort == IntSort() else sort))
        return constant(value, None if isinstance(sort, IntSort | RealSort) else sort), value

    def several(self, depth: int) -> tuple[list[Expr], list[Value]]:
        drawn = [self.boolean(depth) for _ in range(self.draw(st.integers(0, 3)))]
        return [formula for formula, _ in drawn], [value for _, value in drawn]

    # -- Bool ---------------------------------------------------------------------------------------------------------

    def boolean(self, depth: int) -> Known:
        if depth <= 0:
            return self.leaf(BoolSort())
        return self.pick(
            lambda: self.connective(depth - 1),
            lambda: self.comparison(depth - 1),
            lambda: self.equation(depth - 1),
            lambda: self.choice(BoolSort(), depth - 1),
            lambda: self.read(BoolSort(), depth - 1),
        )

    def connective(self, depth: int) -> Known:
        (a, is_a), (b, is_b) = self.boolean(depth), self.boolean(depth)
        formulas, truths = self.several(depth - 1)
        return self.pick(
            lambda: (~a, not is_a),
            lambda: (a & b, is_a and is_b),
            lambda: (a | b, is_a or is_b),
            lambda: (a ^ b, is_a is not is_b),
            lambda: (implies(a, b), is_b if is_a else True),
            lambda: (forall(formulas), False not in truths),
            lambda: (exists(formulas), True in truths),
        )

    def comparison(self, depth: int) -> Known:
        real = self.endless and self.draw(st.booleans())
        (a, i), (b, j) = (cast("tuple[Expr, Number]", self.number(real, depth)) for _ in range(2))
        return self.pick(
            lambda: (a < b, i < j),
            lambda: (a <= b, i <= j),
            lambda: (a > b, i > j),
            lambda: (a >= b, i >= j),
            lambda: (distinct([a, b, a + 1]), i != j and i + 1 != j),
        )

    def equation(self, depth: int) -> Known:
        sort = self.draw(st.sampled_from(list(self.sorts.values())))
        a, i = self.of(sort, depth)
        if isinstance(sort, EnumSort) and self.draw(st.booleans()):
            chosen = self.draw(st.lists(st.sampled_from(sort.literals), max_size=3))
            return a.one_of(*chosen), i in chosen
        b, j = self.of(sort, depth)
        return self.pick(lambda: (a == b, i == j), lambda: (a != b, i != j))

    # -- numbers ------------------------------------------------------------------------------------------------------

    def number(self, real: bool, depth: int) -> Known:
        sort = RealSort() if real else IntSort()
        if depth <= 0:
            return self.leaf(sort)
        return self.pick(
            lambda: self.arithmetic(real, depth - 1),
            lambda: self.risen(depth - 1) if real else self.whole(depth - 1),
            lambda: self.choice(sort, depth - 1),
            lambda: self.read(sort, depth - 1),
        )

    def arithmetic(self, real: bool, depth: int) -> Known:
        (a, i), (b, j) = (cast("tuple[Expr, Number]", self.number(real, depth)) for _ in range(2))
        return self.pick(
            lambda: (a + b, i + j),
            lambda: (a - b, i - j),
            lambda: (-a, -i),
            lambda: (a * b, i * j),
            lambda: (total([a, b, a]), i + j + i) if not real else (a + b + a, i + j + i),
        )

    def whole(self, depth: int) -> Known:
        """What only integers have."""
        a, value = self.number(False, depth)
        i, d = cast("int", value), self.draw(st.integers(1, 7))
        formulas, truths = self.several(depth - 1)
        return self.pick(
            lambda: (a // d, (i - i % d) // d),
            lambda: (a % d, ((i % d) + d) % d),
            lambda: (count(formulas), len([truth for truth in truths if truth])),
        )

    def risen(self, depth: int) -> Known:
        """An integer as a real, or a real over a constant."""
        a, i = cast("tuple[Expr, int]", self.number(False, depth))
        b, j = cast("tuple[Expr, Fraction]", self.number(True, depth))
        d = self.draw(st.integers(-5, 5).filter(bool))
        return self.pick(lambda: (expr.real(a), Fraction(i)), lambda: (b / d, j / d), lambda: (a + b, i + j))

    # -- Enums, choices and arrays ------------------------------------------------------------------------------------

    def literal(self, sort: EnumSort, depth: int) -> Known:
        if depth <= 0:
            return self.leaf(sort)
        if sort is COLOUR or self.draw(st.booleans()):
            return self.choice(sort, depth - 1)
        return self.read(PLACE, depth - 1)

    def choice(self, sort: ScalarSort | ArraySort, depth: int) -> Known:
        (c, holds), (a, i), (b, j) = self.boolean(depth), self.of(sort, depth), self.of(sort, depth)
        return ite(c, a, b), i if holds else j

    def read(self, cell: ScalarSort, depth: int) -> Known:
        """A cell of that kind, often outside the array."""
        arrays = [s for s in self.sorts.values() if isinstance(s, ArraySort) and _alike(s.cell, cell)]
        if not arrays:
            return self.of(cell, depth)
        sort = self.draw(st.sampled_from(arrays))
        (a, cells), (at, place) = self.array(sort, depth), self.place(sort, depth)
        found = default_cell(sort.cell) if place is None else cast("tuple[Scalar, ...]", cells)[place]
        return expr.select(a, at), found

    def place(self, sort: ArraySort, depth: int) -> tuple[list[Expr], int | None]:
        """Indices, and the position that they mean: None outside."""
        drawn = [self.number(False, depth) for _ in sort.dims]
        if self.draw(st.booleans()):
            drawn = [
                (i % dim, cast("int", v) % dim) if dim else (i, v) for (i, v), dim in zip(drawn, sort.dims, strict=True)
            ]
        position = 0
        for (_, value), dim in zip(drawn, sort.dims, strict=True):
            if cast("int", value) not in range(dim):
                return [index for index, _ in drawn], None
            position = position * dim + cast("int", value)
        return [index for index, _ in drawn], position

    def array(self, sort: ArraySort, depth: int) -> Known:
        if depth <= 0:
            return self.leaf(sort)
        return self.pick(
            lambda: self.written(sort, depth - 1),
            lambda: self.choice(sort, depth - 1),
            lambda: self.listed(sort, depth - 1),
        )

    def written(self, sort: ArraySort, depth: int) -> Known:
        (a, old), (at, place), (b, new) = self.array(sort, depth), self.place(sort, depth), self.of(sort.cell, depth)
        cells = list(cast("tuple[Scalar, ...]", old))
        if place is not None:
            cells[place] = cast("Scalar", new)
        return expr.store(a, at, b), tuple(cells)

    def listed(self, sort: ArraySort, depth: int) -> Known:
        drawn = [self.of(sort.cell, depth) for _ in range(sort.cells)]
        return expr.array([a for a, _ in drawn], sort), tuple(cast("Scalar", value) for _, value in drawn)


def _alike(one: Sort, other: Sort) -> bool:
    """Whether formulas of both sorts can stand in the same places."""
    if isinstance(one, IntSort | RealSort):
        return type(one) is type(other)
    if isinstance(one, ArraySort) and isinstance(other, ArraySort):
        return one.dims == other.dims and _alike(one.cell, other.cell)
    return one == other
