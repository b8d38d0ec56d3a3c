"""How time passes: one rule by which all clocks grow together, as far as limits and urgent rules let them.

The rule is called `elapse`, is made by `time`, and takes one parameter `d` above 0. It can fire where every limit is
still true after `d`, and no urgent rule can fire now. Limits turn false once and are closed, and what makes a rule
urgent does not turn true as time passes; so what is true at the end of a step was true throughout, a step can be cut
in two anywhere, and two steps in a row are one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sennit import expr
from sennit.errors import Misuse
from sennit.expr import Expr, add, and_, constant, lt, name_of, not_, select, variable
from sennit.machine import ELAPSE, PASSED, TIME, Instance, Machine, Rule
from sennit.rewrite import substitute
from sennit.sort import ArraySort, Sort
from sennit.trend import trend


class Limit:
    """A method under `@limit`: what must be true for as long as time passes."""

    def __init__(self, body: Callable[[Any], Expr]) -> None:
        self.body, self.name, self.__doc__ = body, body.__name__, body.__doc__

    def __call__(self, *_args: object) -> None:
        """Raises Misuse: a limit is read once, with the rules."""
        raise Misuse(f"{self.name} is a limit on time: share formulas through a method without @limit")


def limit(body: Callable[[Any], Expr]) -> Limit:
    """Declares a formula past whose truth time does not pass: "no message travels for longer than that".

    It restricts time alone: a rule may lead to where it is false, and then no time passes until it is true again.
    """
    if not callable(body) or isinstance(body, type):
        raise Misuse("@limit stands above a method that returns a formula, without parentheses")
    return Limit(body)


def elapse(machine: Machine, clocks: Mapping[str, Sort], limits: Mapping[str, Expr], urgent: Sequence[str]) -> Rule:
    """The rule by which the `clocks` of a machine without such a rule grow.

    Raises Misuse for a rule that sets a clock to anything but 0, a limit that may turn true as time passes or that
    time comes ever closer to without reaching its end, and an urgent rule that waiting alone may make possible.
    """
    for rule in machine.rules:
        for name, formula in rule.updates:
            if name in clocks and not _resets(formula, name):
                raise Misuse(
                    f"{machine.name}.{rule.name}: {name} is a clock: it is reset to 0, and grows only as time passes. "
                    f"{formula} is neither"
                )
    d = variable(PASSED, TIME)
    later = {name: _later(name, sort, d) for name, sort in clocks.items()}
    guard = [lt(constant(Fraction(0)), d)]
    for name, formula in limits.items():
        guard.append(substitute(formula, later))
        _check_limit(f"{machine.name}.{name}", guard[-1])
    hasty = (instance for instance in machine.instances if instance.rule.name in urgent)
    guard.extend(not_(_enabled(machine, instance, later)) for instance in hasty)
    return Rule(ELAPSE, "time", "", ((PASSED, TIME),), and_(*guard), tuple(later.items()))


def _later(name: str, sort: Sort, d: Expr) -> Expr:
    """A clock, or an array of them, after `d`."""
    whole = variable(name, sort)
    if not isinstance(sort, ArraySort):
        return add(whole, d)
    return expr.array([add(select(whole, at), d) for at in _places(sort)], sort)


def _places(sort: ArraySort) -> list[list[Expr]]:
    places: list[list[Expr]] = [[]]
    for dim in sort.dims:
        places = [[*place, constant(i)] for place in places for i in range(dim)]
    return places


def _check_limit(name: str, after: Expr) -> None:
    shape = trend(after, PASSED)
    if shape.rises:
        raise Misuse(
            f"{name} is no limit: it may turn true as time passes. Write upper bounds on clocks, as in "
            'implies(self.place == "near", self.x <= 5); what must be waited for is a guard'
        )
    if not shape.closed:
        raise Misuse(f"{name} is a limit that time never reaches: write <= for its upper bounds, not <")


def _enabled(machine: Machine, instance: Instance, later: Mapping[str, Expr]) -> Expr:
    """Where an instance of an urgent rule can fire."""
    name = f"{machine.name}.{instance.rule.name}"
    if instance.open:
        raise Misuse(f"{name} is urgent, so its parameters are finite: {instance.open[0][0]} has no end of values")
    enabled = machine.fires(instance)
    if trend(substitute(enabled, later), PASSED).rises:
        raise Misuse(
            f"{name} is urgent, and waiting may make it possible: drop its lower bounds on clocks, or write a @limit "
            "that ends when they are reached"
        )
    return enabled


def _resets(formula: Expr, clock: str, place: Sequence[Expr] | None = None) -> bool:
    """Whether the formula leaves the clock, or its cell at `place`, as it is or sets it to 0."""
    match formula.op:
        case "constant":
            value = formula.data
            return value == 0 or (isinstance(value, tuple) and not any(value))
        case "variable":
            return place is None and name_of(formula) == clock
        case "ite":
            return all(_resets(part, clock, place) for part in formula.args[1:])
        case "store":
            return _resets(formula.args[0], clock) and _resets(formula.args[-1], clock, formula.args[1:-1])
        case "array":
            assert isinstance(formula.sort, ArraySort)
            cells = zip(formula.args, _places(formula.sort), strict=True)
            return all(_resets(cell, clock, at) for cell, at in cells)
        case "select":
            same = place is not None and all(i is j for i, j in zip(formula.args[1:], place, strict=True))
            return same and _resets(formula.args[0], clock)
    return False
