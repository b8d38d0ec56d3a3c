"""Formulas as SMT-LIB 2.6 text, and cvc5 as a second opinion that reads nothing but the text.

Integers are mathematical, an Enum is the number of its literal, an array a variable for each cell. Every name begins
with `$`, so none is a symbol of a theory. What is used twice is defined once, so text grows as the formula does, except
below a quantifier. A Sort without a size is declared as one, and a function on its members as a function.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeAlias, cast

import cvc5

from sennit.errors import Misuse
from sennit.expr import Expr, evaluate, free, order
from sennit.notation import cell_names
from sennit.sort import (
    BOOL,
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
    as_scalar,
    default_cell,
    without_size,
)

Text: TypeAlias = str | tuple[str, ...]  # of an array, the texts of its cells
_MEANWHILE = 0.7  # seconds for which a process may be deaf to everything else
_LONGEST = 400  # characters that a formula used once may have before it gets a name


def script(assertions: Sequence[Expr], declarations: Mapping[str, Sort] | None = None) -> str:
    """Text that asks whether Bool formulas can be true together, each variable within its sort.

    Declares the free variables, and first of all `declarations`. Raises Misuse for a name that SMT-LIB cannot quote.
    """
    sorts = dict(declarations or {})
    for formula in assertions:
        sorts |= free(formula)
    lines = ["(set-logic ALL)", *(f"(declare-sort {symbol(name)} 0)" for name in open_sorts(assertions, sorts))]
    for name, sort in sorts.items():
        lines += _declared(name, sort)
    text = Smt(_uses(assertions), lines)
    env = {name: _variable(name, sort) for name, sort in sorts.items()}
    memo: dict[Expr, Text] = {}
    for formula in assertions:
        lines.append(f"(assert {evaluate(formula, env, text, memo)})")
    return "\n".join([*lines, "(check-sat)", ""])


def open_sorts(formulas: Sequence[Expr], variables: Mapping[str, Sort]) -> list[str]:
    """The Sorts without a size that formulas and variables are about, in order of first appearance."""
    found: dict[str, None] = {}
    seen: dict[Expr, None] = {}
    for formula in formulas:
        seen |= dict.fromkeys(order(formula, seen))
    for sort in (*variables.values(), *(node.sort for node in seen)):
        found |= dict.fromkeys(without_size(sort))
    return list(found)


def ask_cvc5(text: str, seconds: float, seed: int = 0) -> str:
    """What cvc5 answers to one `(check-sat)`: sat, unsat, or unknown, also where `seconds` do not suffice.

    Nothing else of this process goes on meanwhile, not even Ctrl-C. Raises ValueError with cvc5's own words where it
    cannot read the text.
    """
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", str(max(1, int(min(seconds, 1e6) * 1000))))
    if "(declare-sort " in text:  # tries all instances in turn, which ends where there are finitely many
        solver.setOption("enum-inst", "true")
    if seed:
        solver.setOption("seed", str(seed))
        solver.setOption("sat-random-seed", str(seed))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "formulas")
    said = ""
    try:
        while not (command := parser.nextCommand()).isNull():
            said += str(command.invoke(solver, parser.getSymbolManager()))
    except RuntimeError as error:
        raise ValueError(f"cvc5 cannot read this text: {error}") from error
    answer = re.sub(r"^unknown \(.*\)$", "unknown", said.strip())  # cvc5 adds why it does not know
    if answer not in ("sat", "unsat", "unknown"):
        raise ValueError(f"cvc5 was asked for one answer and said {answer!r}")
    return answer


def ask_cvc5_apart(text: str, seconds: float) -> str:
    """As `ask_cvc5`, what is hard in a process of its own, so that this one hears of Ctrl-C within a second."""
    began = time.monotonic()
    answer = ask_cvc5(text, min(seconds, _MEANWHILE))
    left = seconds - (time.monotonic() - began)
    if answer != "unknown" or left < _MEANWHILE:
        return answer
    code = f"import sys; from {__name__} import ask_cvc5; print(ask_cvc5(sys.stdin.read(), {left}))"
    command = [sys.executable, "-P", "-c", f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); {code}"]
    try:
        done = subprocess.run(
            [*command, json.dumps(sys.path)], input=text, capture_output=True, text=True, timeout=left, check=False
        )
    except subprocess.TimeoutExpired:
        return "unknown"
    said = done.stdout.strip()
    return said if said in ("sat", "unsat") else "unknown"


def versions() -> tuple[tuple[str, str], ...]:
    """What a verdict names."""
    return (("cvc5", cvc5.__version__),)


def symbol(name: str) -> str:
    """The name as a symbol that is none of SMT-LIB's own; raises Misuse where it cannot be quoted."""
    if "|" in name or "\\" in name or not name.isprintable():
        raise Misuse(f"{name!r} has no spelling in SMT-LIB: use no |, no backslash and no control characters in names")
    plain = name.isascii() and all(c.isalnum() or c in "_.@" for c in name)
    return f"${name}" if plain else f"|${name}|"


