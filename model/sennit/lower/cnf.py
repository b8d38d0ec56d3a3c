"""Formulas as clauses: the algebra `Bits`, and a SAT solver that keeps to a budget.

Literals are DIMACS integers, 1 being true. A Bool is a literal, an Enum a literal for each of its names, an integer
its bits in two's complement, least first and the sign last, as many as its sort needs, so that nothing overflows. An
array is the list of its cells. Gates are hashed, so what is equal in form is one literal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias, cast

from pysat.solvers import Solver

from sennit.budget import Budget, OutOfTime
from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.sort import ArraySort, BoolSort, EnumSort, IntSort, RealSort, Scalar, ScalarSort, Sort, Value, default_cell

TRUE, FALSE = 1, -1
Number: TypeAlias = tuple[int, ...]
Choice: TypeAlias = dict[str, int]
Bit: TypeAlias = int | Number | Choice | list["Bit"]
_SLICE = 500  # conflicts between two looks at the clock: hundredths of a second
_SOLVER = "minisat22"


class Sat:
    """An incremental solver. `ask` raises OutOfTime at the end of the budget; Ctrl-C is heard within the second."""

    def __init__(self, budget: Budget) -> None:
        self._solver = Solver(name=_SOLVER)
        self._budget = budget
        self.asked = 0

    def add(self, clauses: Iterable[Iterable[int]]) -> None:
        """States clauses."""
        for clause in clauses:
            self._solver.add_clause(list(clause))

    def ask(self, assumptions: Sequence[int]) -> bool:
        """Whether all clauses and assumptions can be true together."""
        self.asked += 1
        if self.asked % 16 == 0 and self._budget.over():
            raise OutOfTime
        while True:
            self._solver.conf_budget(_SLICE)
            # Asked not to interrupt, pysat would replace Python's own handler of Ctrl-C, and jump out of C++.
            answer: bool | None = self._solver.solve_limited(assumptions=list(assumptions), expect_interrupt=True)
            if answer is not None:
                return answer
            if self._budget.over():
                raise OutOfTime

    def model(self) -> list[int]:
        """After a yes: for each variable, at its own place, whether it is true, as a literal; place 0 is none."""
        return [0, *self._solver.get_model()]

    def core(self) -> set[int]:
        """After a no: assumptions that suffice for it."""
        return set(self._solver.get_core() or ())

    def close(self) -> None:
        """Frees the solver's memory."""
        self._solver.delete()


def versions() -> tuple[tuple[str, str], ...]:
    """What a verdict names."""
    from pysat import __version__

    return (("python-sat", str(__version__)),)


