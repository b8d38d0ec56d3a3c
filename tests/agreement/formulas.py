"""Formulas with the truth beside each: what every algebra, and whoever adds one, has to agree with.

The values were worked out by hand from the meaning that the language states, not by running it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sennit import count, distinct, exists, forall, greatest, implies, ite, least, total
from sennit.expr import Expr, array, lift, select, store, variable
from sennit.sort import BOOL, ArraySort, EnumSort, IntSort, RealSort, Sort, Value

PLACE = EnumSort(("idle", "asked", "holds"))
COLOUR = EnumSort(("white", "black"))

# The variables of all formulas, here and in strategies.py; those without bounds or of reals are in `ENDLESS`.
VARIABLES: dict[str, Sort] = {
    "p": BOOL,
    "q": BOOL,
    "x": IntSort(-4, 5),
    "y": IntSort(0, 9),
    "w": IntSort(-100, -90),
    "place": PLACE,
    "other": PLACE,
    "colour": COLOUR,
    "lit": ArraySort((3,), BOOL),
    "cost": ArraySort((4,), IntSort(-2, 7)),
    "grid": ArraySort((2, 3), IntSort(0, 6)),
    "where": ArraySort((2,), PLACE),
    "nobody": ArraySort((0,), IntSort(1, 3)),
    "n": IntSort(),
    "m": IntSort(0, None),
    "r": RealSort(),
    "rate": RealSort(Fraction(1, 3), Fraction(5, 2)),
    "clocks": ArraySort((2,), RealSort()),
}
ENDLESS = ("n", "m", "r", "rate", "clocks")

p, q, x, y, w, place, other, colour, lit, cost, grid, where, nobody, n, m, r, rate, clocks = (
    variable(name, sort) for name, sort in VARIABLES.items()
)
HERE: dict[str, Value] = {
    "p": True,
    "q": False,
    "x": -3,
    "y": 4,
    "w": -95,
    "place": "asked",
    "other": "idle",
    "colour": "black",
    "lit": (True, False, True),
    "cost": (7, 0, -2, 5),
    "grid": (0, 1, 2, 3, 4, 6),
    "where": ("holds", "idle"),
    "nobody": (),
    "n": -7,
    "m": 10,
    "r": Fraction(-7, 3),
    "rate": Fraction(1, 2),
    "clocks": (Fraction(1, 3), Fraction(2, 3)),
}


@dataclass(frozen=True, eq=False)
class Row:
    """A formula, the values that differ from HERE, and its truth there."""

    name: str
    formula: Expr
    truth: Value
    but: Mapping[str, Value]

    @property
    def env(self) -> dict[str, Value]:
        """The values of all variables."""
        return HERE | dict(self.but)


def row(name: str, formula: object, truth: Value, **but: Value) -> Row:
    """A row of the table."""
    return Row(name, lift(formula), truth, but)


TABLE: tuple[Row, ...] = (
    # Booleans
    row("not", ~p, False),
    row("and", p & q, False),
    row("or", p | q, True),
    row("exclusive or", p ^ q, True),
    row("implication from a falsehood", implies(q, x > 0), True),
    row("implication from a truth", implies(p, x > 0), False),
    row("equality of Bools", p == q, False),
    row("inequality of Bools", p != q, True),
    row("all of some", forall(cell for cell in (lit[0], lit[1], lit[2])), False),
    row("one of some", exists(cell for cell in (lit[0], lit[1], lit[2])), True),
    row("all of none", forall(lit[i] for i in range(0)), True),
    row("one of none", exists(lit[i] for i in range(0)), False),
    row("a choice of Bools", ite(p, q, y > 3), False),
    # Numbers
    row("sum of three", x + y + w, -94),
    row("sum that passes beyond every bound on the way", w + 100 + y, 9),
    row("difference", x - y, -7),
    row("negation", -x, 3),
    row("product of negatives", x * w, 285),
    row("product with zero", x * y, 0, y=0),
    row("less", x < y, True),
    row("less, of equals", x < y, False, x=4),
    row("less or equal, of equals", x <= y, True, x=4),
    row("greater", x > -4, True),
    row("greater or equal", x >= -2, False),
    row("equal numbers", x + 7 == y, True),
    row("unequal numbers", x != y, True),
    row("total", total(cost[i] for i in range(4)), 10),
    row("total of none", total(cost[i] for i in range(0)), 0),
    row("least", least(x, y), -3),
    row("greatest", greatest(x, y), 4),
    row("a choice of numbers", ite(x < 0, y, 0 - y), 4),
    # Division floors, and the remainder is never negative
    row("division of a negative", x // 2, -2),
    row("remainder of a negative", x % 2, 1),
    row("division that comes out even", x // 3, -1),
    row("remainder that comes out even", x % 3, 0),
    row("division by more than there is, below zero", x // 100, -1),
    row("remainder by more than there is, below zero", x % 100, 97),
    row("remainder by the least power of two beyond a variable", x % 8, 5),
    row("division of the least value", x // 3, -2, x=-4),
    row("division of the greatest value", y // 4, 2, y=9),
    row("division by one", x // 1, -3),
    row("remainder by one", x % 1, 0),
    row("quotient and remainder make the whole", (x // 4) * 4 + x % 4 == x, True),
    row("division of an integer without bounds", n // 2, -4),
    row("remainder of an integer without bounds", n % 4, 1),
    row("division of what was divided", (n // 2) // 3, -2),
    # Integers without end
    row("a large product", n * m, -7 * 10**30, m=10**30),
    row("a large sum", n + m, 10**30 - 7, m=10**30),
    row("a square", n * n, 49),
    # Reals are exact
    row("a third three times", r + r + r, Fraction(-7)),
    row("difference of reals", r - rate, Fraction(-17, 6)),
    row("product of reals", r * rate, Fraction(-7, 6)),
    row("an integer among reals", rate * x, Fraction(-3, 2)),
    row("a real over a constant", r / 7, Fraction(-1, 3)),
    row("a real over a negative constant", r / -7, Fraction(1, 3)),
    row("reals compared", r < rate, True),
    row("a real and an integer, equal", r * 3 == n, True),
    row("a real at its bound", rate <= Fraction(1, 3), True, rate=Fraction(1, 3)),
    row("cells of reals", clocks[0] + clocks[1], Fraction(1)),
    row("a choice of reals", ite(q, r, rate), Fraction(1, 2)),
    # Enums
    row("equal literals", place == "asked", True),
    row("unequal literals", place != "idle", True),
    row("two Enums", place == other, False),
    row("one of several", place.one_of("idle", "holds"), False),
    row("one of none of them", place.one_of(), False),
    row("a choice of literals", ite(p, "holds", place), "holds"),
    row("a choice of literals alone", ite(q, "white", "black") == colour, True),
    row("a choice of literals and a literal", ite(p, "white", "black") == "white", True),
    row("two choices of literals", ite(p, "white", "black") == ite(q, "white", "black"), False),
    row("choices that never met their Enum", ite(p, "here", "there") == ite(q, "here", "there"), False),
    # Counting
    row("count", count([p, q, x < 0, y < 0]), 2),
    row("count of cells", count(lit[i] for i in range(3)), 2),
    row("count of none", count(lit[i] for i in range(0)), 0),
    row("count compared", count(lit[i] for i in range(3)) <= 1, False),
    row("count of what is sure", count([p, True, False, q]), 2),
    row("all different", distinct([x, y, w]), True),
    row("not all different", distinct([cost[0], cost[3], y]), False, y=5),
    # Arrays
    row("a cell", cost[2], -2),
    row("a cell at a variable", cost[y], 0, y=1),
    row("a cell at a sum", cost[x + 3], 7),
    row("a cell before the first", cost[x], 0),
    row("a cell after the last", cost[y], 0),
    row("a cell of two indices", grid[1, 2], 6),
    row("a cell of two variables", grid[y - 3, x + 4], 4),
    row("a second index too great", grid[0, y - 1], 0),
    row("a first index too great", grid[y - 2, 1], 0),
    row("a first index below zero", grid[x, 1], 0),
    row("a Bool outside", lit[y], False),
    row("a literal outside is the first", where[y], "idle"),
    row("a real outside", clocks[y], Fraction(0)),
    row("a cell of an empty array", nobody[y], 0),
    row("a cell that was set", select(store(cost, [lift(1)], y), [lift(1)]), 4),
    row("a cell beside the one that was set", select(store(cost, [lift(1)], y), [lift(2)]), -2),
    row("a cell set at a variable", select(store(cost, [y], x), [lift(1)]), -3, y=1),
    row("a cell set before the first", store(cost, [x], y), (7, 0, -2, 5)),
    row("a cell set after the last", store(cost, [y], x), (7, 0, -2, 5)),
    row("a second index set too great", store(grid, [lift(0), y], lift(5)), (0, 1, 2, 3, 4, 6)),
    row("two indices set", store(grid, [y - 3, y - 2], lift(5)), (0, 1, 2, 3, 4, 5)),
    row("a cell set twice", store(store(cost, [y], lift(6)), [y], x), (7, -3, -2, 5), y=1),
    row("a literal set", store(where, [y], ite(p, "asked", place)), ("holds", "asked"), y=1),
    row("a choice of arrays", ite(q, store(lit, [lift(0)], q), lit), (True, False, True)),
    row("an array from cells", array([x, y, x + y], ArraySort((3,), IntSort())), (-3, 4, 1)),
    row("a cell of an array from cells", select(array([x, y], ArraySort((2,), IntSort())), [y - 3]), 4),
    row("equal arrays", store(cost, [lift(3)], y + 1) == cost, True),
    row("unequal arrays", store(cost, [lift(3)], y) == cost, False),
    row("empty arrays are equal", store(nobody, [y], y) == nobody, True),
    row("an index that is a cell", cost[grid[0, 1]], 0),
)
