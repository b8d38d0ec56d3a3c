"""Generated Python says what the reference says: formulas, initial states, steps and the states of a formula."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from sennit import (
    ANY,
    Array,
    Bool,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Machine,
    Member,
    Misuse,
    Real,
    System,
    count,
    exists,
    forall,
    ite,
    rule,
    total,
)
from sennit.expr import (
    add,
    and_,
    array,
    constant,
    div,
    eq,
    evaluate,
    le,
    lt,
    mod,
    not_,
    or_,
    real,
    store,
    sub,
    variable,
)
from sennit.lower import program
from sennit.lower.program import Layout, finder, moves, starts, successors
from sennit.lower.python import compile_formula
from sennit.machine import State
from sennit.sort import BOOL, ArraySort, EnumSort, IntSort, RealSort, Sort, Value, values
from sennit.values import Values

# -- formulas ---------------------------------------------------------------------------------------------------------

COLOUR = EnumSort(("red", "green", "blue"))
DIGITS = ArraySort((3,), IntSort(0, 9))
FLAGS = ArraySort((2, 2), BOOL)
SORTS: dict[str, Sort] = {
    "p": BOOL,
    "q": BOOL,
    "i": IntSort(-2, 4),
    "j": IntSort(None, None),
    "x": RealSort(Fraction(-1), Fraction(1)),
    "y": RealSort(),
    "c": COLOUR,
    "d": COLOUR,
    "a": DIGITS,
    "f": FLAGS,
    "h": ArraySort((3,), COLOUR),
    "r": ArraySort((2,), RealSort()),
}
P, Q, K, J, X, Y, C, D, A, F, H, R = (variable(name, sort) for name, sort in SORTS.items())

FORMULAS = {
    "a constant": constant(3),
    "a fraction": constant(Fraction(-7, 3)),
    "an integer of many digits": J + 10**5000,
    "a literal": ite(P, "red", C),
    "literals that meet no Enum": ite(P, "one", "two") == ite(Q, "one", ite(P, "two", "one")),
    "negation of a comparison": ~(K < J),
    "an empty conjunction": and_(),
    "the sum of one and minus one": K + J - K,
    "floor division of a negative number": J // 3,
    "remainder of a negative number": J % 3,
    "an integer as a real": real(K) + X * Y,
    "division by a constant": Y / 3,
    "equality of literals": C == D,
    "equality of arrays": store(A, [K], constant(3)) == A,
    "a read at a fixed place": A[1],
    "a read that may be outside": A[K],
    "a read outside a table of literals": H[J],
    "a read outside reals": R[K],
    "a read in two dimensions": F[K, J],
    "a read half of which is fixed": F[1, J],
    "a read outside at a fixed place": F[K, 7],
    "a write at a fixed place": store(A, [constant(2)], K),
    "a write that may be outside": store(A, [J], constant(5)),
    "a write outside at a fixed place": store(A, [constant(3)], constant(5)),
    "a write in two dimensions": store(F, [K, J], P),
    "a write over a write": store(store(A, [K], constant(1)), [J], constant(2))[K + 1],
    "a read of what was just written": store(H, [J], C)[K],
    "a choice between arrays": ite(P, store(A, [constant(0)], constant(9)), A)[K],
    "a choice between an array and itself": ite(P, A, A),
    "an array from its cells": array([C, D, constant("blue", COLOUR)], ArraySort((3,), COLOUR))[K],
    "an array of constants": constant((1, 2, 3), DIGITS)[K],
    "an array of literals": constant(("red", "blue", "red"), ArraySort((3,), COLOUR))[K] == C,
    "how many of none": count(()),
    "how many of one": count([P]),
    "how many of ten": count([P, Q, K < J, P & Q, C == D, A[K] == 1, F[0, 0], F[1, 1], X < Y, ~P]),
    "a sum of many": total(A[k] * k for k in range(3)) + total(ite(P, k, J) for k in range(20)),
    "a sum of many reals": add(*[X] * 12, Y),
}


def samples(seed: int, many: int) -> list[dict[str, Value]]:
    """Values of all variables, drawn with a seed."""
    draw = random.Random(seed)

    def scalar(sort: Sort) -> Value:
        match sort:
            case IntSort(lo, hi):
                return draw.randint(-5 if lo is None else lo, 5 if hi is None else hi)
            case RealSort(lo, _):
                return Fraction(draw.randint(-6, 6), 6 if lo is not None else draw.randint(1, 7))
            case ArraySort():
                return tuple(scalar(sort.cell) for _ in range(sort.cells))  # type: ignore[misc]  # cells are scalars
        return draw.choice(list(values(sort)))

    return [{name: scalar(sort) for name, sort in SORTS.items()} for _ in range(many)]


def agree(formula: Expr, seed: int, many: int) -> None:
    """The compiled formula has the value, of the same type, that the reference gives it."""
    compiled = compile_formula(formula, list(SORTS))
    for env in samples(seed, many):
        expected, found = evaluate(formula, env, Values()), compiled(*env.values())
        assert found == expected, f"{formula} at {env}"
        assert type(found) is type(expected), f"{formula} at {env}"


@pytest.mark.parametrize("name", FORMULAS)
def test_a_compiled_formula_has_the_value_of_the_reference(name: str) -> None:
    """Each operator, and each corner of reading and writing outside an array, on two hundred samples."""
    agree(FORMULAS[name], 1, 200)


def grown(draw: random.Random, rounds: int) -> list[Expr]:
    """Formulas grown from the variables by drawing operators; each may use all that were made before."""
    bools, ints, reals, colours, tables = [P, Q], [K, J, constant(-1)], [X, Y], [C, D, constant("red", COLOUR)], [A]
    pick = draw.choice
    for _ in range(rounds):
        more_bools: list[Callable[[], Expr]] = [
            lambda: not_(pick(bools)),
            lambda: and_(*draw.choices(bools, k=3)),
            lambda: or_(*draw.choices(bools, k=3)),
            lambda: eq(pick(ints), pick(ints)),
            lambda: eq(pick(bools), pick(bools)),
            lambda: eq(pick(colours), pick(colours)),
            lambda: lt(pick(ints), pick(ints)),
            lambda: le(pick(reals), pick(reals)),
            lambda: F[pick(ints), pick(ints)],
        ]
        more_ints: list[Callable[[], Expr]] = [
            lambda: add(*draw.choices(ints, k=3)),
            lambda: sub(pick(ints), pick(ints)),
            lambda: mod(pick(ints), 7),
            lambda: div(pick(ints), 2),
            lambda: count(draw.choices(bools, k=5)),
            lambda: pick(tables)[pick(ints)],
        ]
        bools.append(pick(more_bools)())
        ints.append(ite(pick(bools), pick(ints), pick(more_ints)()))
        reals.append(ite(pick(bools), real(mod(pick(ints), 5)), pick(reals)))
        colours.append(ite(pick(bools), pick(colours), H[pick(ints)]))
        tables.append(ite(pick(bools), store(pick(tables), [pick(ints)], mod(pick(ints), 9)), pick(tables)))
    return [bools[-1], ints[-1], reals[-1], colours[-1], tables[-1]]


@pytest.mark.parametrize("seed", range(20))
def test_formulas_grown_at_random_have_the_value_of_the_reference(seed: int) -> None:
    """Operators in combinations that nobody wrote down, with parts that are shared."""
    for formula in grown(random.Random(seed), 25):
        agree(formula, seed, 30)


def test_formulas_nested_thousands_deep_compile() -> None:
    """Python refuses two hundred parentheses inside each other, so deep parts become locals."""
    deep = K + 0
    for k in range(3000):
        deep = ite(deep < k, deep + J, deep - 1)
    chain = P
    for k in range(3000):
        chain = not_(chain) if k % 2 else or_(and_(chain, Q), eq(K, constant(k % 5)))
    agree(deep, 2, 5)
    agree(chain, 2, 20)


def test_shared_parts_are_computed_once() -> None:
    """Text would double with each of two hundred levels; locals do not."""
    formula = J
    for _ in range(200):
        formula = formula + (formula % 1000)
    agree(formula, 3, 5)


def test_a_formula_with_many_parts_compiles() -> None:
    """A sum and a conjunction of five thousand parts, which Python would nest as deep."""
    agree(add(*(ite(eq(J, constant(k)), k, K) for k in range(5000))), 4, 3)
    agree(forall(k != J for k in range(6, 5000)), 4, 3)


def test_a_variable_that_was_not_named_is_an_error() -> None:
    """A formula without a value for each of its variables has no meaning."""
    with pytest.raises(KeyError, match="j"):
        compile_formula(K + J, ["i"])


# -- machines ---------------------------------------------------------------------------------------------------------


class Leaps(System):
    """A counter whose rules try to leave its range, upwards and downwards."""

    here = Int(-2, 5, init=ANY)
    limit = Const(Int(1, 2))

    def initially(self) -> Expr:
        return (self.here >= 0) & (self.here * 2 <= self.limit)

    @rule(by="it", step=Int(1, 2))
    def between(self, step: Expr) -> None:
        twice = self.here * 2 + 1
        self.require((twice % 3 == 0) | (twice % 5 == 1), self.here + step < 4)
        self.here += step

    @rule(by="it", by_how_much=Int(1, 3))
    def up(self, by_how_much: Expr) -> None:
        self.require(by_how_much != self.limit)
        self.here += by_how_much

    @rule(by="it")
    def down(self) -> None:
        self.here = self.here * 2 - 3

    @rule(by="it")
    def far(self) -> None:
        self.require(self.here < 0)
        self.here = ite(self.limit == 1, self.here * 2 + 1 - self.here, 4)


class Ring(System):
    """A queue in an array, with indices that are variables; a head that may point outside."""

    place = Index(3)
    head = Member(place, init=0)
    slot = Array(place, Enum("free", "full", "stale"), init="free")
    loose = Int(-1, 3, init=0)

    @rule(by="sender", what=Enum("free", "full", "stale"))
    def put(self, what: Expr) -> None:
        self.require(self.slot[self.head] == "free")
        self.slot[self.head] = what
        self.head = ite(self.head == 2, 0, self.head + 1)

    @rule(by="reader", p=place)
    def take(self, p: Expr) -> None:
        self.require(self.slot[p] != "free", self.slot[self.loose] != "stale")
        self.slot[p] = self.slot[self.loose]
        self.slot[self.loose] = "free"

    @rule(by="reader", where=Int(-1, 3))
    def point(self, where: Expr) -> None:
        self.loose = where


class Grid(System):
    """A table with two indices, both of them variables, and cells that are summed up."""

    row, column = Index(2), Index(3)
    cell = Array(row, column, Int(0, 2), init=0)
    r, c = Member(row, init=0), Member(column, init=0)

    @rule(by="it")
    def add(self) -> None:
        self.require(total(self.cell[i, j] for i in self.row for j in self.column) < 4)
        self.cell[self.r, self.c] = self.cell[self.r, self.c] + 1

    @rule(by="it", i=row, j=column)
    def go(self, i: Expr, j: Expr) -> None:
        self.require((i != self.r) | (j != self.c), self.cell[i, self.c] + self.cell[self.r, j] < 3)
        self.r, self.c = i, j

    @rule(by="it", j=column)
    def swap(self, j: Expr) -> None:
        self.cell[0, j], self.cell[1, j] = self.cell[1, j], self.cell[0, j]


class Clock(System):
    """Exact reals: a clock that runs in thirds and a deadline chosen in halves, up to two."""

    now = Real(0, 2, init=0)
    deadline = Real(init=Fraction(1, 2))
    late = Bool(init=False)

    @rule(by="time")
    def elapse(self) -> None:
        self.now += Fraction(1, 3)

    @rule(by="auditor", n=Int(0, 4))
    def extend(self, n: Expr) -> None:
        self.require(self.now < self.deadline, self.deadline + n / 2 <= 2)
        self.deadline = self.deadline + n / 2

    @rule(by="auditor")
    def notice(self) -> None:
        self.late = self.now > self.deadline


class Overwritten(System):
    """Values out of range that are written and overwritten, or written outside: no step leaves the range by them."""

    place = Index(2)
    cell = Array(place, Int(0, 3), init=0)
    here = Int(-1, 2, init=ANY)

    @rule(by="it", v=Int(0, 6))
    def outside(self, v: Expr) -> None:
        self.cell[self.here] = v

    @rule(by="it", p=place)
    def twice(self, p: Expr) -> None:
        self.cell[p] = 9
        self.cell[self.here] = 2
        self.cell[p] = self.cell[self.here] + 1

    @rule(by="it")
    def move(self) -> None:
        self.here = ite(self.cell[0] == self.cell[1], self.here - 1, self.cell[0] + self.cell[1])


class Wide(System):
    """More cells than are unpacked into locals, of which a few change."""

    cell = Index(90)
    lit = Array(cell, Bool(), init=False)
    here = Member(cell, init=88)

    @rule(by="it", c=cell)
    def light(self, c: Expr) -> None:
        self.require(c >= self.here, count(self.lit) < 2)
        self.lit[c] = ~self.lit[c]

    @rule(by="it")
    def back(self) -> None:
        self.require(self.here > 86)
        self.lit[self.here] = True
        self.here -= 1


class Subsets(System):
    """Initial states under a constraint: the sets of two out of six, in an array, beside their least member."""

    member = Index(6)
    inside = Array(member, Bool(), init=ANY)
    least = Member(member, init=ANY)
    kind = Enum("even", "odd", init=ANY)

    def initially(self) -> Expr:
        least = forall(~self.inside[m] | (self.least <= m) for m in self.member)
        kind = ite(self.least % 2 == 0, self.kind == "even", self.kind == "odd")
        return (count(self.inside) == 2) & self.inside[self.least] & least & kind

    @rule(by="it", m=member)
    def leave(self, m: Expr) -> None:
        self.require(self.inside[m], exists(self.inside[n] & (m != n) for n in self.member))
        self.inside[m] = False


class Never(System):
    """A single state, which the constraint refuses."""

    x = Int(0, 3, init=2)

    def initially(self) -> Expr:
        return self.x > 2

    @rule(by="it")
    def stay(self) -> None:
        self.x = self.x


class Nothing(System):
    """No initial state at all."""

    x = Int(0, 3, init=ANY)

    def initially(self) -> Expr:
        return (self.x > 1) & (self.x + self.x < 3)

    @rule(by="it")
    def stay(self) -> None:
        self.x = self.x


SYSTEMS = [Leaps, Ring, Grid, Clock, Overwritten, Wide, Subsets, Never, Nothing]


def reached(machine: Machine) -> list[State]:
    """All reachable states, by the reference."""
    ranges = [[v.start] if v.start is not None else list(values(v.sort)) for v in machine.variables]
    level = [state for state in itertools.product(*ranges) if machine.starts(state)]
    seen = dict.fromkeys(level)
    while level:
        after = dict.fromkeys(new for state in level for _, _, new in machine.moves(state) if new not in seen)
        seen |= after
        level = list(after)
    return list(seen)


@pytest.mark.parametrize("system", SYSTEMS)
def test_generated_starts_are_those_of_the_reference(system: type[System]) -> None:
    """Nested loops with early tests find each initial state once, and no other state."""
    machine = system.at().machine
    found = [Layout(machine.variables).decode(state) for state in starts(machine, 100_000)]
    ranges = [[v.start] if v.start is not None else list(values(v.sort)) for v in machine.variables]
    assert found == [state for state in itertools.product(*ranges) if machine.starts(state)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_generated_steps_are_those_of_the_reference(system: type[System]) -> None:
    """At every reachable state: the same rules with the same arguments lead to the same states."""
    machine = system.at().machine
    layout, follow = Layout(machine.variables), moves(machine, machine.instances)
    plain = successors(machine, machine.instances)
    for state in reached(machine):
        packed = layout.encode(state)
        assert layout.decode(packed) == state
        found = sorted(follow(packed), key=lambda move: move[0])
        named = [(machine.instances[n].rule, machine.instances[n].args, layout.decode(after)) for n, after in found]
        assert named == list(machine.moves(state)), f"after {state}"
        assert sorted(plain(packed)) == sorted(after for _, after in found)


@pytest.mark.parametrize("system", SYSTEMS)
def test_generated_steps_do_not_depend_on_how_they_are_split(
    system: type[System], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function for each few instances, as machines with thousands of them need, finds what one function finds."""
    machine = system.at().machine
    whole = successors(machine, machine.instances)
    monkeypatch.setattr(program, "_NODES", 1)
    split = successors(machine, machine.instances)
    for state in reached(machine):
        packed = Layout(machine.variables).encode(state)
        assert sorted(split(packed)) == sorted(whole(packed))