class Smt:
    """The algebra of SMT-LIB text. What is used more than once, or grows long, is defined in a line of its own."""

    def __init__(self, uses: Mapping[Expr, int], lines: list[str]) -> None:
        self._uses, self._lines = uses, lines
        self._defined = 0
        self._loose: dict[str, int] = {}
        self._below = 0  # how many quantifiers are open: what is below one has no name outside it

    def bind(self, node: Expr, body: Callable[[Sequence[Text]], Text]) -> Text:
        """A quantifier; bound variables are named by their numbers."""
        assert node.op != "lambda_", "functions are applied before they are written"
        names = [f"b{bound.data}" for bound in node.args[:-1]]
        self._below += 1
        inside = body(names)
        self._below -= 1
        bound = " ".join(f"({name} {_sort(b.sort)})" for name, b in zip(names, node.args[:-1], strict=True))
        return self._kept(node, f"({node.op} ({bound}) {inside})")

    def constant(self, node: Expr) -> Text:
        """A literal; of an array, one for each cell."""
        if isinstance(node.sort, ArraySort):
            return tuple(self._scalar(value, node.sort.cell) for value in cast("tuple[Scalar, ...]", node.data))
        return self._scalar(cast("Scalar", node.data), as_scalar(node.sort))

    def not_(self, node: Expr, args: Sequence[Text]) -> Text:
        """Negation."""
        return self._kept(node, f"(not {args[0]})")

    def and_(self, node: Expr, args: Sequence[Text]) -> Text:
        """Conjunction."""
        return self._kept(node, _joined("and", args, "true"))

    def or_(self, node: Expr, args: Sequence[Text]) -> Text:
        """Disjunction."""
        return self._kept(node, _joined("or", args, "false"))

    def eq(self, node: Expr, args: Sequence[Text]) -> Text:
        """Equality; of arrays, of all their cells."""
        if isinstance(args[0], str):
            return self._kept(node, f"(= {args[0]} {args[1]})")
        return self._kept(node, _joined("and", [f"(= {a} {b})" for a, b in zip(*args, strict=True)], "true"))

    def lt(self, node: Expr, args: Sequence[Text]) -> Text:
        """Strictly less."""
        return self._kept(node, f"(< {args[0]} {args[1]})")

    def le(self, node: Expr, args: Sequence[Text]) -> Text:
        """Less or equal."""
        return self._kept(node, f"(<= {args[0]} {args[1]})")

    def add(self, node: Expr, args: Sequence[Text]) -> Text:
        """The sum."""
        return self._kept(node, _joined("+", args, "0"))

    def sub(self, node: Expr, args: Sequence[Text]) -> Text:
        """The difference."""
        return self._kept(node, f"(- {args[0]} {args[1]})")

    def mul(self, node: Expr, args: Sequence[Text]) -> Text:
        """The product."""
        return self._kept(node, f"(* {args[0]} {args[1]})")

    def div(self, node: Expr, args: Sequence[Text]) -> Text:
        """Floor division, which SMT-LIB's is where the divisor is positive."""
        return self._kept(node, f"(div {args[0]} {node.data})")

    def mod(self, node: Expr, args: Sequence[Text]) -> Text:
        """Remainder of floor division."""
        return self._kept(node, f"(mod {args[0]} {node.data})")

    def ite(self, node: Expr, args: Sequence[Text]) -> Text:
        """Choice; of arrays, cell by cell."""
        if isinstance(args[1], str):
            return self._kept(node, f"(ite {args[0]} {args[1]} {args[2]})")
        when = self._named(str(args[0]), BOOL)
        return self._kept(node, tuple(f"(ite {when} {a} {b})" for a, b in zip(*args[1:], strict=True)))

    def select(self, node: Expr, args: Sequence[Text]) -> Text:
        """The cell at the indices, the default of the cell sort outside."""
        if isinstance(node.args[0].sort, FunctionSort):
            return self._kept(node, f"({' '.join(map(str, args))})")
        sort = cast("ArraySort", node.args[0].sort)
        result = self._scalar(default_cell(sort.cell), sort.cell)
        for cell, here in reversed(list(zip(args[0], self._places(sort, args[1:]), strict=True))):
            result = f"(ite {here} {cell} {result})"
        return self._kept(node, result)

    def store(self, node: Expr, args: Sequence[Text]) -> Text:
        """The array with one cell set; outside, as it was."""
        sort = cast("ArraySort", node.sort)
        value = self._named(str(args[-1]), sort.cell)
        places = self._places(sort, args[1:-1])
        return self._kept(node, tuple(f"(ite {here} {value} {c})" for c, here in zip(args[0], places, strict=True)))

    def array(self, node: Expr, args: Sequence[Text]) -> Text:
        """The texts of its cells."""
        return self._kept(node, tuple(map(str, args)))

    def count(self, node: Expr, args: Sequence[Text]) -> Text:
        """How many are true."""
        return self._kept(node, _joined("+", [f"(ite {arg} 1 0)" for arg in args], "0"))

    def to_real(self, node: Expr, args: Sequence[Text]) -> Text:
        """The integer as a real."""
        return self._kept(node, f"(to_real {args[0]})")

    def _places(self, sort: ArraySort, indices: Sequence[Text]) -> list[str]:
        """For each cell, when the indices mean it."""
        named = [self._named(str(index), IntSort()) for index in indices]
        places = product(*(range(dim) for dim in sort.dims))
        return [_joined("and", [f"(= {i} {k})" for i, k in zip(named, place, strict=True)], "true") for place in places]

    def _scalar(self, value: Scalar, sort: ScalarSort) -> str:
        if isinstance(sort, EnumSort):
            loose = sort.loose
            return str(
                self._loose.setdefault(str(value), len(self._loose)) if loose else sort.literals.index(str(value))
            )
        return _literal(value)

    def _kept(self, node: Expr, text: Text) -> Text:
        used_once = self._uses.get(node, 0) <= 1
        if isinstance(text, str):
            return text if used_once and len(text) <= _LONGEST else self._named(text, node.sort)
        cell = cast("ArraySort", node.sort).cell
        return tuple(c if used_once and len(c) <= _LONGEST else self._named(c, cell) for c in text)

    def _named(self, text: str, sort: Sort) -> str:
        if self._below or not text.startswith("("):
            return text
        self._defined += 1
        self._lines.append(f"(define-fun t{self._defined} () {_sort(sort)} {text})")
        return f"t{self._defined}"


