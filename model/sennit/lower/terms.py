"""Formulas as Z3 terms: the algebra `Terms`, and values read back from models.

Integers are signed bit-vectors of one width wherever every integer subformula has bounds, wide enough that nothing
overflows, and mathematical integers otherwise. An Enum is the number of its literal, an array the tuple of its cells,
and a read or write at an index that is no constant a choice between cells. Sorts without a size are uninterpreted, and
functions on their members uninterpreted functions; no values are read back where there are such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, cast

import z3

from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.notation import cell_names
from sennit.sort import (
    ArraySort,
    BoolSort,
    EnumSort,
    FunctionSort,
    IntSort,
    MemberSort,
    RealSort,
    Scalar,
    ScalarSort,
    Sort,
    Value,
    as_scalar,
    default_cell,
)

Term: TypeAlias = Any  # z3 ships no types; a term is a z3 expression, and of an array the tuple of its cells
_WIDEST = 32  # bits; past it, integers serve better
_LOOSE = 16  # bits for literals that never met their Enum


class Irrational(Exception):  # noqa: N818  # the sentence reads so
    """A model has a number that is no fraction, and nothing here rounds."""


class Terms:
    """The algebra of Z3 terms in a context of its own: `evaluate(formula, env, Terms(width))`.

    With a `width`, integers are bit-vectors of so many bits, and the caller has seen to it that they suffice.
    """

    def __init__(self, width: int | None) -> None:
        self.width = width
        self.context = z3.Context()
        self._ref = self.context.ref()
        self._loose: dict[str, int] = {}
        signed = width is not None
        self._lt = z3.Z3_mk_bvslt if signed else z3.Z3_mk_lt
        self._le = z3.Z3_mk_bvsle if signed else z3.Z3_mk_le

    # -- variables, ranges and values ---------------------------------------------------------------------------------

    def solver(self, conditions: Sequence[Term] = ()) -> Term:
        """A Z3 solver that `conditions` are asserted in."""
        # Two-phase commit of 8 managers to 25 steps: QF_BV 1 s, QF_FD 7 to 27 s, the default 11 to 35 s.
        finite = self.width is not None
        solver = z3.SolverFor("QF_BV", ctx=self.context) if finite else z3.Solver(ctx=self.context)
        self.state(solver, conditions)
        return solver

    def state(self, solver: Term, conditions: Iterable[Term]) -> None:
        """Asserts the conditions."""
        for condition in conditions:
            z3.Z3_solver_assert(self._ref, solver.solver, condition.ast)

    def fresh(self, name: str, sort: Sort) -> Term:
        """A new variable; of an array, one for each cell. `within` says what its values can be."""
        if isinstance(sort, ArraySort):
            return tuple(self.fresh(cell, sort.cell) for cell in cell_names(name, sort))
        if isinstance(sort, FunctionSort):
            domains = [self._sort(MemberSort(domain)) for domain in sort.domains]
            return z3.Function(name, *domains, self._sort(sort.cell))
        symbol = z3.Z3_mk_string_symbol(self._ref, name)
        return self._term(z3.Z3_mk_const(self._ref, symbol, self._sort(sort).ast))

    def within(self, term: Term, sort: Sort) -> list[Term]:
        """The conditions under which `term` is a value of `sort`."""
        if isinstance(sort, ArraySort):
            return [condition for cell in term for condition in self.within(cell, sort.cell)]
        if isinstance(sort, FunctionSort):
            places = [z3.Const(f"?{i}", self._sort(MemberSort(domain))) for i, domain in enumerate(sort.domains)]
            return [z3.ForAll(places, condition) for condition in self.within(term(*places), sort.cell)]
        if isinstance(sort, EnumSort):
            most = self.scalar(sort.literals[-1], sort)
            if self.width is None:
                return [self._call(z3.Z3_mk_le, self._number(0), term), self._call(z3.Z3_mk_le, term, most)]
            return [self._call(z3.Z3_mk_bvule, term, most)]
        if isinstance(sort, IntSort | RealSort):
            low = [] if sort.lo is None else [self._call(self._le, self.scalar(sort.lo, sort), term)]
            return low if sort.hi is None else [*low, self._call(self._le, term, self.scalar(sort.hi, sort))]
        return []

    def value(self, model: Term, term: Term, sort: Sort) -> Value:
        """The value that a model gives a term of `sort`; raises Irrational for a real that is no fraction."""
        if isinstance(sort, ArraySort):
            return cast("tuple[Scalar, ...]", tuple(self.value(model, cell, sort.cell) for cell in term))
        found = model.eval(term, model_completion=True)
        match sort:
            case BoolSort():
                return bool(z3.is_true(found))
            case RealSort():
                if not z3.is_rational_value(found):
                    raise Irrational(f"the solution that z3 found has the irrational number {found}")
                return Fraction(int(found.numerator_as_long()), int(found.denominator_as_long()))
            case EnumSort():
                return sort.literals[int(found.as_long())]
            case IntSort():
                return int(found.as_long() if self.width is None else found.as_signed_long())
            case MemberSort() | FunctionSort():
                raise Misuse(f"no values are read back where {sort} has no size")

    def scalar(self, value: Scalar, sort: ScalarSort) -> Term:
        """A constant."""
        match sort:
            case BoolSort():
                return self._term(z3.Z3_mk_true(self._ref) if value else z3.Z3_mk_false(self._ref))
            case EnumSort():
                number = self._loose.setdefault(str(value), len(self._loose)) if sort.loose else None
                number = sort.literals.index(str(value)) if number is None else number
                return self._term(z3.Z3_mk_numeral(self._ref, str(number), self._sort(sort).ast))
            case _:
                return self._term(z3.Z3_mk_numeral(self._ref, str(value), self._sort(sort).ast))

    def _sort(self, sort: ScalarSort) -> Term:
        match sort:
            case BoolSort():
                return z3.BoolSort(self.context)
            case MemberSort(of):
                return z3.DeclareSort(of, self.context)
            case RealSort():
                return z3.RealSort(self.context)
            case EnumSort() if self.width is not None:
                bits = _LOOSE if sort.loose else max(1, (len(sort.literals) - 1).bit_length())
                return z3.BitVecSort(bits, self.context)
            case _:
                return z3.IntSort(self.context) if self.width is None else z3.BitVecSort(self.width, self.context)

    # -- conditions, for those who combine terms ----------------------------------------------------------------------

    def all_of(self, parts: Sequence[Term]) -> Term:
        """Conjunction; of nothing, true."""
        return parts[0] if len(parts) == 1 else self._many(z3.Z3_mk_and, parts)

    def any_of(self, parts: Sequence[Term]) -> Term:
        """Disjunction; of nothing, false."""
        return parts[0] if len(parts) == 1 else self._many(z3.Z3_mk_or, parts)

    def no(self, part: Term) -> Term:
        """Negation."""
        return self._call(z3.Z3_mk_not, part)

    def same(self, a: Term, b: Term) -> Term:
        """Equality; of arrays, of all their cells."""
        if isinstance(a, tuple):
            return self.all_of([self.same(x, y) for x, y in zip(a, b, strict=True)])
        return self._call(z3.Z3_mk_eq, a, b)

    def at_most_one(self, parts: Sequence[Term]) -> Term:
        """No two of the Bools are true."""
        asts = (z3.Ast * len(parts))(*(part.ast for part in parts))
        return self._term(z3.Z3_mk_atmost(self._ref, len(parts), asts, 1))

    def choice(self, when: Term, a: Term, b: Term) -> Term:
        """`a` where `when` is true, else `b`; of arrays, cell by cell."""
        if isinstance(a, tuple):
            return tuple(self.choice(when, x, y) for x, y in zip(a, b, strict=True))
        return a if a is b else self._call(z3.Z3_mk_ite, when, a, b)

    # -- the operators ------------------------------------------------------------------------------------------------

    def constant(self, node: Expr) -> Term:
        """A literal number, or the tuple of an array's."""
        if isinstance(node.sort, ArraySort):
            cell = node.sort.cell
            return tuple(self.scalar(value, cell) for value in cast("tuple[Scalar, ...]", node.data))
        return self.scalar(cast("Scalar", node.data), as_scalar(node.sort))

    def not_(self, node: Expr, args: Sequence[Term]) -> Term:
        """Negation."""
        return self.no(args[0])

    def and_(self, node: Expr, args: Sequence[Term]) -> Term:
        """Conjunction."""
        return self.all_of(args)

    def or_(self, node: Expr, args: Sequence[Term]) -> Term:
        """Disjunction."""
        return self.any_of(args)

    def eq(self, node: Expr, args: Sequence[Term]) -> Term:
        """Equality."""
        return self.same(args[0], args[1])

    def lt(self, node: Expr, args: Sequence[Term]) -> Term:
        """Strictly less."""
        return self._call(self._lt, args[0], args[1])

    def le(self, node: Expr, args: Sequence[Term]) -> Term:
        """Less or equal."""
        return self._call(self._le, args[0], args[1])

    def add(self, node: Expr, args: Sequence[Term]) -> Term:
        """The sum; sums of bit-vectors may wrap on the way, and the last one is right again."""
        return self._sum(args)

    def sub(self, node: Expr, args: Sequence[Term]) -> Term:
        """The difference."""
        if self.width is not None:
            return self._call(z3.Z3_mk_bvsub, args[0], args[1])
        return self._many(z3.Z3_mk_sub, args)

    def mul(self, node: Expr, args: Sequence[Term]) -> Term:
        """The product."""
        if self.width is not None:
            return self._call(z3.Z3_mk_bvmul, args[0], args[1])
        return self._many(z3.Z3_mk_mul, args)

    def div(self, node: Expr, args: Sequence[Term]) -> Term:
        """Floor division: what Z3's is for integers; a bit-vector loses its remainder first, as its own truncates."""
        divisor = self._number(cast("int", node.data))
        if self.width is None:
            return self._call(z3.Z3_mk_div, args[0], divisor)
        rest = self._call(z3.Z3_mk_bvsmod, args[0], divisor)
        return self._call(z3.Z3_mk_bvsdiv, self._call(z3.Z3_mk_bvsub, args[0], rest), divisor)

    def mod(self, node: Expr, args: Sequence[Term]) -> Term:
        """Remainder of floor division, never negative as the divisor is positive."""
        remainder = z3.Z3_mk_mod if self.width is None else z3.Z3_mk_bvsmod
        return self._call(remainder, args[0], self._number(cast("int", node.data)))

    def ite(self, node: Expr, args: Sequence[Term]) -> Term:
        """Choice."""
        return self.choice(args[0], args[1], args[2])

    def select(self, node: Expr, args: Sequence[Term]) -> Term:
        """The cell at the indices, the default of the cell sort outside."""
        if isinstance(node.args[0].sort, FunctionSort):
            return args[0](*args[1:])
        sort = cast("ArraySort", node.args[0].sort)
        result = self.scalar(default_cell(sort.cell), sort.cell)
        everywhere = all(_stays_inside(i, d) for i, d in zip(node.args[1:], sort.dims, strict=True))
        for at, here in reversed(list(self._cells(sort, node.args[1:], args[1:]))):
            result = args[0][at] if here is None or everywhere else self.choice(here, args[0][at], result)
            everywhere = False
        return result

    def store(self, node: Expr, args: Sequence[Term]) -> Term:
        """The array with one cell set; outside, as it was."""
        cells = list(args[0])
        for at, here in self._cells(cast("ArraySort", node.sort), node.args[1:-1], args[1:-1]):
            cells[at] = args[-1] if here is None else self.choice(here, args[-1], cells[at])
        return tuple(cells)

    def array(self, node: Expr, args: Sequence[Term]) -> Term:
        """The tuple of its cells."""
        return tuple(args)

    def count(self, node: Expr, args: Sequence[Term]) -> Term:
        """How many are true."""
        return self._sum([self.choice(arg, self._number(1), self._number(0)) for arg in args])

    def to_real(self, node: Expr, args: Sequence[Term]) -> Term:
        """The integer as a real."""
        return self._call(z3.Z3_mk_int2real, args[0])

    def bind(self, node: Expr, body: Callable[[Sequence[Term]], Term]) -> Term:
        """A quantifier over constants that are named by the number of what they stand for."""
        bound = [z3.Const(f"?{b.data}", self._sort(as_scalar(b.sort))) for b in node.args[:-1]]
        assert node.op != "lambda_", "functions are applied before they are lowered"
        return (z3.ForAll if node.op == "forall" else z3.Exists)(bound, body(bound))

    # -- parts of operators -------------------------------------------------------------------------------------------

    def _cells(
        self, sort: ArraySort, indices: Sequence[Expr], terms: Sequence[Term]
    ) -> Iterable[tuple[int, Term | None]]:
        """Each cell that the indices can mean, and when they do: None where they can mean no other."""
        positions: list[tuple[int, list[Term]]] = [(0, [])]
        for dim, index, term in zip(sort.dims, indices, terms, strict=True):
            own = cast("IntSort", index.sort)
            low, high = max(0, own.lo or 0), dim - 1 if own.hi is None else min(dim - 1, own.hi)
            only = index.op == "constant"
            positions = [
                (at * dim + i, [*when, *([] if only else [self.same(term, self._number(i))])])
                for at, when in positions
                for i in range(low, high + 1)
            ]
        return ((at, self.all_of(when) if when else None) for at, when in positions)

    def _number(self, value: int) -> Term:
        return self.scalar(value, IntSort())

    def _sum(self, parts: Sequence[Term]) -> Term:
        if not parts:
            return self._number(0)
        if self.width is None:
            return parts[0] if len(parts) == 1 else self._many(z3.Z3_mk_add, parts)
        result = parts[0]
        for part in parts[1:]:
            result = self._call(z3.Z3_mk_bvadd, result, part)
        return result

    # z3's own Python operators look at each argument's type again, which takes four times as long.
    def _call(self, make: Term, *args: Term) -> Term:
        return self._term(make(self._ref, *(arg.ast for arg in args)))

    def _many(self, make: Term, args: Sequence[Term]) -> Term:
        return self._term(make(self._ref, len(args), (z3.Ast * len(args))(*(arg.ast for arg in args))))

    def _term(self, ast: Term) -> Term:
        return z3.ExprRef(ast, self.context)


