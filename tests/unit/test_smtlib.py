"""SMT-LIB text says what the formula says, to any solver that reads it, and is never longer than it need be."""

from __future__ import annotations

import re
import time
from fractions import Fraction

import pytest
import z3

from sennit import Misuse, count, forall, ite
from sennit.expr import Expr, and_, constant, eq, not_, or_, select, store, variable
from sennit.lower.smtlib import ask_cvc5, script, symbol
from sennit.sort import BOOL, ArraySort, EnumSort, IntSort, RealSort

p, q = variable("p", BOOL), variable("q", BOOL)
x, y = variable("x", IntSort(-4, 5)), variable("y", IntSort(0, 9))
n, r = variable("n", IntSort()), variable("r", RealSort())


def pigeons(holes: int) -> Expr:
    """One pigeon more than there are holes, each in a hole of its own: impossible, and slow to see."""
    sits = [[variable(f"sits {i} {j}", BOOL) for j in range(holes)] for i in range(holes + 1)]
    alone = [or_(not_(a[j]), not_(b[j])) for j in range(holes) for i, a in enumerate(sits) for b in sits[:i]]
    return and_(*(or_(*holes_of) for holes_of in sits), *alone)


def test_a_script_reads_as_it_is_meant() -> None:
    """Variables within their sorts, then what is asserted, then one question."""
    place = variable("place", EnumSort(("idle", "waits", "holds")))
    text = script([place == "waits", x < y, r >= Fraction(-1, 3)], {"unused": BOOL})
    assert text.splitlines() == [
        "(set-logic ALL)",
        "(declare-const $unused Bool)",
        '(declare-const $place Int) ; 0 "idle", 1 "waits", 2 "holds"',
        "(assert (<= 0 $place 2))",
        "(declare-const $x Int)",
        "(assert (<= (- 4) $x))",
        "(assert (<= $x 5))",
        "(declare-const $y Int)",
        "(assert (<= 0 $y))",
        "(assert (<= $y 9))",
        "(declare-const $r Real)",
        "(assert (= $place 1))",
        "(assert (< $x $y))",
        "(assert (<= (- (/ 1.0 3.0)) $r))",
        "(check-sat)",
    ]


def test_the_same_formulas_have_the_same_text() -> None:
    """Names of definitions count from 1 in every script."""
    shared = (x + y) * (x + y)
    assert script([shared > 3]) == script([shared > 3])
    assert script([shared > 3]) != script([shared > 4])


def test_what_is_used_twice_is_defined_once() -> None:
    """A sum used twice has a name, one used once has none."""
    text = script([(x + y) * (x + y) > x - 3])
    assert re.findall(r"\(define-fun .*", text) == ["(define-fun t1 () Int (+ $x $y))"]
    assert "(assert (< (- $x 3) (* t1 t1)))" in text


@pytest.mark.parametrize("kind", ["numbers", "choices", "arrays"])
def test_text_grows_as_the_formula_does(kind: str) -> None:
    """Sixty doublings, a tree of 2^60 nodes, take some sixty lines."""
    formula, cells = n, variable("cells", ArraySort((3,), IntSort()))
    for _ in range(60):
        if kind == "numbers":
            formula = formula * formula + formula
        elif kind == "choices":
            formula = ite(formula > 0, formula - 1, 0 - formula)
        else:
            cells = store(cells, [select(cells, [select(cells, [constant(0)])])], select(cells, [constant(1)]) + 1)
            formula = select(cells, [constant(2)])
    text = script([formula > 0])
    assert len(text) < 60_000
    assert len(text.splitlines()) < 1_000


def test_what_may_go_into_many_cells_is_written_once() -> None:
    """A value stored at an index that is no constant has one definition, and so has the index."""
    cells = variable("cells", ArraySort((50,), IntSort()))
    text = script([eq(store(cells, [n - 777], n * 1111), cells)])
    assert text.count("777") == text.count("1111") == 1


def test_deep_formulas_are_cut_into_readable_lines() -> None:
    """A chain of a thousand choices is not one line that no parser can nest."""
    formula = n
    for i in range(1000):
        formula = ite(variable(f"b{i}", BOOL), formula + i, formula.args[0] if formula.op == "add" else n)
    text = script([formula > 0])
    assert max(map(len, text.splitlines())) < 2_000
    assert ask_cvc5(text, 20) == "sat"


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("x", "$x"),
        ("x@1", "$x@1"),
        ("grant.c@0", "$grant.c@0"),
        (".move@0", "$.move@0"),
        ("x'", "|$x'|"),
        ("m[1, 0]", "|$m[1, 0]|"),
        ("größe", "|$größe|"),
    ],
)
def test_names_are_quoted_where_they_must_be(name: str, spelled: str) -> None:
    """Primes, brackets and blanks need bars; both solvers read the symbol."""
    assert symbol(name) == spelled
    text = script([variable(name, IntSort(0, 3)) > 2])
    assert ask_cvc5(text, 10) == "sat"
    assert z3_says(text) == "sat"


