"""Every algebra gives a formula the meaning that values.py gives it, on a table and on random formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import pytest
import z3
from hypothesis import given, settings

from agreement.formulas import TABLE, VARIABLES, Row
from agreement.strategies import Example, examples
from sennit import canonical
from sennit.budget import Budget
from sennit.expr import Expr, and_, constant, eq, evaluate, free, not_, order, variable
from sennit.lower.cnf import Bit, Bits, Sat
from sennit.lower.python import compile_formula
from sennit.lower.smtlib import ask_cvc5, script
from sennit.lower.solver import Model, Unsatisfiable, solve
from sennit.lower.terms import Terms, width_of
from sennit.rewrite import substitute
from sennit.sort import ArraySort, RealSort, Value, contains
from sennit.values import Values

Env = Mapping[str, Value]


def by_values(formula: Expr, env: Env) -> Value:
    return evaluate(formula, env, Values())


def by_substitution(formula: Expr, env: Env) -> Value:
    result = substitute(formula, {name: constant(value, VARIABLES[name]) for name, value in env.items()})
    assert result.op == "constant", "with all variables replaced, all folds"
    return cast("Value", result.data)


def by_canonical_data(formula: Expr, env: Env) -> Value:
    (again,) = canonical.decode(canonical.encode([formula]))
    assert again is formula
    return evaluate(again, env, Values())


def by_python_source(formula: Expr, env: Env) -> Value:
    return compile_formula(formula, list(env))(*env.values())


def by_z3_integers(formula: Expr, env: Env) -> Value:
    return _by_terms(formula, env, None)


def by_z3_bits(formula: Expr, env: Env) -> Value:
    return _by_terms(formula, env, width_of(order(formula)))


def _by_terms(formula: Expr, env: Env, width: int | None) -> Value:
    terms = Terms(width)
    given = {name: terms.constant(constant(env[name], sort)) for name, sort in free(formula).items()}
    solver = terms.solver()
    assert solver.check() == z3.sat
    return terms.value(solver.model(), evaluate(formula, given, terms), formula.sort)


ALGEBRAS: dict[str, Callable[[Expr, Env], Value]] = {
    "values": by_values,
    "substitution": by_substitution,
    "canonical data": by_canonical_data,
    "Python source": by_python_source,
    "Z3 integers": by_z3_integers,
    "Z3 bits": by_z3_bits,
}


def said(formula: Expr, env: Env) -> Expr:
    """What fixes the variables of the formula."""
    return and_(*(eq(variable(name, sort), constant(env[name], sort)) for name, sort in free(formula).items()))


def equals(formula: Expr, value: Value) -> Expr:
    """The formula that says the value of another."""
    return eq(formula, constant(value, formula.sort))


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_table_is_true_in_every_algebra(row: Row, algebra: str) -> None:
    """A row's formula has the row's truth, type included."""
    found = ALGEBRAS[algebra](row.formula, row.env)
    assert (type(found), found) == (type(row.truth), row.truth)


@given(example=examples())
def test_random_formulas_mean_the_same_in_every_algebra(example: Example) -> None:
    """A formula over all sorts has the value that was computed while it was drawn."""
    for name, algebra in ALGEBRAS.items():
        found = algebra(example.formula, example.env)
        assert (type(found), found) == (type(example.truth), example.truth), name


@given(example=examples(endless=False))
def test_random_formulas_with_bounds_mean_the_same_in_every_algebra(example: Example) -> None:
    """Here integers fit into bit-vectors, whose width has to be enough."""
    for name, algebra in ALGEBRAS.items():
        found = algebra(example.formula, example.env)
        assert (type(found), found) == (type(example.truth), example.truth), name


@given(example=examples(endless=False))
def test_clauses_say_the_value_of_a_random_formula_and_no_other(example: Example) -> None:
    """With the variables fixed, a SAT solver finds the value of a formula over numbers with bounds, and no other."""
    formulas = (said(example.formula, example.env), equals(example.formula, example.truth))
    if any(_of_reals(node) for formula in formulas for node in order(formula)):
        return
    bits, memo, solver = Bits(), dict[Expr, Bit](), Sat(Budget())
    env = {name: bits.fresh(sort) for name, sort in free(example.formula).items()}
    fixed, right = (cast("int", evaluate(formula, env, bits, memo)) for formula in formulas)
    solver.add(bits.clauses)
    assert solver.ask([fixed, right])
    assert {name: bits.value(solver.model(), env[name], VARIABLES[name]) for name in env} == {
        name: example.env[name] for name in env
    }
    assert not solver.ask([fixed, -right])


def _of_reals(node: Expr) -> bool:
    sort = node.sort.cell if isinstance(node.sort, ArraySort) else node.sort
    return isinstance(sort, RealSort)


@given(example=examples())
def test_every_subformula_has_a_value_of_its_sort(example: Example) -> None:
    """Bounds are inferred rightly: what is folded away and how many bits are used rests on them."""
    memo: dict[Expr, Value] = {}
    evaluate(example.formula, example.env, Values(), memo)
    for node, value in memo.items():
        assert contains(node.sort, value), f"{node} is {value}, which is no {node.sort}"


@given(example=examples())
def test_z3_finds_the_value_of_a_random_formula_and_no_other(example: Example) -> None:
    """With the variables fixed, a formula can have its value and can have no other."""
    fixed, right = said(example.formula, example.env), equals(example.formula, example.truth)
    assert isinstance(solve([fixed, right], 10), Model)
    assert isinstance(solve([fixed, not_(right)], 10), Unsatisfiable)


@given(example=examples(endless=False))
def test_z3_finds_some_way_to_what_is_possible(example: Example) -> None:
    """With the variables free, a value that a formula can have is found, and the reference meaning confirms it."""
    assert isinstance(solve([equals(example.formula, example.truth)], 10), Model)


@given(example=examples())
def test_cvc5_finds_the_value_of_a_random_formula_and_no_other(example: Example) -> None:
    """The SMT-LIB text says the same to a solver that knows nothing else."""
    fixed, right = said(example.formula, example.env), equals(example.formula, example.truth)
    assert ask_cvc5(script([fixed, right]), 10) == "sat"
    assert ask_cvc5(script([fixed, not_(right)]), 10) == "unsat"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_cvc5_agrees_with_the_table(row: Row) -> None:
    """A row's formula has the row's truth in SMT-LIB, and no other."""
    fixed, right = said(row.formula, row.env), equals(row.formula, row.truth)
    assert ask_cvc5(script([fixed, right]), 10) == "sat"
    assert ask_cvc5(script([fixed, not_(right)]), 10) == "unsat"


def test_the_random_formulas_are_worth_drawing() -> None:
    """Few fold to constants, every operator occurs, and most of those over bounded variables fit into bit-vectors."""
    drawn: list[Example] = []

    @given(example=examples(endless=False))
    @settings(max_examples=300)
    def draw(example: Example) -> None:
        drawn.append(example)

    draw()
    operators = {node.op for example in drawn for node in order(example.formula)}
    assert operators == {
        "constant", "variable", "not_", "and_", "or_", "eq", "lt", "le", "add", "sub", "mul", "div", "mod", "ite",
        "select", "store", "array", "count",
    }  # fmt: skip
    assert sum(example.formula.op not in ("constant", "variable") for example in drawn) > 100
    assert sum(width_of(order(example.formula)) is not None for example in drawn) > 250