def width_of(nodes: Iterable[Expr], sorts: Iterable[Sort] = ()) -> int | None:
    """How many bits hold every integer among the nodes and sorts; None if one has no bounds or there are reals."""
    least, most = 0, 1
    ranges: dict[tuple[Sort, int], None] = {(sort, 1): None for sort in sorts}
    for node in nodes:
        # On its way, floor division multiplies the quotient by the divisor again.
        ranges[node.sort, cast("int", node.data) if node.op == "div" else 1] = None
        if node.op == "mod":
            most = max(most, cast("int", node.data))
    for sort, divisor in ranges:
        if isinstance(sort, MemberSort | FunctionSort):
            return None
        cell = sort.cell if isinstance(sort, ArraySort) else sort
        if isinstance(sort, ArraySort):
            most = max(most, *sort.dims)
        if isinstance(cell, RealSort) or (isinstance(cell, IntSort) and (cell.lo is None or cell.hi is None)):
            return None
        if isinstance(cell, IntSort):
            assert cell.lo is not None
            assert cell.hi is not None
            least, most = min(least, cell.lo * divisor), max(most, cell.hi * divisor, divisor)
    bits = max(most.bit_length(), (-least - 1).bit_length()) + 1
    return bits if bits <= _WIDEST else None


def _stays_inside(index: Expr, dim: int) -> bool:
    own = cast("IntSort", index.sort)
    return own.lo is not None and own.hi is not None and own.lo >= 0 and own.hi < dim
