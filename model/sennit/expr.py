"""Formulas as data; `evaluate` is their only meaning.

A formula is a hash-consed, typed node. Bounds live in the types and are inferred, and what the types decide is decided
on construction (`x <= 5` is true for an `x` in 0..5). Constructors live here; the words that specifications use
(`count`, `ite`, ...) are in words.py, the meaning of each operator on plain values in values.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NoReturn
from weakref import WeakValueDictionary

from sennit.errors import Misuse
from sennit.meaning import BINDERS
from sennit.meaning import evaluate as evaluate
from sennit.meaning import free as free
from sennit.meaning import name_of as name_of
from sennit.meaning import order as order
from sennit.sort import (
    BOOL,
    ArraySort,
    BoolSort,
    EnumSort,
    FunctionSort,
    IntSort,
    MemberSort,
    RealSort,
    Sort,
    Value,
    cell_hull,
    check_literal,
    contains,
    default_cell,
    hull,
    kind,
)
from sennit.values import Values, offset

Data = Value | None
_CLOSED: frozenset[Expr] = frozenset()


def _refused(what: str, mend: str) -> Callable[..., NoReturn]:
    def refuse(self: Expr, *_given: object) -> NoReturn:
        raise Misuse(f"{what} has no meaning on the formula {self}: {mend}")

    return refuse


class Expr:
    """One node: an operator, its arguments, its sort, and for constants, variables and divisors their data.

    Equal formulas are the same object, so `is` compares them; `==` builds the formula that compares two values.
    """

    __slots__ = ("__weakref__", "args", "data", "height", "loose", "op", "sort")
    op: str
    args: tuple[Expr, ...]
    sort: Sort
    data: Data
    loose: frozenset[Expr]  # the bound variables that no binder inside binds
    height: int  # the greatest number of a variable bound inside

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]  # comparing formulas makes a formula
        return eq(*paired(self, other))

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]  # comparing formulas makes a formula
        return not_(eq(*paired(self, other)))

    def __lt__(self, other: object) -> Expr:
        return lt(*paired(self, other))

    def __le__(self, other: object) -> Expr:
        return le(*paired(self, other))

    def __gt__(self, other: object) -> Expr:
        return lt(*paired(other, self))

    def __ge__(self, other: object) -> Expr:
        return le(*paired(other, self))

    def __add__(self, other: object) -> Expr:
        return add(*paired(self, other))

    def __radd__(self, other: object) -> Expr:
        return add(*paired(other, self))

    def __sub__(self, other: object) -> Expr:
        return sub(*paired(self, other))

    def __rsub__(self, other: object) -> Expr:
        return sub(*paired(other, self))

    def __mul__(self, other: object) -> Expr:
        return mul(*paired(self, other))

    def __rmul__(self, other: object) -> Expr:
        return mul(*paired(other, self))

    def __neg__(self) -> Expr:
        return sub(coerce(0, self.sort), self)

    def __floordiv__(self, other: object) -> Expr:
        return div(self, _divisor(other, "//"))

    def __mod__(self, other: object) -> Expr:
        return mod(self, _divisor(other, "%"))

    def __truediv__(self, other: object) -> Expr:
        if isinstance(other, bool) or not isinstance(other, int | Fraction) or other == 0:
            raise Misuse(f"/ divides a Real by a constant other than 0, and {other!r} is none: multiply it out instead")
        return mul(coerce(Fraction(1) / other, RealSort()), real(self))

    def __and__(self, other: object) -> Expr:
        return and_(boolean(self, "&"), boolean(other, "&"))

    def __rand__(self, other: object) -> Expr:
        return and_(boolean(other, "&"), boolean(self, "&"))

    def __or__(self, other: object) -> Expr:
        return or_(boolean(self, "|"), boolean(other, "|"))

    def __ror__(self, other: object) -> Expr:
        return or_(boolean(other, "|"), boolean(self, "|"))

    def __xor__(self, other: object) -> Expr:
        return not_(eq(boolean(self, "^"), boolean(other, "^")))

    __rxor__ = __xor__

    def __rfloordiv__(self, other: object) -> Expr:
        return div(lift(other), _divisor(self, "//"))

    def __rmod__(self, other: object) -> Expr:
        return mod(lift(other), _divisor(self, "%"))

    __pow__ = __rpow__ = _refused("**", "multiply it out, x * x")
    __abs__ = _refused("abs()", "write greatest(x, -x)")
    __round__ = _refused("round()", "nothing here is rounded")
    __divmod__ = __rdivmod__ = _refused("divmod()", "write x // d and x % d")
    __setitem__ = _refused("assigning a cell", "assign the variable itself, self.cells[i] = v")
    __contains__ = _refused("`in`", "write exists(cell == v for ...) or x.one_of(a, b)")
    __iter__ = _refused("iterating", "iterate its Index, `for c in self.client`")

    def __invert__(self) -> Expr:
        return not_(boolean(self, "~"))

    def __getitem__(self, index: object) -> Expr:
        if not isinstance(self.sort, ArraySort | FunctionSort):
            raise Misuse(f"[] reads a cell of an Array, and {self} is {self.sort}")
        return select(self, indices(self.sort, index))

    def one_of(self, *choices: object) -> Expr:
        """Whether the value is one of `choices`: what `in` means in a specification."""
        return or_(*(eq(*paired(self, choice)) for choice in choices))

    def __bool__(self) -> NoReturn:
        raise Misuse(
            f"the formula {self} has no truth value while a specification is read: write & for `and`, | for `or`, "
            "~ for `not`, ite(c, a, b) for `if`, x.one_of(a, b) for `in`, and (a <= x) & (x <= b) for `a <= x <= b`"
        )

    def __index__(self) -> NoReturn:
        raise Misuse(f"{self} is a formula, not a number: index Arrays with it, not Python lists or range()")

    def __repr__(self) -> str:
        from sennit.notation import notation  # imported late: notation reads formulas

        return notation(self)

    def __reduce__(self) -> NoReturn:
        raise Misuse("formulas are not pickled: write them with canonical.encode and read them with canonical.decode")


_interned: WeakValueDictionary[tuple[object, ...], Expr] = WeakValueDictionary()


def make(op: str, args: Sequence[Expr], sort: Sort, data: Data = None) -> Expr:
    """The one node with these parts. No simplification: the constructors below do that."""
    # Arguments enter the key by identity: they are interned themselves and stay alive as long as the node does.
    key = (op, tuple(map(id, args)), sort, data)
    node = _interned.get(key)
    if node is None:
        node = object.__new__(Expr)
        node.op, node.args, node.sort, node.data = op, tuple(args), sort, data
        node.height, node.loose = 0, _CLOSED
        for arg in node.args:
            node.height = max(node.height, arg.height)
            node.loose = node.loose | arg.loose if arg.loose else node.loose
        if op == "bound":
            node.loose = frozenset((node,))
        elif op in BINDERS:
            assert isinstance(args[0].data, int)
            node.height, node.loose = args[0].data, node.loose.difference(args[:-1])
        _interned[key] = node
    return node


def variable(name: str, sort: Sort) -> Expr:
    """A variable; its value is always within its sort."""
    return make("variable", (), sort, name)


def constant(value: Value, sort: Sort | None = None) -> Expr:
    """A constant. Without `sort`, its own: a literal alone is loose until it meets its Enum. No floats: Misuse."""
    if sort is None:
        sort = _own_sort(value)
    elif not contains(sort, value):
        raise Misuse(f"{value!r} is no value of {sort}")
    if isinstance(sort, IntSort | RealSort):
        assert isinstance(value, int | Fraction)
        sort = number_sort(sort, value, value)
    return make("constant", (), sort, value)


def _own_sort(value: object) -> Sort:
    match value:
        case bool():
            return BOOL
        case int():
            return IntSort(value, value)
        case Fraction():
            return RealSort(value, value)
        case str():
            return EnumSort((value,), loose=True)
        case float():
            raise Misuse(f"{value!r} is a float, which is not exact: write Fraction({str(value)!r})")
    raise Misuse(f"{value!r} ({type(value).__name__}) is no value of a specification: use bool, int, Fraction or str")


def true() -> Expr:
    """The constant true."""
    return make("constant", (), BOOL, True)


def false() -> Expr:
    """The constant false."""
    return make("constant", (), BOOL, False)


def is_true(expr: Expr) -> bool:
    """Whether the formula is the constant true."""
    return expr.op == "constant" and expr.data is True


def is_false(expr: Expr) -> bool:
    """Whether the formula is the constant false."""
    return expr.op == "constant" and expr.data is False


def lift(value: object) -> Expr:
    """A formula as itself, a Python value as a constant. Raises Misuse for what is neither."""
    if isinstance(value, Expr):
        return value
    formula = getattr(value, "formula", None)  # Cells of a System stand for their array
    if isinstance(formula, Expr):
        return formula
    return constant(value, _own_sort(value))  # type: ignore[arg-type]  # _own_sort refuses what is no Value


def coerce(value: object, sort: Sort) -> Expr:
    """`value` as a formula of the kind of `sort` (ranges are not enforced). Raises Misuse where it cannot be one."""
    expr = lift(value)
    match expr.sort, sort:
        case (BoolSort(), BoolSort()) | (IntSort(), IntSort()) | (RealSort(), RealSort()):
            return expr
        case IntSort(), RealSort():
            return real(expr)
        case EnumSort() as own, EnumSort():
            if own.loose and not sort.loose:
                return _settle(expr, sort)
            if own == sort or own.loose:
                return expr
        case ArraySort() as own, ArraySort() if own.dims == sort.dims and kind(own.cell) == kind(sort.cell):
            if not isinstance(sort.cell, EnumSort) or own.cell == sort.cell:
                return expr
            if expr.op == "array":
                return array([coerce(cell, sort.cell) for cell in expr.args], sort)
        case MemberSort() as own, MemberSort() if own == sort:
            return expr
        case FunctionSort() as own, FunctionSort() if own.domains == sort.domains and kind(own.cell) == kind(sort.cell):
            if not isinstance(sort.cell, EnumSort | MemberSort) or own.cell == sort.cell:
                return expr
    mend = ": members of a Sort without a size have no numbers" if isinstance(sort, MemberSort) else ""
    raise Misuse(f"{expr} is {expr.sort}, where {sort} is needed{mend}")


def _settle(expr: Expr, sort: EnumSort) -> Expr:
    if expr.op == "constant":
        assert isinstance(expr.data, str)
        check_literal(expr.data, sort)
        return constant(expr.data, sort)
    return ite(expr.args[0], _settle(expr.args[1], sort), _settle(expr.args[2], sort))


def paired(a: object, b: object) -> tuple[Expr, Expr]:
    """Both as formulas of one kind: literals settle to the other's Enum, integers rise to reals."""
    x, y = lift(a), lift(b)
    if isinstance(x.sort, EnumSort) and x.sort.loose:
        return coerce(x, y.sort), y
    if isinstance(x.sort, IntSort) and isinstance(y.sort, RealSort):
        return real(x), y
    return x, coerce(y, x.sort)


