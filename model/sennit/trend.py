"""How a formula changes as one real variable grows: what the passing of time does to it, read off its form.

Numbers must be linear in that variable, with factors that may be other variables: then each has a slope, and each
comparison turns true or false once at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sennit import expr
from sennit.errors import Misuse
from sennit.expr import (
    Expr,
    add,
    and_,
    bounds,
    constant,
    eq,
    is_false,
    is_true,
    ite,
    le,
    lt,
    mul,
    name_of,
    or_,
    order,
    select,
    store,
    sub,
    true,
)
from sennit.rewrite import Formulas, substitute
from sennit.sort import ArraySort, BoolSort, RealSort

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Trend:
    """What may happen to a truth value as the variable grows, and whether the values that make it true have ends.

    `closed`: where it is true up to some value, it is true at that value. `open`: the same of where it is false.
    """

    rises: bool = False
    falls: bool = False
    closed: bool = True
    open: bool = True


def sometime(formula: Expr, name: str) -> Expr:
    """Where a formula is true for some value above 0 of the variable `name`.

    Raises Misuse where it might be false for small values and true for greater ones.
    """
    whole = formula.args if formula.op == "and_" else (formula,)
    rest = and_(*(part for part in whole if not _is_positive(part, name)))
    if trend(rest, name).rises:
        raise Misuse(f"whether {formula} is true for some {name} cannot be read off: it may turn true as {name} grows")
    return soon(rest, name)


def soon(formula: Expr, name: str) -> Expr:
    """What a formula comes to for all small enough values above 0 of the variable `name`: a formula without it."""
    touched, slopes = _touched(formula, name), dict[Expr, Expr]()
    start: dict[Expr, Expr] = {}
    zero = {name: constant(_ZERO)}
    done: dict[Expr, Expr] = {}
    for node in order(formula):
        if node not in touched:
            done[node] = node
        elif not isinstance(node.sort, BoolSort):
            continue  # numbers are looked at from the comparison that they stand in
        elif node.op in ("lt", "le", "eq") and not isinstance(node.args[0].sort, BoolSort):
            speed = sub(*(_slope(arg, name, touched, slopes) for arg in reversed(node.args)))
            a, b = (substitute(arg, zero, start) for arg in node.args)
            done[node] = _just_after(node.op, a, b, speed)
        elif node.op in ("and_", "or_", "not_", "eq", "ite"):
            done[node] = getattr(Formulas(), node.op)(node, [done[arg] for arg in node.args])
        else:
            raise Misuse(f"{node} depends on {name} in a way that has no trend: compare linear terms")
    return done[formula]


def trend(formula: Expr, name: str) -> Trend:
    """How the truth of a formula may change as the variable `name` grows. Misuse for what is not linear in it."""
    touched, slopes = _touched(formula, name), dict[Expr, Expr]()
    done: dict[Expr, Trend] = {}
    for node in order(formula):
        if not isinstance(node.sort, BoolSort):
            continue
        parts = [done[arg] for arg in node.args if arg in done]
        if node not in touched:
            done[node] = Trend()
        elif node.op == "not_":
            done[node] = Trend(parts[0].falls, parts[0].rises, parts[0].open, parts[0].closed)
        elif node.op in ("and_", "or_") or (node.op == "ite" and node.args[0] not in touched):
            done[node] = Trend(*(any(getattr(p, f) for p in parts) for f in ("rises", "falls")),
                               *(all(getattr(p, f) for p in parts) for f in ("closed", "open")))  # fmt: skip
        elif node.op in ("lt", "le", "eq") and not isinstance(node.args[0].sort, BoolSort):
            speed = sub(*(_slope(arg, name, touched, slopes) for arg in reversed(node.args)))
            done[node] = _of_comparison(node.op, speed)
        else:
            done[node] = Trend(rises=True, falls=True, closed=False, open=False)
    return done[formula]


def slope(term: Expr, name: str) -> Expr:
    """How much a number grows for each 1 that the variable `name` does. Raises Misuse if it is not linear in it."""
    return _slope(term, name, _touched(term, name), {})


def _of_comparison(op: str, speed: Expr) -> Trend:
    """The trend of `a op b` where `b - a` grows by `speed`."""
    low, high = bounds(speed, "a slope")
    if low == high == 0:
        return Trend()
    if op == "eq":
        return Trend(rises=True, falls=True, open=False)
    rises, falls = not (high is not None and high <= 0), not (low is not None and low >= 0)
    return Trend(rises, falls, closed=op == "le", open=op == "lt")


def _just_after(op: str, a: Expr, b: Expr, speed: Expr) -> Expr:
    """`a op b` a moment later, where `b - a` grows by `speed`."""
    zero = constant(_ZERO)
    if op == "eq":
        return and_(eq(a, b), eq(speed, zero))
    from_there = lt(zero, speed) if op == "lt" else le(zero, speed)
    if is_true(from_there):
        return le(a, b)
    return lt(a, b) if is_false(from_there) else or_(lt(a, b), and_(eq(a, b), from_there))


def _slope(term: Expr, name: str, touched: Mapping[Expr, bool], done: dict[Expr, Expr]) -> Expr:
    for node in order(term, done):
        parts = [done[arg] for arg in node.args]
        hits = [arg in touched for arg in node.args]
        if node not in touched:
            done[node] = _still(node)
        elif node.op == "variable":
            done[node] = constant(_ONE)
        elif node.op == "add":
            done[node] = add(*parts)
        elif node.op == "sub":
            done[node] = sub(*parts)
        elif node.op == "mul" and not all(hits):
            done[node] = mul(parts[0], node.args[1]) if hits[0] else mul(node.args[0], parts[1])
        elif node.op == "ite" and not hits[0]:
            done[node] = ite(node.args[0], *parts[1:])
        elif node.op == "select" and not any(hits[1:]):
            done[node] = select(parts[0], node.args[1:])
        elif node.op == "store" and not any(hits[1:-1]):
            done[node] = store(parts[0], node.args[1:-1], parts[-1])
        elif node.op == "array":
            assert isinstance(node.sort, ArraySort)
            done[node] = expr.array(parts, ArraySort(node.sort.dims, RealSort()))
        elif isinstance(node.sort, BoolSort):
            done[node] = constant(_ZERO)  # whatever number is made of it is refused
        else:
            raise Misuse(f"{node} is not linear in {name}: scale products away, and compare clocks one by one")
    return done[term]


def _still(node: Expr) -> Expr:
    """The slope of what does not change."""
    if isinstance(node.sort, ArraySort):
        return expr.array([constant(_ZERO)] * node.sort.cells, ArraySort(node.sort.dims, RealSort()))
    return constant(_ZERO)


def _touched(formula: Expr, name: str) -> dict[Expr, bool]:
    """The subformulas that mention the variable."""
    found: dict[Expr, bool] = {}
    for node in order(formula):
        if (node.op == "variable" and name_of(node) == name) or any(arg in found for arg in node.args):
            found[node] = True
    return found


def _is_positive(part: Expr, name: str) -> bool:
    """Whether the formula is `0 < name`."""
    a, b = part.args if part.op == "lt" else (true(), true())
    return a.op == "constant" and a.data == 0 and b.op == "variable" and name_of(b) == name
