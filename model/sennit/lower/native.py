"""Formulas as LLVM IR text over the words of a packed state, meaning what values.py says; integers take 64 bits.

No instruction that is written here can trap or overflow: whatever a formula reads that is not there has its default,
and formulas whose values may leave 62 bits are refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sennit.expr import Expr, evaluate
from sennit.lower.packing import WIDEST, Field, NotCompiled, Packing
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
    default_cell,
    hull,
)
from sennit.values import offset


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as an operand of type i1 for a Bool and i64 for all else: a register or a number."""

    text: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Masked:
    """The Bool that is true where each of these words has, under its mask, this value."""

    tests: tuple[tuple[int, int, int], ...]

    @property
    def sort(self) -> Sort:
        """Bool."""
        return BOOL


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the state, still in its word."""

    field: Field

    @property
    def sort(self) -> Sort:
        """The cell's own."""
        return self.field.sort


@dataclass(frozen=True, slots=True)
class Cells:
    """An array, cell by cell, row-major."""

    parts: tuple[One, ...]


One: TypeAlias = Text | Masked | Cell
Piece: TypeAlias = One | Cells
TRUE, FALSE = Text("true", BOOL), Text("false", BOOL)


class Native:
    """The algebra of LLVM IR. Instructions that an operand depends on are added to `lines` as it is made.

    Every instruction is written once, and what was written can be forgotten again when its block is left.
    """

    def __init__(self, packing: Packing) -> None:
        self.lines: list[str] = []
        self.memo: dict[Expr, Piece] = {}
        self.named = 0
        self._made: dict[str, str] = {}
        self._loose: dict[str, int] = {}
        cells = [_cell(field) for field in packing.fields]
        self.env: dict[str, Piece] = {
            v.name: Cells(tuple(cells[a:b])) if isinstance(v.sort, ArraySort) else cells[a]
            for v, (a, b) in zip(packing.layout.variables, packing.layout.places, strict=True)
        }

    def piece(self, formula: Expr) -> Piece:
        """The formula in the state of the words `%w0`, `%w1`, ..."""
        return evaluate(formula, self.env, self, self.memo)

    def mark(self) -> tuple[int, int]:
        """What has been written so far, for `forget`."""
        return len(self.memo), len(self._made)

    def forget(self, mark: tuple[int, int]) -> None:
        """Uses nothing any more that was written since: it was in a block that has been left."""
        for known, most in ((self.memo, mark[0]), (self._made, mark[1])):
            while len(known) > most:
                known.popitem()

    def name(self) -> str:
        """A register that is not in use."""
        self.named += 1
        return f"%t{self.named}"

    def made(self, instruction: str) -> str:
        """The register with the result of an instruction."""
        register = self._made.get(instruction)
        if register is None:
            register = self._made[instruction] = self.name()
            self.lines.append(f"{register} = {instruction}")
        return register

    def text(self, piece: One) -> str:
        """The operand that a scalar is."""
        if isinstance(piece, Text):
            return piece.text
        if isinstance(piece, Masked):
            return self.all_of([piece])
        field = piece.field
        shifted = self.made(f"lshr i64 %w{field.word}, {field.shift}") if field.shift else f"%w{field.word}"
        number = self.made(f"and i64 {shifted}, {(1 << field.bits) - 1}")
        if isinstance(field.sort, BoolSort):
            return self.made(f"trunc i64 {number} to i1")
        return self.made(f"add i64 {number}, {field.least}") if field.least else number

    def all_of(self, parts: Sequence[One]) -> str:
        """The operand that is true where all parts are; what they ask of one word is asked at once."""
        merged = _merged(parts)
        if merged is None or FALSE in parts:
            return "false"
        tests = [self._test(word, mask, value) for word, (mask, value) in merged.items() if mask]
        tests += [self.text(part) for part in parts if _tests(part) is None and part != TRUE]
        return self._joined("and", tests) if tests else "true"

    def _test(self, word: int, mask: int, value: int) -> str:
        kept = self.made(f"and i64 %w{word}, {mask}")
        return self.made(f"icmp eq i64 {kept}, {value}")

    def _joined(self, op: str, texts: Sequence[str]) -> str:
        whole = texts[0]
        for text in texts[1:]:
            whole = self.made(f"{op} i1 {whole}, {text}")
        return whole

    def _scalars(self, args: Sequence[Piece]) -> list[str]:
        return [self.text(arg) for arg in args if not isinstance(arg, Cells)]

    def _number(self, node: Expr, instruction: str) -> Text:
        return Text(self.made(instruction), _fitting(node))

    def literal(self, value: Scalar, sort: Sort) -> Text:
        """A constant as an operand. Loose literals meet no others, and are numbered as they come."""
        if isinstance(sort, EnumSort):
            assert isinstance(value, str)
            if sort.loose:
                return Text(str(self._loose.setdefault(value, len(self._loose))), sort)
            return Text(str(sort.literals.index(value)), sort)
        if isinstance(value, bool):
            return TRUE if value else FALSE
        assert isinstance(value, int)
        return Text(str(value), IntSort(value, value))

    # One method an operator.

    def constant(self, node: Expr) -> Piece:
        """The value itself."""
        _fitting(node)
        if isinstance(node.sort, ArraySort):
            assert isinstance(node.data, tuple)
            return Cells(tuple(self.literal(value, node.sort.cell) for value in node.data))
        assert not isinstance(node.data, tuple | None)
        return self.literal(node.data, node.sort)

    def not_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Negation; of the test of one bit, the test for the other value."""
        (a,) = args
        assert not isinstance(a, Cells)
        match _tests(a):
            case ((word, mask, value),) if mask & (mask - 1) == 0:
                return Masked(((word, mask, mask ^ value),))
        return Text(self.made(f"xor i1 {self.text(a)}, true"), BOOL)

    def and_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Conjunction."""
        parts = _ones(args)
        merged = _merged(parts)
        if merged is None or FALSE in parts:
            return FALSE
        if all(_tests(part) is not None for part in parts):
            return Masked(tuple((word, mask, value) for word, (mask, value) in merged.items()))
        return Text(self.all_of(parts), BOOL)

    def or_(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Disjunction."""
        texts = self._scalars(args)
        return Text(self._joined("or", texts), BOOL) if texts else FALSE

    def eq(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Equality; of arrays, of all cells."""
        a, b = args
        if isinstance(a, Cells):
            assert isinstance(b, Cells)
            return self.and_(node, [self._equal(x, y) for x, y in zip(a.parts, b.parts, strict=True)])
        assert not isinstance(b, Cells)
        return self._equal(a, b)

    def _equal(self, a: One, b: One) -> One:
        if isinstance(b, Cell):
            a, b = b, a
        if isinstance(a, Cell) and isinstance(b, Text) and not isinstance(b.sort, BoolSort) and _is_number(b.text):
            bits = int(b.text) - a.field.least
            if bits < 0 or bits >> a.field.bits:
                return FALSE
            return Masked(((a.field.word, a.field.mask, bits << a.field.shift),))
        kind = _type(a.sort)
        return Text(self.made(f"icmp eq {kind} {self.text(a)}, {self.text(b)}"), BOOL)

    def lt(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Strictly less."""
        a, b = self._scalars(args)
        return Text(self.made(f"icmp slt i64 {a}, {b}"), BOOL)

    def le(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Less or equal."""
        a, b = self._scalars(args)
        return Text(self.made(f"icmp sle i64 {a}, {b}"), BOOL)

    def add(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """The sum. It fits, so it is right even where sums on the way wrap."""
        whole, *rest = self._scalars(args)
        for text in rest:
            whole = self.made(f"add i64 {whole}, {text}")
        return Text(whole, _fitting(node))

    def sub(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """The difference."""
        a, b = self._scalars(args)
        return self._number(node, f"sub i64 {a}, {b}")

    def mul(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """The product."""
        a, b = self._scalars(args)
        return self._number(node, f"mul i64 {a}, {b}")

    def div(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Floor division: what the machine rounds up is one less."""
        (a,) = self._scalars(args)
        _fitting(node)
        if _never_negative(node.args[0]):
            return self._number(node, f"udiv i64 {a}, {node.data}")
        whole, negative = self.made(f"sdiv i64 {a}, {node.data}"), self._negative_rest(a, node)
        return self._number(node, f"add i64 {whole}, {self.made(f'sext i1 {negative} to i64')}")

    def mod(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Remainder of floor division."""
        (a,) = self._scalars(args)
        _fitting(node)
        if _never_negative(node.args[0]):
            return self._number(node, f"urem i64 {a}, {node.data}")
        negative, rest = self._negative_rest(a, node), self.made(f"srem i64 {a}, {node.data}")
        return self._number(node, f"add i64 {rest}, {self.made(f'select i1 {negative}, i64 {node.data}, i64 0')}")

    def _negative_rest(self, a: str, node: Expr) -> str:
        return self.made(f"icmp slt i64 {self.made(f'srem i64 {a}, {node.data}')}, 0")

    def ite(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Choice; between arrays, cell by cell."""
        c, a, b = args
        assert not isinstance(c, Cells)
        if not isinstance(a, Cells):
            assert not isinstance(b, Cells)
            return self._choice(c, a, b)
        assert isinstance(b, Cells)
        return Cells(tuple(self._choice(c, x, y) for x, y in zip(a.parts, b.parts, strict=True)))

    def _choice(self, c: One, a: One, b: One) -> One:
        if a == b or c == TRUE:
            return a
        if c == FALSE:
            return b
        kind, sort = _type(a.sort), a.sort if a.sort == b.sort else hull(a.sort, b.sort)
        return Text(self.made(f"select i1 {self.text(c)}, {kind} {self.text(a)}, {kind} {self.text(b)}"), sort)

    def select(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """A cell read; outside, the default of the cell sort."""
        cells, sort = args[0], node.args[0].sort
        assert isinstance(cells, Cells)
        assert isinstance(sort, ArraySort)
        default = self.literal(default_cell(sort.cell), sort.cell)
        known = _known(node.args[1:])
        if known is not None or not cells.parts:
            at = None if known is None else offset(sort, known)
            return default if at is None else cells.parts[at]
        inside, place = self._place(sort, node.args[1:], args[1:])
        found = self._read(cells.parts, place)
        return self._choice(inside, Text(found, node.sort), default)

    def _read(self, cells: Sequence[One], place: str) -> str:
        """The cell at a place that is inside: shifted out of its word, or found bit by bit of the place."""
        kind = _type(cells[0].sort)
        if (run := _run(cells)) is not None:
            step = self.made(f"mul i64 {place}, {run.bits}")
            shift = self.made(f"and i64 {self.made(f'add i64 {step}, {run.shift}')}, 63")
            number = self.made(f"and i64 {self.made(f'lshr i64 %w{run.word}, {shift}')}, {(1 << run.bits) - 1}")
            if kind == "i1":
                return self.made(f"trunc i64 {number} to i1")
            return self.made(f"add i64 {number}, {run.least}")
        level, bit = [self.text(cell) for cell in cells], 0
        while len(level) > 1:
            odd = self.made(f"trunc i64 {self.made(f'lshr i64 {place}, {bit}')} to i1")
            pairs = itertools.zip_longest(level[::2], level[1::2])
            level = [a if b is None else self.made(f"select i1 {odd}, {kind} {b}, {kind} {a}") for a, b in pairs]
            bit += 1
        return level[0]

    def store(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """A cell written; outside, nothing."""
        cells, value, sort = args[0], args[-1], node.args[0].sort
        assert isinstance(cells, Cells)
        assert not isinstance(value, Cells)
        assert isinstance(sort, ArraySort)
        known = _known(node.args[1:-1])
        if known is not None or not cells.parts:
            at = None if known is None else offset(sort, known)
            return cells if at is None else Cells((*cells.parts[:at], value, *cells.parts[at + 1 :]))
        inside, place = self._place(sort, node.args[1:-1], args[1:-1])
        parts: list[One] = []
        for at, old in enumerate(cells.parts):
            here = Text(self.made(f"icmp eq i64 {place}, {at}"), BOOL)
            parts.append(self._choice(Text(self.all_of([inside, here]), BOOL), value, old))
        return Cells(tuple(parts))

    def _place(self, sort: ArraySort, indices: Sequence[Expr], args: Sequence[Piece]) -> tuple[One, str]:
        """Whether all indices are inside, without what their sorts decide, and the position that they mean."""
        texts = self._scalars(args)
        tests: list[One] = []
        place = texts[0]
        for number, (dim, index, text) in enumerate(zip(sort.dims, indices, texts, strict=True)):
            assert isinstance(index.sort, IntSort)
            if not _never_negative(index) or index.sort.hi is None or index.sort.hi >= dim:
                tests.append(Text(self.made(f"icmp ult i64 {text}, {dim}"), BOOL))  # below zero is very large
            if number > 0:
                place = self.made(f"add i64 {self.made(f'mul i64 {place}, {dim}')}, {text}")
        return (Text(self.all_of(tests), BOOL) if tests else TRUE), place

    def array(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """An array from its cells."""
        return Cells(tuple(_ones(args)))

    def count(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """How many are true; of bits of one word, by one instruction."""
        bits: dict[int, int] = {}
        terms: list[str] = []
        for part in _ones(args):
            match _tests(part):
                case ((word, mask, value),) if (
                    mask & (mask - 1) == 0 and mask == value and not bits.get(word, 0) & mask
                ):
                    bits[word] = bits.get(word, 0) | mask
                case _:
                    terms.append(self.made(f"zext i1 {self.text(part)} to i64"))
        for word, mask in bits.items():
            kept = self.made(f"and i64 %w{word}, {mask}")
            terms.append(self.made(f"call i64 @llvm.ctpop.i64(i64 {kept})"))
        whole = terms[0] if terms else "0"
        for text in terms[1:]:
            whole = self.made(f"add i64 {whole}, {text}")
        return Text(whole, node.sort)

    def to_real(self, node: Expr, args: Sequence[Piece]) -> Piece:
        """Reals are outside the fragment: raises NotCompiled."""
        raise NotCompiled(f"{node} is a Real, and reals are not compiled")

    # What a step makes.

    def within(self, new: One, sort: ScalarSort) -> list[One]:
        """The tests that a new value is one of the cell's sort, without what its own sort decides."""
        if not isinstance(sort, IntSort):
            return []
        assert isinstance(new.sort, IntSort)
        tests: list[One] = []
        for op, bound, own in (("sge", sort.lo, new.sort.lo), ("sle", sort.hi, new.sort.hi)):
            assert bound is not None
            if own is None or (own < bound if op == "sge" else own > bound):
                tests.append(Text(self.made(f"icmp {op} i64 {self.text(new)}, {bound}"), BOOL))
        return tests

    def word(self, number: int, changes: Mapping[Field, One]) -> str:
        """The word of the next state in which these fields change. What does not fit into its field spoils others."""
        kept, fixed = (1 << 64) - 1, 0
        parts: list[str] = []
        for field, new in changes.items():
            kept &= ~field.mask
            text = self.text(new)
            if text in ("true", "false") or _is_number(text):
                value = {"true": 1, "false": 0}.get(text)
                fixed |= ((int(text) if value is None else value) - field.least) << field.shift & field.mask
                continue
            if isinstance(field.sort, BoolSort):
                text = self.made(f"zext i1 {text} to i64")
            elif field.least:
                text = self.made(f"sub i64 {text}, {field.least}")
            parts.append(self.made(f"shl i64 {text}, {field.shift}") if field.shift else text)
        whole = self.made(f"and i64 %w{number}, {kept if kept < 1 << 63 else kept - (1 << 64)}")
        for part in (*parts, *([str(fixed)] if fixed else [])):
            whole = self.made(f"or i64 {whole}, {part}")
        return whole


def _cell(field: Field) -> One:
    if field.bits:
        return Cell(field)
    least = field.least
    return (TRUE if least else FALSE) if isinstance(field.sort, BoolSort) else Text(str(least), field.sort)


def _ones(args: Sequence[Piece]) -> list[One]:
    return [arg for arg in args if not isinstance(arg, Cells)]


def _tests(part: One) -> tuple[tuple[int, int, int], ...] | None:
    """What a Bool asks of the words under masks, if that is all it asks."""
    if isinstance(part, Masked):
        return part.tests
    if isinstance(part, Cell):
        return ((part.field.word, part.field.mask, part.field.mask),)
    return () if part == TRUE else None


def _merged(parts: Sequence[One]) -> dict[int, tuple[int, int]] | None:
    """All that Bools ask of each word under masks; None where they contradict each other."""
    merged: dict[int, tuple[int, int]] = {}
    for part in parts:
        for word, mask, value in _tests(part) or ():
            known, wanted = merged.get(word, (0, 0))
            if (wanted ^ value) & known & mask:
                return None
            merged[word] = (known | mask, wanted | value)
    return merged


def _run(cells: Sequence[One]) -> Field | None:
    """The first field, if the cells lie side by side in one word."""
    fields = [cell.field for cell in cells if isinstance(cell, Cell)]
    if len(fields) < len(cells) or fields[0].bits == 0:
        return None
    first = fields[0]
    side_by_side = all(
        f.word == first.word
        and f.bits == first.bits
        and f.least == first.least
        and f.shift == first.shift + at * f.bits
        for at, f in enumerate(fields)
    )
    return first if side_by_side else None


def _known(indices: Sequence[Expr]) -> list[int] | None:
    known = [i.data for i in indices if i.op == "constant" and isinstance(i.data, int)]
    return known if len(known) == len(indices) else None


def _fitting(node: Expr) -> Sort:
    """The node's sort; raises NotCompiled where its numbers do not fit."""
    sort = node.sort.cell if isinstance(node.sort, ArraySort) else node.sort
    if isinstance(sort, RealSort):
        raise NotCompiled(f"{node} is a Real, and reals are not compiled")
    ends = (sort.lo, sort.hi, node.data if node.op in ("div", "mod") else 0) if isinstance(sort, IntSort) else ()
    if any(not isinstance(end, int) or abs(end) >> WIDEST for end in ends):
        raise NotCompiled(f"{node} may take values beyond {WIDEST} bits")
    return node.sort


def _never_negative(node: Expr) -> bool:
    return isinstance(node.sort, IntSort) and node.sort.lo is not None and node.sort.lo >= 0


def _type(sort: Sort) -> str:
    return "i1" if isinstance(sort, BoolSort) else "i64"


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit()