class Bits:
    """The algebra of literals: `evaluate(formula, env, bits)`. `clauses` says what the literals mean."""

    def __init__(self) -> None:
        self.variables = 1
        self.clauses: list[tuple[int, ...]] = [(TRUE,)]
        self._gates: dict[tuple[str, tuple[int, ...]], int] = {}

    # -- variables and values -----------------------------------------------------------------------------------------

    def new(self) -> int:
        """A literal that nothing is known of."""
        self.variables += 1
        return self.variables

    def fresh(self, sort: Sort) -> Bit:
        """Any value of a finite sort. Raises Misuse for others."""
        match sort:
            case ArraySort():
                return [self.fresh(sort.cell) for _ in range(sort.cells)]
            case BoolSort():
                return self.new()
            case EnumSort():
                return self._one_of(sort.literals)
            case IntSort(lo=int(lo), hi=int(hi)):
                number = tuple(self.new() for _ in range(_width(lo, hi)))
                self.clauses += [(-self._less(number, self.number(lo)),), (-self._less(self.number(hi), number),)]
                return number
        raise Misuse(f"{sort} cannot be said in bits: it has no end of values")

    def _one_of(self, names: Sequence[str]) -> Choice:
        if len(names) == 1:
            return {names[0]: TRUE}
        if len(names) == 2:
            first = self.new()
            return {names[0]: first, names[1]: -first}
        chosen = [self.new() for _ in names]
        self.clauses.append(tuple(chosen))
        self.at_most_one(chosen)
        return dict(zip(names, chosen, strict=True))

    def at_most_one(self, literals: Sequence[int]) -> None:
        """No two of them are true."""
        if len(literals) <= 6:
            self.clauses += [(-a, -b) for i, a in enumerate(literals) for b in literals[i + 1 :]]
            return
        head, tail = literals[:5], literals[5:]
        some = self.new()
        self.clauses += [(-a, some) for a in head]
        self.at_most_one(head)
        self.at_most_one([some, *tail])

    def value(self, model: Sequence[int], bit: Bit, sort: Sort) -> Value:
        """The value that a model gives."""
        match sort:
            case ArraySort(cell=cell):
                return cast("tuple[Scalar, ...]", tuple(self.value(model, b, cell) for b in cast("list[Bit]", bit)))
            case BoolSort():
                return _holds(model, cast("int", bit))
            case EnumSort():
                return next(name for name, literal in cast("Choice", bit).items() if _holds(model, literal))
        number = cast("Number", bit)
        total = sum(_holds(model, b) << i for i, b in enumerate(number[:-1]))
        return total - (_holds(model, number[-1]) << (len(number) - 1))

    def number(self, value: int) -> Number:
        """The bits of a constant."""
        return tuple(TRUE if value >> i & 1 else FALSE for i in range(_width(value, value)))

    # -- gates --------------------------------------------------------------------------------------------------------

    def all_of(self, literals: Iterable[int]) -> int:
        """A literal for their conjunction; of nothing, true."""
        different = {x for x in literals if x != TRUE}
        if not different:
            return TRUE
        if FALSE in different or any(-x in different for x in different if x > 0):
            return FALSE
        parts = sorted(different)
        if len(parts) == 1:
            return parts[0]
        key = ("and", tuple(parts))
        if key not in self._gates:
            gate = self._gates[key] = self.new()
            self.clauses += [(-gate, x) for x in parts]
            self.clauses.append((gate, *(-x for x in parts)))
        return self._gates[key]

    def any_of(self, literals: Iterable[int]) -> int:
        """A literal for their disjunction; of nothing, false."""
        return -self.all_of(-x for x in literals)

    def either(self, a: int, b: int) -> int:
        """A literal that is true where exactly one of two is."""
        if abs(a) == TRUE or abs(b) == TRUE:
            constant, other = (a, b) if abs(a) == TRUE else (b, a)
            return -other if constant == TRUE else other
        if abs(a) == abs(b):
            return FALSE if a == b else TRUE
        flip = (a < 0) != (b < 0)
        key = ("xor", tuple(sorted((abs(a), abs(b)))))
        if key not in self._gates:
            gate, x, y = self.new(), *key[1]
            self._gates[key] = gate
            self.clauses += [(-gate, x, y), (-gate, -x, -y), (gate, -x, y), (gate, x, -y)]
        return -self._gates[key] if flip else self._gates[key]

    def choose(self, when: int, a: int, b: int) -> int:
        """A literal for `a` where `when` is true, else `b`."""
        if when == TRUE or a == b:
            return a
        if when == FALSE:
            return b
        if when < 0:
            when, a, b = -when, b, a
        if TRUE in (abs(a), abs(b)) or abs(a) == abs(b) or when in (abs(a), abs(b)):
            return self.any_of([self.all_of([when, a]), self.all_of([-when, b])])
        key = ("ite", (when, a, b))
        if key not in self._gates:
            gate = self._gates[key] = self.new()
            self.clauses += [(-gate, -when, a), (gate, -when, -a), (-gate, when, b), (gate, when, -b)]
            self.clauses += [(-gate, a, b), (gate, -a, -b)]
        return self._gates[key]

    # -- the operators ------------------------------------------------------------------------------------------------

    def constant(self, node: Expr) -> Bit:
        """A literal, or many."""
        if isinstance(node.sort, ArraySort):
            return [self._scalar(value, node.sort.cell) for value in cast("tuple[Scalar, ...]", node.data)]
        return self._scalar(cast("Scalar", node.data), cast("ScalarSort", node.sort))

    def not_(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Negation."""
        return -cast("int", args[0])

    def and_(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Conjunction."""
        return self.all_of(cast("Sequence[int]", args))

    def or_(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Disjunction."""
        return self.any_of(cast("Sequence[int]", args))

    def eq(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Equality."""
        return self._same(args[0], args[1])

    def lt(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Strictly less."""
        return self._less(*self._integers(node, args))

    def le(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Less or equal."""
        a, b = self._integers(node, args)
        return -self._less(b, a)

    def add(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """The sum."""
        return self._fitted(self._total(self._integers(node, args)), node)

    def sub(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """The difference."""
        a, b = self._integers(node, args)
        return self._fitted(self._sum(a, tuple(-x for x in _longer(b, len(b) + 1)), TRUE), node)

    def mul(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """The product: the first number once for each bit of the second, the sign bit's with a minus."""
        a, b = self._integers(node, args)
        width = len(a) + len(b)
        rows = [(*[FALSE] * i, *(self.all_of([x, bit]) for x in _longer(a, width - i))) for i, bit in enumerate(b)]
        last = tuple(-x for x in rows.pop())
        result: Number = self.number(0)
        for row in rows:
            result = self._sum(result, row)[:width]
        return self._fitted(self._sum(_longer(result, width), last, TRUE)[:width], node)

    def div(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Floor division."""
        return self._divided(node, args[0])[0]

    def mod(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Remainder of floor division."""
        return self._divided(node, args[0])[1]

    def ite(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """Choice."""
        return self._mux(cast("int", args[0]), args[1], args[2])

    def select(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """The cell at the indices, the default of the cell sort outside."""
        sort = cast("ArraySort", node.args[0].sort)
        result = self._scalar(default_cell(sort.cell), sort.cell)
        for cell, here in zip(cast("list[Bit]", args[0]), self._places(sort, args[1:]), strict=True):
            if here == TRUE:
                return cell
            result = self._mux(here, cell, result)
        return result

    def store(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """The array with one cell set; outside, as it was."""
        places = self._places(cast("ArraySort", node.sort), args[1:-1])
        return [self._mux(here, args[-1], c) for c, here in zip(cast("list[Bit]", args[0]), places, strict=True)]

    def array(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """The list of its cells."""
        return list(args)

    def count(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """How many are true."""
        return self._fitted(self._total([(cast("int", arg), FALSE) for arg in args]), node)

    def to_real(self, node: Expr, args: Sequence[Bit]) -> Bit:
        """An integer as a real, which is compared as such."""
        return args[0]

    # -- parts of operators -------------------------------------------------------------------------------------------

    def _scalar(self, value: Scalar, sort: ScalarSort) -> Bit:
        if isinstance(value, bool):
            return TRUE if value else FALSE
        if isinstance(value, str):
            return {value: TRUE}
        if isinstance(value, Fraction) and value.denominator != 1:
            raise Misuse(f"{value} cannot be said in bits: it is no integer")
        return self.number(int(value))

    def _integers(self, node: Expr, args: Sequence[Bit]) -> list[Number]:
        return [cast("Number", arg) for arg in args]

    def _same(self, a: Bit, b: Bit) -> int:
        if isinstance(a, list):
            return self.all_of(self._same(x, y) for x, y in zip(a, cast("list[Bit]", b), strict=True))
        if isinstance(a, dict):
            other = cast("Choice", b)
            return self.any_of(self.all_of([a[name], other[name]]) for name in a if name in other)
        if isinstance(a, int):
            return -self.either(a, cast("int", b))
        width = max(len(a), len(cast("Number", b)))
        pairs = zip(_longer(a, width), _longer(cast("Number", b), width), strict=True)
        return self.all_of(-self.either(x, y) for x, y in pairs)

    def _less(self, a: Number, b: Number) -> int:
        width = max(len(a), len(b))
        less = FALSE
        signs = [*[1] * (width - 1), -1]
        for x, y, sign in zip(_longer(a, width), _longer(b, width), signs, strict=True):
            less = self.choose(self.either(x, y), y * sign, less)
        return less

    def _sum(self, a: Number, b: Number, carry: int = FALSE) -> Number:
        width = max(len(a), len(b)) + 1
        result: list[int] = []
        for x, y in zip(_longer(a, width), _longer(b, width), strict=True):
            half = self.either(x, y)
            result.append(self.either(half, carry))
            carry = self.choose(half, carry, x)
        return tuple(result)

    def _total(self, numbers: Sequence[Number]) -> Number:
        """Their sum, by halves, so that few bits are added often."""
        if len(numbers) <= 1:
            return numbers[0] if numbers else self.number(0)
        half = len(numbers) // 2
        return self._sum(self._total(numbers[:half]), self._total(numbers[half:]))

    def _fitted(self, number: Number, node: Expr) -> Number:
        """As many bits as the sort of the node needs."""
        sort = cast("IntSort | RealSort", node.sort)
        if sort.lo is None or sort.hi is None:
            raise Misuse(f"{node} cannot be said in bits: it has no bounds")
        return _longer(number, _width(int(sort.lo), int(sort.hi)))

    def _divided(self, node: Expr, number: Bit) -> tuple[Number, Number]:
        """Quotient and remainder, which exactly one pair of numbers can be."""
        divisor, sort = cast("int", node.data), cast("IntSort", node.args[0].sort)
        if sort.lo is None or sort.hi is None:
            raise Misuse(f"{node} cannot be said in bits: it has no bounds")
        quotient = cast("Number", self.fresh(IntSort(sort.lo // divisor, sort.hi // divisor)))
        remainder = cast("Number", self.fresh(IntSort(0, divisor - 1)))
        multiples = [(*[FALSE] * i, *quotient) for i in range(divisor.bit_length()) if divisor >> i & 1]
        self.clauses.append((self._same(number, self._total([*multiples, remainder])),))
        return quotient, remainder

    def _mux(self, when: int, a: Bit, b: Bit) -> Bit:
        if when == TRUE:
            return a
        if when == FALSE:
            return b
        if isinstance(a, list):
            return [self._mux(when, x, y) for x, y in zip(a, cast("list[Bit]", b), strict=True)]
        if isinstance(a, dict):
            other = cast("Choice", b)
            return {name: self.choose(when, a.get(name, FALSE), other.get(name, FALSE)) for name in {**a, **other}}
        if isinstance(a, int):
            return self.choose(when, a, cast("int", b))
        width = max(len(a), len(cast("Number", b)))
        pairs = zip(_longer(a, width), _longer(cast("Number", b), width), strict=True)
        return tuple(self.choose(when, x, y) for x, y in pairs)

    def _places(self, sort: ArraySort, indices: Sequence[Bit]) -> list[int]:
        """For each cell, when the indices mean it."""
        places = [TRUE]
        for dim, index in zip(sort.dims, indices, strict=True):
            here = [self._same(index, self.number(i)) for i in range(dim)]
            places = [self.all_of([before, now]) for before in places for now in here]
        return places


def _holds(model: Sequence[int], literal: int) -> bool:
    return model[abs(literal)] == literal


def _width(lo: int, hi: int) -> int:
    return max(hi.bit_length() if hi >= 0 else (-hi - 1).bit_length(), (-lo - 1).bit_length() if lo < 0 else 0) + 1


def _longer(number: Number, width: int) -> Number:
    """The number in so many bits: its sign repeated, or dropped where it is known to fit."""
    return (
        (*number, *[number[-1]] * (width - len(number)))
        if len(number) < width
        else (*number[: width - 1], number[width - 1])
    )