@pytest.mark.parametrize(
    "name", ["and", "not", "div", "mod", "ite", "let", "forall", "Int", "t1", "select", "assert", "_", "true", "pi"]
)
def test_no_name_is_taken_for_a_word_of_the_language(name: str) -> None:
    """A variable may be called what SMT-LIB calls something else."""
    text = script([(variable(name, IntSort(0, 3)) + 1) * (variable(name, IntSort(0, 3)) + 1) == 9, x // 2 == 1])
    assert ask_cvc5(text, 10) == "sat"
    assert z3_says(text) == "sat"


@pytest.mark.parametrize("name", ["a|b", "a\\b", "a\nb"])
def test_a_name_that_cannot_be_quoted_is_refused(name: str) -> None:
    """SMT-LIB has no escape for bars, and a line break in a comment would be read."""
    with pytest.raises(Misuse, match="has no spelling in SMT-LIB"):
        script([variable(name, BOOL)])


def test_a_literal_with_a_line_break_stays_in_its_comment() -> None:
    """Names of literals are for the reader alone."""
    text = script([variable("e", EnumSort(("a\n(assert false)", "b"))) != "b"])
    assert ask_cvc5(text, 10) == "sat"


# -- meaning ----------------------------------------------------------------------------------------------------------


def z3_says(text: str) -> str:
    """What Z3 answers to the text."""
    solver = z3.Solver(ctx=z3.Context())
    solver.from_string(text)
    return str(solver.check())


CASES: list[tuple[str, list[Expr], str]] = [
    ("nothing", [], "sat"),
    ("false", [constant(value=False)], "unsat"),
    ("a negative quotient floors", [x // 2 == -2, x == -3], "sat"),
    ("a negative quotient does not truncate", [x // 2 == -1, x == -3], "unsat"),
    ("a remainder is never negative", [n % 3 < 0], "unsat"),
    ("a range", [x > 4, x != 5], "unsat"),
    ("a range without end", [n > 10**40], "sat"),
    ("an exact third", [r * 3 == 1, r != Fraction(1, 3)], "unsat"),
    ("an integer between", [n > r, r * 2 == 5, n < 3], "unsat"),
    ("a fourth literal", [forall(variable("e", EnumSort(("a", "b", "c"))) != v for v in "abc")], "unsat"),
    ("a count", [count([p, q, p & q]) == 2], "unsat"),
    ("choices without an Enum", [ite(p, "here", "there") == ite(q, "here", "there"), p ^ q], "unsat"),
]


@pytest.mark.parametrize(("formulas", "answer"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_both_solvers_read_the_text_as_it_is_meant(formulas: list[Expr], answer: str) -> None:
    """One text, two solvers, and the answer known beforehand."""
    assert ask_cvc5(script(formulas), 10) == answer
    assert z3_says(script(formulas)) == answer


def test_an_array_is_its_cells() -> None:
    """With two dimensions, too: an index that is searched for is found, and outside there is the default."""
    grid = variable("grid", ArraySort((2, 3), IntSort(0, 6)))
    given = eq(grid, constant((1, 1, 2, 3, 4, 6), grid.sort))
    assert "(declare-const |$grid[1, 2]| Int)" in script([given])
    assert ask_cvc5(script([given, select(grid, [x, y]) == 4, (x != 1) | (y != 1)]), 10) == "unsat"
    assert ask_cvc5(script([given, select(grid, [x, y]) == 0, x >= 0, x < 2, y < 3]), 10) == "unsat"
    assert ask_cvc5(script([given, select(grid, [x, y]) == 0, x == 1]), 10) == "sat"
    assert ask_cvc5(script([given, eq(store(grid, [x, y], constant(5)), grid), x == 1, y < 3]), 10) == "unsat"


# -- cvc5 -------------------------------------------------------------------------------------------------------------


def test_cvc5_gives_up_when_its_time_is_over() -> None:
    """A problem too hard for its time is unknown, soon after the time."""
    began = time.monotonic()
    assert ask_cvc5(script([pigeons(12)]), 0.3) == "unknown"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("text", ["(assert", "(assert $x)", "(check-sat)(check-sat)", "", '(echo "sat")(exit)(bad)'])
def test_text_that_is_no_question_is_refused(text: str) -> None:
    """What cvc5 cannot read, and what asks nothing or twice, has no answer that may be believed."""
    with pytest.raises(ValueError, match="cvc5"):
        ask_cvc5(text, 5)
