"""Everything misused fails when it is defined, with a message that says what to write instead."""

from __future__ import annotations

from fractions import Fraction

import pytest

import sennit
from sennit import Misuse

# What is written in a class body or module, and what the message must say.
MISUSE = {
    "and on a formula": ("rule: self.require(self.up and self.up)", "write & for `and`"),
    "or on a formula": ("rule: self.require(self.up or self.up)", "| for `or`"),
    "not on a formula": ("rule: self.require(not self.up)", "~ for `not`"),
    "if on a formula": ("rule: self.n = 1 if self.up else 2", "ite(c, a, b) for `if`"),
    "chained comparison": ("rule: self.require(1 <= self.n <= 3)", "(a <= x) & (x <= b)"),
    "in a tuple": ("rule: self.require(self.n in (1, 2))", "x.one_of(a, b) for `in`"),
    "in an array": ("rule: self.require(1 in self.cells)", "exists(cell == 1"),
    "in a formula": ("rule: self.require(1 in self.n)", "exists(cell == v"),
    "iterating a formula": ("rule: [x for x in self.n]", "iterate its Index"),
    "range over a formula": ("rule: range(self.n)", "is a formula, not a number"),
    "unknown literal": ("rule: self.colour = 'rde'", "did you mean 'red'?"),
    "comparison with an unknown literal": ("rule: self.require(self.colour == 'blu')", "did you mean 'blue'?"),
    "literals of two Enums": ("rule: self.require(self.colour == self.shape)", "where Enum('red', 'blue') is needed"),
    "arithmetic on Bool": ("rule: self.n = self.up + 1", "Bool"),
    "order on Enum": ("rule: self.require(self.colour < 'red')", "< needs numbers"),
    "Bool where Int is": ("rule: self.n = True", "Int(0..3) is needed"),
    "require of a number": ("rule: self.require(self.n)", "require() needs a Bool"),
    "a float": ("rule: self.t = 0.5", "write Fraction('0.5')"),
    "division by zero": ("rule: self.n = self.n // 0", "division by zero has no meaning"),
    "division by a formula": ("rule: self.n = self.n // self.n", "positive constant divisor"),
    "remainder by a negative number": ("rule: self.n = self.n % -2", "positive constant divisor"),
    "real division by zero": ("rule: self.t = self.t / 0", "constant other than 0"),
    "undeclared variable": ("rule: self.m = 1", "has no variable 'm'"),
    "assigning a size": ("rule: self.size = 1", "is fixed"),
    "assigning a Const": ("rule: self.fixed = 1", "no rule assigns it"),
    "indexing by a Bool": ("rule: self.cells[self.up] = 0", "indexed by integers"),
    "too many indices": ("rule: self.cells[0, 1] = 0", "takes 1 indices, and 2 were given"),
    "indexing a scalar": ("rule: self.require(self.n[0])", "[] reads a cell of an Array"),
    "too few cells": ("rule: self.cells = [1]", "has 2 cells, and 1 were given"),
    "a rule that returns": ("rule: return self.n", "returns nothing"),
    "a rule that calls a rule": ("rule: self.act()", "share code between rules"),
    "stuck inside a rule": ("rule: self.require(self.stuck())", "no meaning inside one"),
    "members of two Indexes": ("rule: self.require(self.a == self.b)", "different Indexes are never compared"),
    "in a set": ("rule: self.require(self.colour in {'red'})", "`in` a set compares nothing"),
    "identity": ("rule: red = 'red'; self.require(self.colour is not red)", "got the Python value True"),
    "equality of tuples": ("rule: self.require((self.n,) == (self.n,))", "got the Python value True"),
    "power": ("rule: self.n = self.n ** 2", "multiply it out"),
    "abs": ("rule: self.n = abs(self.n)", "write greatest"),
    "division of a number by a formula": ("rule: self.n = 7 // self.n", "positive constant divisor"),
    "index of another Index": ("rule: self.cells[self.b] = 1", "is indexed by members of one"),
    "an array read before it was assigned": (
        "rule: old = self.cells; self.cells[0] = 1; self.other = old",
        "was assigned since it was read here",
    ),
    "another System's variable": ("rule: self.require(Other().n == 0)", "is about another System"),
    "None": ("rule: self.n = None", "is no value of a specification"),
    "forall of one formula": ("rule: self.require(forall(self.up))", "takes several formulas"),
    "initial value out of range": ("body: x = Int(0, 3, init=4)", "4 is no value of Int(0..3)"),
    "initial literal unknown": ("body: x = Enum('a', init='b')", "'b' is no value of Enum('a')"),
    "no initial value": ("body: x = Int(0, 3)", "has no initial value: write init="),
    "empty range": ("body: x = Int(3, 0, init=0)", "is empty"),
    "fractional bounds": ("body: x = Int(Fraction(1, 2), 1, init=0)", "the bounds of an Int are integers"),
    "Enum without literals": ("body: x = Enum(init='a')", "at least one literal"),
    "Enum with a literal twice": ("body: x = Enum('a', 'a', init='a')", "names a literal twice"),
    "Array without cells": ("body: x = Array(Index(2), init=0)", "and then its cells"),
    "Array cell with init": ("body: x = Array(Index(2), Bool(init=True), init=True)", "without init"),
    "Array of arrays": ("body: x = Array(Index(2), Array(Index(2), Bool()), init=True)", "cells of an Array"),
    "negative Index": ("body: x = Index(-1)", "whole number of at least 0"),
    "switch that is a number": ("body: x = Switch(on=3)", "takes True or False"),
    "name that is taken": ("body: machine = Bool(init=True)", "taken by System"),
    "one declaration under two names": ("body: x = y = Bool(init=True)", "has the names x and y"),
    "a Const with an initial value": ("body: x = Const(Int(0, 3, init=2))", "takes any value of its domain"),
    "an initial condition that is never true": (
        "body: x = Bool(init=True)\n    def initially(self): return false()",
        "is false of every state",
    ),
    "a rule with a star": ("body: @rule(by='s', c=Int(0, 1))\n    def r(self, *, c): pass", "plain names"),
    "a bare decorator": ("body: @rule\n    def r(self): pass", "names the actor"),
    "private name": ("body: _x = Bool(init=True)", "private"),
    "parameter without domain": ("body: @rule(by='s')\n    def r(self, c): pass", "write @rule(..., c=...)"),
    "domain without parameter": ("body: @rule(by='s', c=Int(0, 1))\n    def r(self): pass", "no parameter"),
    "domain of a wrong type": ("body: @rule(by='s', c=3)\n    def r(self, c): pass", "is an Index or a scalar"),
    "rule without actor": ("body: @rule(by='')\n    def r(self): pass", "names the actor"),
    "actor naming no parameter": ("body: @rule(by='client {d}')\n    def r(self): pass", "may name parameters"),
    "parameter named like a variable": (
        "body: x = Bool(init=True)\n    @rule(by='s', x=Int(0, 1))\n    def r(self, x): pass",
        "rename it",
    ),
    "range that hangs on an endless parameter": (
        "body: x = Int(0, 3, init=0)\n    @rule(by='s', d=Int())\n    def r(self, d): self.x = d",
        "declare the variables it sets without bounds",
    ),
    "claim without docstring": ("claim: def c(s): return s.up", "has no docstring"),
    "claim that is a Python bool": ("claim: def c(s):\n    'n.'\n    return s.n in [s.n]", "got the Python value"),
    "claim with a set": (
        "claim: def c(s):\n    'n.'\n    return (s.n not in {1}) & s.up",
        "`in` a set compares nothing",
    ),
    "claim about another System": ("claim: def c(s):\n    'n.'\n    return Other().n == 0", "is about another System"),
    "claim about other sizes": ("claim: def c(s):\n    'n.'\n    return Thing.at(one=3).up", "or about other sizes"),
    "claim with the implicit one's name": ("claim: def in_range(s):\n    'n.'\n    return s.up", "the implicit claim"),
    "claim that is no Bool": ("claim: def c(s):\n    'n.'\n    return s.n", "needs a Bool"),
    "claim that assigns": ("claim: def c(s):\n    'n.'\n    s.n = 1\n    return s.up", "belongs into a rule"),
    "claim that requires": ("claim: def c(s):\n    'n.'\n    s.require(s.up)\n    return s.up", "belongs into a rule"),
}