def boolean(value: object, what: str) -> Expr:
    """`value` as a Bool formula; raises Misuse, naming `what` needed it."""
    expr = lift(value)
    if not isinstance(expr.sort, BoolSort):
        raise Misuse(f"{what} needs a Bool, and {expr} is {expr.sort}: compare it with something")
    return expr


def real(expr: Expr) -> Expr:
    """An integer as a real; a real as it is. Raises Misuse for anything else."""
    if isinstance(expr.sort, RealSort):
        return expr
    lo, hi = int_bounds(expr)
    sort = RealSort(None if lo is None else Fraction(lo), None if hi is None else Fraction(hi))
    return folded("to_real", (expr,), sort)


def indices(sort: ArraySort | FunctionSort, index: object) -> list[Expr]:
    """An index or a tuple of them, checked against the dimensions."""
    given = index if isinstance(index, tuple) else (index,)
    takes = len(sort.dims if isinstance(sort, ArraySort) else sort.domains)
    if len(given) != takes:
        raise Misuse(f"{sort} takes {takes} indices, and {len(given)} were given")
    result = [lift(i) for i in given]
    if isinstance(sort, FunctionSort):
        for expr, domain in zip(result, sort.domains, strict=True):
            if expr.sort != MemberSort(domain):
                raise Misuse(f"{sort} is read at members of {domain}, and {expr} is {expr.sort}")
        return result
    for expr in result:
        if not isinstance(expr.sort, IntSort):
            raise Misuse(f"an Array is indexed by integers or members of its Index, and {expr} is {expr.sort}")
    return result


