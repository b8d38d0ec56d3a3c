"""Formulas as text in the language of specifications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias

from sennit.expr import Expr, evaluate, free
from sennit.sort import ArraySort, MemberSort, Value

# Text and how tightly it binds: 5 atom, 4 product, 3 sum, 2 comparison-safe operand of & and |, 1 comparison.
Piece: TypeAlias = tuple[str, int]
_LONGEST = 4_000  # characters; shared subformulas make text exponentially longer than the formula


def notation(expr: Expr) -> str:
    """The formula as a reader of the specification would write it; very long parts are elided as `...`."""
    return evaluate(expr, _names(expr), _Text())[0]


def show_value(value: Value) -> str:
    """One value as text: booleans in lower case, literals bare, arrays in brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(show_value(v) for v in value) + "]"
    return str(value)


class _Text:
    def constant(self, node: Expr) -> Piece:
        value = node.data
        if isinstance(value, Fraction):
            text = f"Fraction({value.numerator}, {value.denominator})" if value.denominator != 1 else f"{value}"
            return text, 5
        return repr(value), 5

    def not_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        if node.args[0].op == "eq" and args[0][0].count(" == ") == 1:
            return args[0][0].replace(" == ", " != "), 1
        return f"~{_within(args[0], 5)}", 5

    def and_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" & ", [_within(a, 3) for a in args], 2)

    def or_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        first = node.args[0]
        if first.op == "not_" and len(args) == 2:
            premise = evaluate(first.args[0], _names(first), self)
            return _short(f"implies({premise[0]}, {args[1][0]})"), 5
        return _joined(" | ", [_within(a, 3) for a in args], 2)

    def eq(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" == ", [_within(a, 3) for a in args], 1)

    def lt(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" < ", [_within(a, 3) for a in args], 1)

    def le(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" <= ", [_within(a, 3) for a in args], 1)

    def add(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" + ", [_within(a, 3) for a in args], 3)

    def sub(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" - ", [_within(args[0], 3), _within(args[1], 4)], 3)

    def mul(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _joined(" * ", [_within(args[0], 4), _within(args[1], 5)], 4)

    def div(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return f"{_within(args[0], 4)} // {node.data}", 4

    def mod(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return f"{_within(args[0], 4)} % {node.data}", 4

    def ite(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _call("ite", args)

    def select(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _short(f"{_within(args[0], 5)}[{', '.join(a[0] for a in args[1:])}]"), 5

    def store(self, node: Expr, args: Sequence[Piece]) -> Piece:
        at = ", ".join(a[0] for a in args[1:-1])
        return _short(f"{_within(args[0], 5)}.with_({at}, {args[-1][0]})"), 5

    def array(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _short("[" + ", ".join(a[0] for a in args) + "]"), 5

    def count(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return _short("count([" + ", ".join(a[0] for a in args) + "])"), 5

    def bind(self, node: Expr, body: Callable[[Sequence[Piece]], Piece]) -> Piece:
        names = [_bound_name(bound) for bound in node.args[:-1]]
        text = body([(name, 5) for name in names])[0]
        if node.op == "lambda_":
            return _short(f"lambda {', '.join(names)}: {text}"), 1
        return _short(f"{node.op}({text} for {names[0]} in {_domain(node.args[0])})"), 5

    def to_real(self, node: Expr, args: Sequence[Piece]) -> Piece:
        return args[0]


def _names(expr: Expr) -> dict[str, Piece]:
    """What each variable is called, also those that are bound further out."""
    return {name: (name, 5) for name in free(expr)} | {f"?{b.data}": (_bound_name(b), 5) for b in expr.loose}


def _bound_name(bound: Expr) -> str:
    return f"{_domain(bound)}{bound.data}"


def _domain(bound: Expr) -> str:
    assert isinstance(bound.sort, MemberSort)
    return bound.sort.of


def _within(piece: Piece, binding: int) -> str:
    return piece[0] if piece[1] >= binding else f"({piece[0]})"


def _call(name: str, args: Sequence[Piece]) -> Piece:
    return _short(f"{name}({', '.join(a[0] for a in args)})"), 5


def _joined(sign: str, parts: Sequence[str], binding: int) -> Piece:
    return _short(sign.join(parts)), binding


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else "(...)"


def cell_names(name: str, sort: ArraySort) -> list[str]:
    """The names of an array's cells, row-major: `place[0]`, or `m[1, 0]` with two dimensions."""
    names = [""]
    for dim in sort.dims:
        names = [f"{prefix}{', ' if prefix else ''}{i}" for prefix in names for i in range(dim)]
    return [f"{name}[{at}]" for at in names]