def _uses(roots: Sequence[Expr]) -> Counter[Expr]:
    """How often each formula is an argument, of formulas that are counted once each."""
    seen: dict[Expr, None] = {}
    for root in roots:
        seen |= dict.fromkeys(order(root, seen))
    return Counter(arg for node in seen for arg in node.args)


def _declared(name: str, sort: Sort) -> list[str]:
    if isinstance(sort, ArraySort):
        return [line for cell in cell_names(name, sort) for line in _declared(cell, sort.cell)]
    text = symbol(name)
    if isinstance(sort, FunctionSort):
        lines = [f"(declare-fun {text} ({' '.join(map(symbol, sort.domains))}) {_sort(sort.cell)})"]
        places = [f"x{i}" for i in range(len(sort.domains))]
        bound = " ".join(f"({x} {symbol(domain)})" for x, domain in zip(places, sort.domains, strict=True))
        ranges = _ranges(f"({text} {' '.join(places)})", sort.cell)
        return [*lines, *(f"(assert (forall ({bound}) {condition}))" for condition in ranges)]
    lines = [f"(declare-const {text} {_sort(sort)})"]
    if isinstance(sort, EnumSort):
        meaning = ", ".join(f"{i} {json.dumps(literal)}" for i, literal in enumerate(sort.literals))
        lines = [f"{lines[0]} ; {meaning}"]
    return [*lines, *(f"(assert {condition})" for condition in _ranges(text, sort))]


def _ranges(text: str, sort: ScalarSort) -> list[str]:
    """When a term has a value of the sort."""
    if isinstance(sort, EnumSort):
        return [f"(<= 0 {text} {len(sort.literals) - 1})"]
    if isinstance(sort, IntSort | RealSort):
        low = [] if sort.lo is None else [f"(<= {_literal(sort.lo)} {text})"]
        return low if sort.hi is None else [*low, f"(<= {text} {_literal(sort.hi)})"]
    return []


def _variable(name: str, sort: Sort) -> Text:
    return tuple(map(symbol, cell_names(name, sort))) if isinstance(sort, ArraySort) else symbol(name)


def _sort(sort: Sort) -> str:
    if isinstance(sort, MemberSort):
        return symbol(sort.of)
    return "Bool" if isinstance(sort, BoolSort) else "Real" if isinstance(sort, RealSort) else "Int"


def _literal(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    assert isinstance(value, int | Fraction)
    if value < 0:
        return f"(- {_literal(-value)})"
    if isinstance(value, int):
        return str(value)
    return f"{value}.0" if value.denominator == 1 else f"(/ {value.numerator}.0 {value.denominator}.0)"


def _joined(operator: str, parts: Sequence[Text], nothing: str) -> str:
    return f"({operator} {' '.join(map(str, parts))})" if len(parts) > 1 else str(parts[0]) if parts else nothing
