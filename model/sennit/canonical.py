"""Formulas as JSON data, and digests that do not change with formatting, comments or names of Python locals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction

from sennit.binders import checked
from sennit.errors import Misuse
from sennit.expr import Data, Expr, make, order
from sennit.meaning import BINDERS
from sennit.sort import (
    ArraySort,
    BoolSort,
    MemberSort,
    RealSort,
    Scalar,
    Sort,
    Value,
    contains,
    sort_from_data,
    sort_to_data,
)
from sennit.values import Values


def digest(data: object) -> str:
    """SHA-256, as hex, of JSON data: sorted keys, no blanks, ASCII. Numbers are integers, so RFC 8785 agrees."""
    return hashlib.sha256(canonical_json(data)).hexdigest()


def canonical_json(data: object) -> bytes:
    """The one spelling of JSON data without floats; raises Misuse for anything JSON cannot say exactly."""
    try:
        text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_no)
    except (TypeError, ValueError) as error:
        raise Misuse(f"not JSON data: {error}") from error
    return text.encode()


def _no(value: object) -> object:
    raise TypeError(f"{value!r} ({type(value).__name__}) has no JSON form")


def encode(exprs: Sequence[Expr]) -> dict[str, object]:
    """Formulas as JSON data: a table of nodes, each naming its arguments by number, and the numbers of the roots."""
    number: dict[Expr, int] = {}
    nodes: list[object] = []
    for root in exprs:
        for node in order(root, number):
            number[node] = len(nodes)
            args = [number[arg] for arg in node.args]
            nodes.append([node.op, args, sort_to_data(node.sort), _data_out(node)])
    return {"nodes": nodes, "roots": [number[root] for root in exprs]}


def decode(data: object) -> list[Expr]:
    """Rebuilds what `encode` wrote. Raises Misuse where the data is not of that form or a node has no meaning."""
    match data:
        case {"nodes": list(rows), "roots": list(roots)}:
            nodes: list[Expr] = []
            for row in rows:
                nodes.append(_node(row, nodes))
            if all(type(i) is int and 0 <= i < len(nodes) for i in roots):
                return [nodes[i] for i in roots]
    raise Misuse("these are no formulas: expected the nodes and roots that canonical.encode writes")


def _node(row: object, nodes: Sequence[Expr]) -> Expr:
    match row:
        case [str(op), list(numbers), sort_data, data] if all(type(i) is int and 0 <= i < len(nodes) for i in numbers):
            sort = sort_from_data(sort_data)
            if op in BINDERS and data is None:
                return checked(op, [nodes[i] for i in numbers], sort)
            if op == "bound" and not numbers and isinstance(sort, MemberSort) and type(data) is int and data > 0:
                return make(op, (), sort, data)
            if op in ("constant", "variable") or (op != "bind" and callable(getattr(Values, op, None))):
                return make(op, [nodes[i] for i in numbers], sort, _data_in(op, sort, data))
    raise Misuse(f"{row!r} is no formula node: expected [operator, arguments, sort, data]")


def _data_out(node: Expr) -> object:
    return value_to_data(node.data) if node.op == "constant" and node.data is not None else node.data


def _data_in(op: str, sort: Sort, data: object) -> Data:
    if op == "constant":
        return value_from_data(data, sort)
    if op == "variable" and isinstance(data, str):
        return data
    if op in ("div", "mod") and type(data) is int and data > 0:
        return data
    if data is None:
        return None
    raise Misuse(f"{data!r} has no place in a {op} node")


def value_to_data(value: Value) -> object:
    """A value as JSON data; reals as text, so that nothing is rounded."""
    if isinstance(value, tuple):
        return [value_to_data(cell) for cell in value]
    return str(value) if isinstance(value, Fraction) else value


def value_from_data(data: object, sort: Sort) -> Value:
    """Rebuilds a value of `sort`; raises Misuse where the data is none."""
    value: Value
    if isinstance(sort, ArraySort) and isinstance(data, list):
        cells: list[Scalar] = []
        for cell_data in data:
            cell = value_from_data(cell_data, sort.cell)
            assert not isinstance(cell, tuple)
            cells.append(cell)
        value = tuple(cells)
    elif isinstance(sort, RealSort) and isinstance(data, str):
        try:
            value = Fraction(data)
        except (ValueError, ZeroDivisionError) as error:
            raise Misuse(f"{data!r} is no fraction") from error
    elif isinstance(data, str | int) and isinstance(data, bool) == isinstance(sort, BoolSort):
        value = data
    else:
        raise Misuse(f"{data!r} is no value of {sort}")
    if not contains(sort, value):
        raise Misuse(f"{data!r} is no value of {sort}")
    return value