def _divisor(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        reason = "division by zero has no meaning" if type(value) is int and value == 0 else "use a plain int above 0"
        raise Misuse(f"{what} takes a positive constant divisor, not {value!r}: {reason}")
    return value


def folded(op: str, args: Sequence[Expr], sort: Sort, data: Data = None) -> Expr:
    """The node, or its value if all arguments are constants."""
    node = make(op, args, sort, data)
    if all(arg.op == "constant" for arg in args):
        value: Value = getattr(Values(), op)(node, [arg.data for arg in args])
        return constant(value, sort)
    return node


def not_(a: Expr) -> Expr:
    """Negation."""
    return a.args[0] if a.op == "not_" else folded("not_", (a,), BOOL)


def and_(*args: Expr) -> Expr:
    """Conjunction, in the order written; of nothing, true."""
    return _junction("and_", args, neutral=True)


def or_(*args: Expr) -> Expr:
    """Disjunction, in the order written; of nothing, false."""
    return _junction("or_", args, neutral=False)


def _junction(op: str, args: Sequence[Expr], *, neutral: bool) -> Expr:
    parts: dict[Expr, None] = {}
    for arg in args:
        for part in arg.args if arg.op == op else (arg,):
            if part.op != "constant":
                parts[part] = None
            elif part.data is not neutral:
                return part
    if any(part.op == "not_" and part.args[0] in parts for part in parts):
        return constant(not neutral)
    return make(op, tuple(parts), BOOL) if len(parts) > 1 else next(iter(parts), constant(neutral))


def eq(a: Expr, b: Expr) -> Expr:
    """Equality of two formulas of one kind."""
    if a is b:
        return true()
    if isinstance(a.sort, IntSort | RealSort) and _apart(a, b):
        return false()
    if isinstance(a.sort, IntSort) and isinstance(b.sort, IntSort):
        one, other = a.sort.of, b.sort.of
        if one is not None and other is not None and one != other:
            raise Misuse(
                f"{a} is a member of {one} and {b} of {other}: members of different Indexes are never compared"
            )
    loose = all(isinstance(x.sort, EnumSort) and x.sort.loose for x in (a, b))
    if isinstance(a.sort, EnumSort) and a.sort != b.sort and not loose:
        raise Misuse(f"{a} is {a.sort} and {b} is {b.sort}: literals of different Enums are never compared")
    if isinstance(a.sort, FunctionSort):
        from sennit.binders import agree  # imported late: binders are made of formulas

        return agree(a, b)
    if a.op == "constant" and b.op != "constant":
        a, b = b, a
    if b.op == "constant" and isinstance(b.data, bool):
        return a if b.data else not_(a)
    return folded("eq", (a, b), BOOL)


def lt(a: Expr, b: Expr) -> Expr:
    """Strictly less, of two numbers."""
    (alo, ahi), (blo, bhi) = bounds(a, "<"), bounds(b, "<")
    if ahi is not None and blo is not None and ahi < blo:
        return true()
    if a is b or (alo is not None and bhi is not None and alo >= bhi):
        return false()
    return folded("lt", (a, b), BOOL)


def le(a: Expr, b: Expr) -> Expr:
    """Less or equal, of two numbers."""
    (alo, ahi), (blo, bhi) = bounds(a, "<="), bounds(b, "<=")
    if a is b or (ahi is not None and blo is not None and ahi <= blo):
        return true()
    if alo is not None and bhi is not None and alo > bhi:
        return false()
    return folded("le", (a, b), BOOL)


def _apart(a: Expr, b: Expr) -> bool:
    (alo, ahi), (blo, bhi) = bounds(a, "=="), bounds(b, "==")
    return (ahi is not None and blo is not None and ahi < blo) or (bhi is not None and alo is not None and bhi < alo)


def bounds(expr: Expr, what: str) -> tuple[int | Fraction | None, int | Fraction | None]:
    """The least and greatest value a number can have; raises Misuse, naming `what`, if it is no number."""
    if isinstance(expr.sort, IntSort | RealSort):
        return expr.sort.lo, expr.sort.hi
    mend = "write ite(x, 1, 0) or count(...)" if isinstance(expr.sort, BoolSort) else "compare with == or one_of"
    if isinstance(expr.sort, MemberSort):
        mend = "declare an order, as in Const(Relation(node, node)), and state its laws in axioms()"
    raise Misuse(f"{what} needs numbers, and {expr} is {expr.sort}: {mend}")


def int_bounds(expr: Expr) -> tuple[int | None, int | None]:
    """The bounds of an integer; raises Misuse if it is none."""
    if isinstance(expr.sort, IntSort):
        return expr.sort.lo, expr.sort.hi
    raise Misuse(f"an integer is needed here, and {expr} is {expr.sort}")


def number_sort(like: Sort, lo: int | Fraction | None, hi: int | Fraction | None) -> Sort:
    """The Int or Real sort of the family of `like` with these bounds."""
    if isinstance(like, IntSort):
        assert not isinstance(lo, Fraction)
        assert not isinstance(hi, Fraction)
        return IntSort(lo, hi)
    return RealSort(None if lo is None else Fraction(lo), None if hi is None else Fraction(hi))


def add(*args: Expr) -> Expr:
    """The sum of one or more numbers of one kind; sums inside are merged."""
    parts: list[Expr] = []
    for arg in args:
        bounds(arg, "+")
        parts.extend(arg.args if arg.op == "add" else (arg,))
    parts = [p for p in parts if not (p.op == "constant" and p.data == 0)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    los, his = zip(*(bounds(p, "+") for p in parts), strict=True)
    lo = None if None in los else sum(los)
    hi = None if None in his else sum(his)
    return folded("add", parts, number_sort(parts[0].sort, lo, hi))


def sub(a: Expr, b: Expr) -> Expr:
    """The difference of two numbers of one kind."""
    (alo, ahi), (blo, bhi) = bounds(a, "-"), bounds(b, "-")
    if b.op == "constant" and b.data == 0:
        return a
    lo = None if alo is None or bhi is None else alo - bhi
    hi = None if ahi is None or blo is None else ahi - blo
    return folded("sub", (a, b), number_sort(a.sort, lo, hi))


def mul(a: Expr, b: Expr) -> Expr:
    """The product of two numbers of one kind."""
    (alo, ahi), (blo, bhi) = bounds(a, "*"), bounds(b, "*")
    for x, y in ((a, b), (b, a)):
        if x.op == "constant" and x.data in (0, 1):
            return x if x.data == 0 else y
    lo: int | Fraction | None = None
    hi: int | Fraction | None = None
    if alo is not None and ahi is not None and blo is not None and bhi is not None:
        corners = [alo * blo, alo * bhi, ahi * blo, ahi * bhi]
        lo, hi = min(corners), max(corners)
    elif alo is not None and blo is not None and alo >= 0 and blo >= 0:
        lo = alo * blo
    return folded("mul", (a, b), number_sort(a.sort, lo, hi))


def div(a: Expr, d: int) -> Expr:
    """Floor division by a positive constant."""
    lo, hi = int_bounds(a)
    sort = IntSort(None if lo is None else lo // d, None if hi is None else hi // d)
    return a if d == 1 else folded("div", (a,), sort, d)


def mod(a: Expr, d: int) -> Expr:
    """Remainder of floor division by a positive constant, from 0 to d - 1."""
    lo, hi = int_bounds(a)
    if lo is not None and hi is not None and lo >= 0 and hi < d:
        return a
    return folded("mod", (a,), IntSort(0, d - 1), d)


def ite(c: Expr, a: Expr, b: Expr) -> Expr:
    """`a` where `c` is true, else `b`; both of one kind."""
    if c.op == "constant":
        return a if c.data else b
    if a is b:
        return a
    if isinstance(a.sort, BoolSort):
        for x, y in ((a, b), (b, a)):
            if x.op == "constant":
                when = c if x is a else not_(c)
                return or_(when, y) if x.data else and_(not_(when), y)
    return make("ite", (c, a, b), hull(a.sort, b.sort))


def select(a: Expr, index: Sequence[Expr]) -> Expr:
    """The cell of an array; outside, the default of the cell sort."""
    if isinstance(a.sort, FunctionSort):
        from sennit.binders import apply  # imported late: binders are made of formulas

        return apply(a, index)
    assert isinstance(a.sort, ArraySort)
    while a.op == "store" and (same := _same_cell(a.args[1:-1], index)) is not None:
        if same:
            if all(_inside(i, d) for i, d in zip(index, a.sort.dims, strict=True)):
                return a.args[-1]
            break
        a = a.args[0]
    assert isinstance(a.sort, ArraySort)
    if a.op == "array" and all(i.op == "constant" for i in index):
        at = offset(a.sort, [i.data for i in index if i.data is not None])
        if at is not None:
            return a.args[at]
    if not all(_inside(i, d) for i, d in zip(index, a.sort.dims, strict=True)):
        outside = constant(default_cell(a.sort.cell), a.sort.cell if isinstance(a.sort.cell, EnumSort) else None)
        return folded("select", (a, *index), hull(a.sort.cell, outside.sort))
    return folded("select", (a, *index), a.sort.cell)


def _same_cell(one: Sequence[Expr], other: Sequence[Expr]) -> bool | None:
    if all(i is j for i, j in zip(one, other, strict=True)):
        return True
    return False if any(is_false(eq(i, j)) for i, j in zip(one, other, strict=True)) else None


def _inside(index: Expr, dim: int) -> bool:
    lo, hi = int_bounds(index)
    return lo is not None and hi is not None and lo >= 0 and hi < dim


def store(a: Expr, index: Sequence[Expr], value: Expr) -> Expr:
    """The array with one cell set; outside, unchanged."""
    assert isinstance(a.sort, ArraySort | FunctionSort)
    cell = cell_hull(a.sort.cell, value.sort)
    if isinstance(a.sort, FunctionSort):
        return make("store", (a, *index, value), FunctionSort(a.sort.domains, cell))
    return folded("store", (a, *index, value), ArraySort(a.sort.dims, cell))


def array(cells: Sequence[Expr], sort: ArraySort) -> Expr:
    """The array made of its cells, row-major; raises Misuse if there are too many or too few."""
    if len(cells) != sort.cells:
        raise Misuse(f"{sort} has {sort.cells} cells, and {len(cells)} were given")
    cell = cell_hull(cells[0].sort, cells[0].sort) if cells else sort.cell
    for other in cells:
        cell = cell_hull(cell, other.sort)
    return folded("array", cells, ArraySort(sort.dims, cell))


def count_true(args: Sequence[Expr]) -> Expr:
    """How many of the Bools are true."""
    sure = sum(1 for arg in args if is_true(arg))
    rest = [arg for arg in args if arg.op != "constant"]
    return add(constant(sure), folded("count", rest, IntSort(0, len(rest))))
