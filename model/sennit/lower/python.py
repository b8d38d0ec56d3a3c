"""Formulas as Python source text, which means what values.py says, reads and writes outside an array included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from sennit import expr
from sennit.expr import Expr, evaluate, free, order
from sennit.sort import ArraySort, EnumSort, IntSort, Scalar, ScalarSort, Sort, Value, as_scalar, default_cell, hull
from sennit.values import offset

_DEEPEST = 40  # parentheses inside parentheses; Python's tokenizer refuses 200


def compile_formula(formula: Expr, names: Sequence[str]) -> Callable[..., Value]:
    """A Python function of the reference values of `names`, in that order, with the value of `formula`.

    Raises KeyError for a variable that `names` lacks.
    """
    sorts = free(formula)
    source = Source(packed=False)
    env = {name: _argument(f"v{i}", sorts[name]) for i, name in enumerate(names) if name in sorts}
    source.shared(formula)
    piece = evaluate(formula, env, source)
    result = source.whole(piece) if isinstance(piece, Cells) else piece.text
    source.line(f"return {result}")
    return source.function("formula", ", ".join(f"v{i}" for i in range(len(names))))


def _argument(name: str, sort: Sort) -> Piece:
    if isinstance(sort, ArraySort):
        return Cells(tuple(Text(f"{name}[{i}]", sort.cell) for i in range(sort.cells)), name)
    return Text(name, sort)


# -- the algebra ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as source. Depth 0 is an atom, which can stand anywhere and be repeated."""

    text: str
    sort: Sort
    depth: int = 0

    def __str__(self) -> str:
        return self.text if self.depth == 0 else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Cells:
    """An array as source: an atom a cell, row-major, and the tuple that has them from `first` on, if there is one."""

    texts: tuple[Text, ...]
    local: str | None = None
    first: int | None = None  # None where the tuple has these cells and no others


Piece: TypeAlias = Text | Cells