def test_the_first_state_of_a_formula_is_found() -> None:
    """In the order given, by the reference meaning of the formula; None where there is no such state."""
    machine = Grid.at().machine
    grid = Grid.at()
    formula = (grid.cell[grid.r, grid.c] == 2) & (count(grid.cell[i, j] > 0 for i in (0, 1) for j in (0, 1, 2)) > 1)
    layout, find = Layout(machine.variables), finder(machine, formula)
    states = reached(machine)
    packed = [layout.encode(state) for state in states]
    first = next(state for state in states if machine.holds(formula, state))
    assert find(packed) == layout.encode(first)
    assert [p for p in packed if find([p]) is not None] == [
        p for p, state in zip(packed, states, strict=True) if machine.holds(formula, state)
    ]
    assert finder(machine, constant(False))(packed) is None
    assert finder(machine, constant(True))(packed) == packed[0]


def test_too_many_initial_states_are_refused_before_they_are_tried() -> None:
    """A million values each of three variables are not gone through to find that they are too many."""

    class Hostile(System):
        x, y, z = Int(0, 10**6, init=ANY), Int(0, 10**6, init=ANY), Int(0, 10**18, init=ANY)

    class Pairs(System):
        x, y = Int(1, 10, init=ANY), Int(1, 10, init=ANY)

    with pytest.raises(Misuse, match="Hostile has over 100,000 initial states to try"):
        starts(Hostile.at().machine, 100_000)
    with pytest.raises(Misuse, match="Pairs has over 99 initial states to try"):
        starts(Pairs.at().machine, 99)
    assert len(starts(Pairs.at().machine, 100)) == 100


def test_thousands_of_instances_compile() -> None:
    """Three thousand instances with a guard each, in functions of bounded size."""

    class Many(System):
        a, b = Index(60), Index(50)
        x = Int(0, 3000, init=0)

        @rule(by="it", i=a, j=b)
        def jump(self, i: Expr, j: Expr) -> None:
            self.require(self.x == i * 50 + j)
            self.x = (self.x * 7 + i + j) % 3000

    machine = Many.at().machine
    follow = successors(machine, machine.instances)
    for x in range(0, 3000, 271):
        assert follow((x,)) == [after for _, _, after in machine.moves((x,))]


def test_a_parameter_without_end_cannot_be_enumerated() -> None:
    """Its values have no end, and nothing is left out silently."""

    class Open(System):
        x = Int(init=0)

        @rule(by="it", n=Int(0))
        def jump(self, n: Expr) -> None:
            self.x = n

    with pytest.raises(Misuse, match="n has no bounds"):
        successors(Open.at().machine, Open.at().machine.instances)
