"""Quantified formulas mean the same in every algebra: on random structures of one to three members a Sort."""

from __future__ import annotations

import random
from itertools import product

import pytest

from sennit import canonical
from sennit.binders import everywhere, exists, forall, fresh, function
from sennit.expr import Expr, and_, constant, eq, evaluate, free, ite, le, not_, or_, select, store, variable
from sennit.lower.smtlib import ask_cvc5, script
from sennit.lower.solver import Unsatisfiable, disprove_each
from sennit.rewrite import grounded, sized, substitute
from sennit.sort import BOOL, EnumSort, FunctionSort, IntSort, MemberSort, Scalar, Sort, Value, scalar_values
from sennit.values import Values

SIGNATURE: dict[str, Sort] = {
    "flag": BOOL,
    "x": MemberSort("a"),
    "y": MemberSort("b"),
    "related": FunctionSort(("a", "b"), BOOL),
    "marked": FunctionSort(("a",), BOOL),
    "home": FunctionSort(("a",), MemberSort("b")),
    "mood": FunctionSort(("b",), EnumSort(("calm", "busy", "gone"))),
    "count": FunctionSort(("a",), IntSort(0, 3)),
}
Structure = dict[str, Value]
SEEDS = range(40)


class Draw:
    """Random formulas over the signature and over the members that quantifiers have bound so far."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.scope: list[Expr] = [variable("x", SIGNATURE["x"]), variable("y", SIGNATURE["y"])]

    def structure(self) -> tuple[dict[str, int], Structure]:
        sizes = {"a": self.rng.randint(1, 3), "b": self.rng.randint(1, 3)}
        return sizes, {name: self._value(sort, sizes) for name, sort in SIGNATURE.items()}

    def boolean(self, depth: int) -> Expr:
        if depth == 0:
            return self._atom()
        match self.rng.randrange(7):
            case 0:
                return not_(self.boolean(depth - 1))
            case 1:
                return and_(self.boolean(depth - 1), self.boolean(depth - 1))
            case 2:
                return or_(self.boolean(depth - 1), self.boolean(depth - 1))
            case 3:
                return eq(self.boolean(depth - 1), self.boolean(depth - 1))
            case _:
                symbol = fresh(self.rng.choice("ab"))
                self.scope.append(symbol)
                body = self.boolean(depth - 1)
                self.scope.pop()
                return (forall if self.rng.random() < 0.5 else exists)([symbol], body)

    def relation(self, depth: int) -> Expr:
        """A function from pairs to Bools, made by updates."""
        if depth == 0:
            return variable("related", SIGNATURE["related"])
        below = self.relation(depth - 1)
        sort = below.sort
        assert isinstance(sort, FunctionSort)
        match self.rng.randrange(3):
            case 0:
                return store(below, [self._member("a"), self._member("b")], self.boolean(1))
            case 1:
                return ite(self.boolean(1), below, variable("related", SIGNATURE["related"]))
            case _:
                return function(sort, lambda at: self._pointwise(below, at))

    def _pointwise(self, below: Expr, at: list[Expr]) -> Expr:
        self.scope += at
        body = or_(and_(select(below, at), self.boolean(1)), self.boolean(2))
        del self.scope[-2:]
        return body

    def _atom(self) -> Expr:
        def read(name: str, *index: Expr) -> Expr:
            return select(variable(name, SIGNATURE[name]), index)

        match self.rng.randrange(7):
            case 0:
                return variable("flag", BOOL)
            case 1:
                return read("related", self._member("a"), self._member("b"))
            case 2:
                return read("marked", self._member("a"))
            case 3:
                of = self.rng.choice("ab")
                return eq(self._member(of), self._member(of))
            case 4:
                mood = read("mood", self._member("b"))
                return eq(mood, constant(self.rng.choice(("calm", "busy", "gone")), mood.sort))
            case 5:
                return le(read("count", self._member("a")), constant(self.rng.randrange(3)))
            case _:
                return select(self.relation(1), [self._member("a"), self._member("b")])

    def _member(self, of: str) -> Expr:
        found = [symbol for symbol in self.scope if symbol.sort == MemberSort(of)]
        if of == "b" and self.rng.random() < 0.3:
            return select(variable("home", SIGNATURE["home"]), [self._member("a")])
        return self.rng.choice(found)

    def _value(self, sort: Sort, sizes: dict[str, int]) -> Value:
        at_size = sized(sort, sizes)
        if isinstance(sort, FunctionSort):
            cells = 1
            for domain in sort.domains:
                cells *= sizes[domain]
            cell = sized(sort.cell, sizes)
            return tuple(self._scalar(cell) for _ in range(cells))
        return self._scalar(at_size)

    def _scalar(self, sort: Sort) -> Scalar:
        assert not isinstance(sort, FunctionSort)
        return self.rng.choice(scalar_values(sort))  # type: ignore[arg-type]  # the signature has scalars and functions


def described(structure: Structure, sizes: dict[str, int]) -> list[Expr]:
    """The structure as formulas: named members, no others, and the value of everything at them."""
    members = {(of, i): variable(f"{of}{i}", MemberSort(of)) for of, size in sizes.items() for i in range(size)}
    said: list[Expr] = []
    for of, size in sizes.items():
        own = [members[of, i] for i in range(size)]
        said += [not_(eq(p, q)) for i, p in enumerate(own) for q in own[:i]]
        said.append(everywhere([of], lambda at, own=own: or_(*(eq(at[0], m) for m in own))))  # type: ignore[misc]  # a default binds the loop's value
    for name, value in structure.items():
        sort = SIGNATURE[name]
        if isinstance(sort, FunctionSort):
            assert isinstance(value, tuple)
            places = product(*(range(sizes[domain]) for domain in sort.domains))
            for place, cell in zip(places, value, strict=True):
                at = [members[domain, i] for domain, i in zip(sort.domains, place, strict=True)]
                said.append(_is(select(variable(name, sort), at), cell, members))
        else:
            assert not isinstance(value, tuple)
            said.append(_is(variable(name, sort), value, members))
    return said


def _is(term: Expr, value: Scalar, members: dict[tuple[str, int], Expr]) -> Expr:
    if isinstance(term.sort, MemberSort):
        assert isinstance(value, int)
        return eq(term, members[term.sort.of, value])
    return eq(term, constant(value, term.sort if isinstance(term.sort, EnumSort) else None))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_formula_has_one_truth(seed: int) -> None:
    """By values, unrolled, rebuilt, from data, and by both solvers: what is false is refuted, what is true is not."""
    draw = Draw(seed)
    sizes, structure = draw.structure()
    formula = draw.boolean(4)
    truth = evaluate(formula, structure, Values(sizes))
    assert evaluate(grounded(formula, sizes), structure, Values()) is truth
    assert substitute(formula, {}) is formula
    assert canonical.decode(canonical.encode([formula])) == [formula]
    facts = described(structure, sizes)
    problems = [[*facts, formula], [*facts, not_(formula)]]
    by_z3 = [isinstance(found, Unsatisfiable) for found in disprove_each(problems, lambda: 20.0)]
    assert by_z3 == [not truth, truth]
    refuted = [ask_cvc5(script(problem), 20.0) == "unsat" for problem in problems]
    assert refuted == [not truth, truth]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_update_is_the_table_of_its_values(seed: int) -> None:
    """A function made by updates has at each pair the value that its reading there has, and the same unrolled."""
    draw = Draw(seed)
    sizes, structure = draw.structure()
    relation = draw.relation(3)
    table = evaluate(relation, structure, Values(sizes))
    assert evaluate(grounded(relation, sizes), structure, Values()) == table
    p, q = variable("p", MemberSort("a")), variable("q", MemberSort("b"))
    read = select(relation, [p, q])
    places = product(range(sizes["a"]), range(sizes["b"]))
    assert tuple(evaluate(read, {**structure, "p": i, "q": j}, Values(sizes)) for i, j in places) == table
    assert set(free(read)) <= {*SIGNATURE, "p", "q"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_member_in_place_of_a_variable_keeps_its_meaning(seed: int) -> None:
    """Substitution commutes with evaluation, whatever is bound on the way."""
    draw = Draw(seed)
    sizes, structure = draw.structure()
    formula = draw.boolean(3)
    home = select(variable("home", SIGNATURE["home"]), [variable("x", MemberSort("a"))])
    replaced = substitute(formula, {"y": home})
    there = {**structure, "y": evaluate(home, structure, Values(sizes))}
    assert evaluate(replaced, structure, Values(sizes)) is evaluate(formula, there, Values(sizes))