class Source:
    """The algebra of Python source. Statements that a text depends on are added to `lines` as it is made."""

    def __init__(self, *, packed: bool) -> None:
        self.packed = packed  # an Enum literal is its position, or else itself
        self.indent = 1
        self.lines: list[tuple[int, str]] = []
        self.named = 0
        self.given: dict[str, object] = {"Fraction": Fraction}
        self._uses: Counter[Expr] = Counter()

    def function(self, name: str, parameters: str) -> Callable[..., Any]:
        """The function with the lines so far as its body."""
        text = "\n".join([f"def {name}({parameters}):", *(" " * indent + line for indent, line in self.lines)])
        defined: dict[str, Any] = dict(self.given)
        exec(compile(text, f"<sennit {name}>", "exec"), defined)  # of the user's words it holds quoted literals alone
        made: Callable[..., Any] = defined[name]
        return made

    def line(self, text: str) -> None:
        """Adds a statement."""
        self.lines.append((self.indent, text))

    def name(self, text: str) -> str:
        """A new local with the value of `text`."""
        local = f"t{self.named}"
        self.named += 1
        self.line(f"{local} = {text}")
        return local

    def shared(self, *formulas: Expr) -> None:
        """Says what is written next: subformulas that it uses several times get a local each."""
        seen: dict[Expr, bool] = {}
        self._uses = Counter(formulas)
        for formula in formulas:
            for node in order(formula, seen):
                seen[node] = True
                self._uses.update(node.args)

    def whole(self, cells: Cells) -> str:
        """The text of a tuple of exactly these cells."""
        if cells.local is None:
            return f"({''.join(f'{cell}, ' for cell in cells.texts)})"
        if cells.first is None:
            return cells.local
        return f"{cells.local}[{cells.first}:{cells.first + len(cells.texts)}]"

    def atom(self, piece: Text) -> Text:
        """The same value as a text that can be repeated."""
        return piece if piece.depth == 0 else Text(self.name(piece.text), piece.sort)

    def literal(self, value: Scalar, sort: ScalarSort) -> str:
        """A value of a scalar sort as an atom."""
        if isinstance(sort, EnumSort):
            assert isinstance(value, str)
            # Loose literals meet no others, so they may stay themselves; their positions differ from place to place.
            return str(sort.literals.index(value)) if self.packed and not sort.loose else repr(value)
        assert not isinstance(value, str)
        if isinstance(value, Fraction) or abs(value) >= 1 << 64:
            return self._constant(value)
        return str(value)

    def _constant(self, value: object) -> str:
        name = f"c{len(self.given)}"
        self.given[name] = value
        return name

    def _made(self, node: Expr, text: str, *args: Text) -> Text:
        depth = 1 + max((arg.depth for arg in args), default=0)
        piece = Text(text, node.sort, depth)
        return self.atom(piece) if depth >= _DEEPEST or self._uses[node] > 1 else piece

    # One method an operator.

    def constant(self, node: Expr) -> Piece:
        """The value itself; a whole array as one object, made once."""
        if not isinstance(node.sort, ArraySort):
            assert not isinstance(node.data, tuple | None)
            return Text(self.literal(node.data, as_scalar(node.sort)), node.sort)
        assert isinstance(node.data, tuple)
        cell = node.sort.cell
        data = node.data
        if self.packed and isinstance(cell, EnumSort):
            data = tuple(cell.literals.index(str(value)) for value in data)
        texts = tuple(Text(self.literal(v, cell), expr.constant(v, cell).sort) for v in node.data)
        return Cells(texts, self._constant(data))

    def not_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Negation."""
        (a,) = _scalars(args)
        return self._made(node, f"not {a}", a)

    def and_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Conjunction, which stops at the first that is false."""
        parts = _scalars(args)
        return self._made(node, " and ".join(map(str, parts)) or "True", *parts)

    def or_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Disjunction, which stops at the first that is true."""
        parts = _scalars(args)
        return self._made(node, " or ".join(map(str, parts)) or "False", *parts)

    def eq(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Equality; of arrays, of all cells."""
        texts = [self.whole(arg) if isinstance(arg, Cells) else str(arg) for arg in args]
        return self._made(node, " == ".join(texts), *_scalars(args))

    def lt(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Strictly less."""
        a, b = _scalars(args)
        return self._made(node, f"{a} < {b}", a, b)

    def le(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Less or equal."""
        a, b = _scalars(args)
        return self._made(node, f"{a} <= {b}", a, b)

    def add(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """The sum."""
        return self._made(node, _sum(_scalars(args)), *_scalars(args))

    def sub(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """The difference."""
        a, b = _scalars(args)
        return self._made(node, f"{a} - {b}", a, b)

    def mul(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """The product."""
        a, b = _scalars(args)
        return self._made(node, f"{a} * {b}", a, b)

    def div(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Floor division."""
        (a,) = _scalars(args)
        assert isinstance(node.data, int)
        return self._made(node, f"{a} // {self.literal(node.data, IntSort())}", a)

    def mod(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Remainder of floor division."""
        (a,) = _scalars(args)
        assert isinstance(node.data, int)
        return self._made(node, f"{a} % {self.literal(node.data, IntSort())}", a)

    def ite(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Choice; between arrays, of the cells that differ."""
        assert isinstance(args[0], Text)
        _, a, b = args
        if isinstance(a, Text) and isinstance(b, Text):
            return self._made(node, f"{a} if {args[0]} else {b}", args[0], a, b)
        assert isinstance(a, Cells)
        assert isinstance(b, Cells)
        if a.texts == b.texts:
            return a
        c = self.atom(args[0])
        local = self.name(f"{self.whole(a)} if {c} else {self.whole(b)}")
        return _chosen(local, a.texts, [cell.sort for cell in b.texts])

    def select(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """A cell read; outside, the default of the cell sort."""
        cells, sort = args[0], node.args[0].sort
        assert isinstance(cells, Cells)
        assert isinstance(sort, ArraySort)
        default = self.literal(default_cell(sort.cell), sort.cell)
        if (known := _known(node.args[1:])) is not None:
            at = offset(sort, known)
            return Text(default, node.sort) if at is None else cells.texts[at]
        indices = [self.atom(index) for index in _scalars(args[1:])]
        inside = _inside(sort, indices)
        local = cells.local or self.name(self.whole(cells))
        text = f"{local}[{_offset(sort, indices, cells.first or 0)}]"
        return self._made(node, f"{text} if {inside} else {default}" if inside else text)

    def store(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """A cell written; outside, nothing."""
        cells, value, sort = args[0], args[-1], node.args[0].sort
        assert isinstance(cells, Cells)
        assert isinstance(value, Text)
        assert isinstance(sort, ArraySort)
        if (known := _known(node.args[1:-1])) is not None:
            at = offset(sort, known)
            if at is None:
                return cells
            return Cells((*cells.texts[:at], self.atom(value), *cells.texts[at + 1 :]))
        if not cells.texts:
            return cells
        indices = [self.atom(index) for index in _scalars(args[1:-1])]
        inside = _inside(sort, indices)
        old = self.name(self.whole(cells)) if cells.local is None or cells.first is not None else cells.local
        at_ = self.atom(Text(_offset(sort, indices, 0), IntSort(), 1))
        new = f"({old}[:{at_}] + ({value},) + {old}[{at_} + 1:])"
        local = self.name(f"{new} if {inside} else {old}" if inside else new)
        return _chosen(local, cells.texts, [value.sort] * len(cells.texts))

    def array(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """An array from its cells."""
        return Cells(tuple(self.atom(cell) for cell in _scalars(args)))

    def count(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """How many are true: bools add up."""
        return self._made(node, _sum(_scalars(args)), *_scalars(args))

    def to_real(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """An integer as a Fraction."""
        (a,) = _scalars(args)
        return self._made(node, f"Fraction({a})", a)


def _scalars(args: Sequence[Piece]) -> list[Text]:
    return [arg for arg in args if isinstance(arg, Text)]


def _sum(parts: Sequence[Text]) -> str:
    if len(parts) > 8:  # a long sum of + nests as deep as it is long
        return f"sum(({', '.join(map(str, parts))}))"
    return " + ".join(map(str, parts)) if len(parts) > 1 else f"0{''.join(f' + {p}' for p in parts)}"


def _chosen(local: str, texts: Sequence[Text], others: Sequence[Sort]) -> Cells:
    """The cells of a tuple, each of one sort or the other."""
    sorts = [a.sort if a.sort == b else hull(a.sort, b) for a, b in zip(texts, others, strict=True)]
    return Cells(tuple(Text(f"{local}[{i}]", sort) for i, sort in enumerate(sorts)), local)


def _known(indices: Sequence[Expr]) -> list[Value] | None:
    known = [i.data for i in indices if i.op == "constant" and i.data is not None]
    return known if len(known) == len(indices) else None


def _inside(sort: ArraySort, indices: Sequence[Text]) -> str:
    """The test that all indices are inside, without what their sorts decide."""
    tests: list[str] = []
    for dim, index in zip(sort.dims, indices, strict=True):
        assert isinstance(index.sort, IntSort)
        low = "" if index.sort.lo is not None and index.sort.lo >= 0 else "0 <= "
        high = "" if index.sort.hi is not None and index.sort.hi < dim else f" < {dim}"
        if low or high:
            tests.append(f"{low}{index}{high}")
    return " and ".join(tests)


def _offset(sort: ArraySort, indices: Sequence[Text], first: int) -> str:
    at = str(indices[0])
    for dim, index in zip(sort.dims[1:], indices[1:], strict=True):
        at = f"({at}) * {dim} + {index}"
    return f"{at} + {first}" if first else at