SYSTEM = """
class Other(System):
    '''Another thing, with a variable of the same name.'''
    n = Int(0, 9, init=0)

class Thing(System):
    '''A thing to misuse.'''
    size = Size(2)
    one, two = Index(2), Index(2)
    up = Bool(init=True)
    n = Int(0, 3, init=0)
    t = Real(init=0)
    colour = Enum('red', 'blue', init='red')
    shape = Enum('red', 'round', init='red')
    cells = Array(one, Int(0, 3), init=0)
    other = Array(one, Int(0, 3), init=0)
    fixed = Const(Int(0, 3))
    a = Member(one, init=0)
    b = Member(two, init=0)
    @rule(by='someone')
    def act(self):
        {rule}
"""


def source(text: str) -> str:
    kind, _, written = text.partition(": ")
    if kind == "rule":
        return SYSTEM.format(rule=written)
    if kind == "body":
        return f"class Thing(System):\n    {written}\n"
    return SYSTEM.format(rule="self.n = 1") + f"\n@always(Thing)\n{written}\n"


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_is_refused_where_it_is_written(name: str) -> None:
    """Definition raises Misuse, in one line that names the mend."""
    text, fragment = MISUSE[name]
    names = {word: getattr(sennit, word) for word in sennit.__all__} | {"Fraction": Fraction}
    with pytest.raises(Misuse) as caught:
        exec(compile(source(text), "spec.py", "exec"), names)
    assert fragment in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_things_written_well_are_accepted() -> None:
    """The table above fails for what it names and not for its frame."""
    names = {word: getattr(sennit, word) for word in sennit.__all__}
    exec(compile(SYSTEM.format(rule="self.n = ite(self.up & ~(self.n == 2), 1, 2)"), "spec.py", "exec"), names)


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda s: s.at(sise=3), "did you mean 'size'?"),
        (lambda s: s.at(size=-1), "at least 0"),
        (lambda s: s.at(size=True), "not True"),
        (lambda s: s.at(one="3"), "not '3'"),
        (lambda s: s.at(one=10**12).machine, "array cells at these sizes"),
        (lambda s: sennit.always(s, rests_on=("guard",)), "no switch"),
        (lambda s: sennit.always(s, expect="FAILS"), "imported from sennit"),  # type: ignore[arg-type]  # the misuse that is tested
        (lambda s: sennit.always(s, expect=sennit.SEEN), "never SEEN"),
        (lambda s: sennit.always(s, using=("lemma",)), "using= takes"),  # type: ignore[arg-type]  # the misuse that is tested
        (lambda s: sennit.always(s, at={"sise": 3}), "did you mean 'size'?"),
        (lambda s: sennit.always(int), "about a System class"),  # type: ignore[type-var]  # the misuse that is tested
    ],
)
def test_settings_out_of_place_are_refused(call: object, fragment: str) -> None:
    """A size, a switch or an option that has no meaning is named, with what would have one."""
    names = {word: getattr(sennit, word) for word in sennit.__all__}
    exec(compile(SYSTEM.format(rule="self.n = 1"), "spec.py", "exec"), names)

    def claim(thing: sennit.System) -> sennit.Expr:
        """It is up."""
        return thing.up  # type: ignore[attr-defined, no-any-return]  # declared in the text above

    def define() -> None:
        call(names["Thing"])(claim)  # type: ignore[operator]  # the table holds functions

    with pytest.raises(Misuse) as caught:
        define()
    assert fragment in str(caught.value)
