"""Small Systems, each for one thing that engines get wrong, and questions about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sennit import (
    ANY,
    Array,
    Bool,
    Claim,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Member,
    Question,
    Real,
    Size,
    Switch,
    System,
    always,
    forall,
    ite,
    rule,
    sometimes,
)

S = TypeVar("S", bound=System)


class Counter(System):
    """Counts up to the top, and there it stops: a dead end."""

    top = Size(5)
    n = Int(0, lambda s: s.top, init=0)

    @rule(by="clock")
    def up(self) -> None:
        self.require(self.n < self.top)
        self.n = self.n + 1


class Lock(System):
    """One lock for several clients; without the switch it is lent to many."""

    client = Index(3)
    guarded = Switch(on=True)
    free = Bool(init=True)
    place = Array(client, Enum("idle", "waits", "holds"), init="idle")

    @rule(by="client {c}", c=client)
    def ask(self, c: Expr) -> None:
        self.require(self.place[c] == "idle")
        self.place[c] = "waits"

    @rule(by="server", c=client)
    def grant(self, c: Expr) -> None:
        self.require(self.place[c] == "waits")
        if self.guarded:
            self.require(self.free)
        self.free = False
        self.place[c] = "holds"

    @rule(by="client {c}", c=client)
    def give_back(self, c: Expr) -> None:
        self.require(self.place[c] == "holds")
        self.place[c] = "idle"
        self.free = True


class Votes(System):
    """All vote, a collector decides: two phases."""

    voter = Index(3)
    vote = Array(voter, Enum("none", "yes", "no"), init="none")
    decided = Enum("open", "accepted", "rejected", init="open")

    @rule(by="voter {v}", v=voter, yes=Bool())
    def cast(self, v: Expr, yes: Expr) -> None:
        self.require(self.vote[v] == "none")
        self.vote[v] = ite(yes, "yes", "no")

    @rule(by="collector")
    def accept(self) -> None:
        self.require(self.decided == "open", forall(vote == "yes" for vote in self.vote))
        self.decided = "accepted"

    @rule(by="collector", v=voter)
    def reject(self, v: Expr) -> None:
        self.require(self.decided == "open", self.vote[v] == "no")
        self.decided = "rejected"


class Deadline(System):
    """A real clock that may elapse by any amount, not past a deadline that is a constant of the run."""

    limit = Const(Real(2, 5))
    clock = Real(0, init=0)
    done = Bool(init=False)

    @rule(by="time", d=Real(0))
    def elapse(self, d: Expr) -> None:
        self.require(~self.done, self.clock + d <= self.limit)
        self.clock = self.clock + d

    @rule(by="prover")
    def finish(self) -> None:
        self.require(self.clock * 3 >= 1)
        self.done = True


class Doubling(System):
    """An integer without bounds, doubled or added to."""

    n = Int(init=1)

    @rule(by="one")
    def double(self) -> None:
        self.n = self.n * 2

    @rule(by="other", k=Int())
    def take(self, k: Expr) -> None:
        self.require(k < self.n, k > 0)
        self.n = self.n - k


class Two(System):
    """Two rules with a parameter of one name, without end."""

    a = Int(init=0)
    b = Int(init=0)

    @rule(by="left", d=Int())
    def left(self, d: Expr) -> None:
        self.require(d > 0, d < 3)
        self.a = self.a + d

    @rule(by="right", d=Int())
    def right(self, d: Expr) -> None:
        self.require(d > 10, d < 13)
        self.b = self.b + d


class Growth(System):
    """Products of unknown reals: nonlinear."""

    rate = Const(Real(0))
    size = Real(init=1)

    @rule(by="time")
    def grow(self) -> None:
        self.size = self.size * self.rate


class Still(System):
    """Nothing ever moves."""

    x = Int(0, 9, init=ANY)
    even = Bool(init=ANY)

    def initially(self) -> Expr:
        return self.even == (self.x % 2 == 0)


class Impossible(System):
    """No state is initial."""

    x = Int(0, 3, init=ANY)

    def initially(self) -> Expr:
        return (self.x > 1) & (self.x < 1)

    @rule(by="nobody")
    def move(self) -> None:
        self.x = 0


class Loop(System):
    """Goes around, with a state that loops on itself and leads to 9, and that is never entered."""

    room = Int(0, 9, init=0)

    @rule(by="one")
    def around(self) -> None:
        self.require(self.room < 3)
        self.room = (self.room + 1) % 3

    @rule(by="two")
    def stay(self) -> None:
        self.require(self.room == 7)
        self.room = 7

    @rule(by="three")
    def fall(self) -> None:
        self.require(self.room == 7)
        self.room = 9


class Overflow(System):
    """Steps that would leave a range, and reads and writes outside an array: what happens then is defined."""

    slot = Index(3)
    n = Int(0, 4, init=0)
    holder = Member(slot, init=ANY)
    cell = Array(slot, Int(-2, 2), init=(0, -1, 2))

    @rule(by="one", by_how_much=Int(-1, 3))
    def move(self, by_how_much: Expr) -> None:
        self.n = self.n + by_how_much

    @rule(by="two", s=slot)
    def write(self, s: Expr) -> None:
        self.cell[self.n] = self.cell[s] + self.cell[self.n + 1] - self.n // 2
        self.holder = s

    @rule(by="three")
    def twice(self) -> None:
        self.cell[0] = self.cell[0] + 3
        self.cell[self.n - 4] = self.n % 3

    @rule(by="four", s=slot)
    def swap(self, s: Expr) -> None:
        self.require(self.holder != s)
        mine, other = self.cell[s], self.cell[self.holder]
        self.cell[s] = other
        self.cell[self.holder] = mine


class Strides(System):
    """Steps of three, of which the second would leave its range and is none; a detour leaves it and comes back."""

    slot = Index(2)
    n = Int(0, 4, init=0)
    cell = Array(slot, Int(0, 4), init=0)

    @rule(by="one")
    def stride(self) -> None:
        self.n = self.n + 3

    @rule(by="two", s=slot)
    def stride_in_cell(self, s: Expr) -> None:
        self.cell[s] = self.cell[s] + 3

    @rule(by="three", s=slot)
    def detour(self, s: Expr) -> None:
        self.require(self.cell[s] == 3)
        self.cell[s] = self.cell[s] + 3
        self.cell[s] = self.cell[s] - 4


def is_always(system: S, formula: Callable[[S], Expr], using: Sequence[Claim] = ()) -> Question:
    """Whether the formula is always true, of a System at given sizes."""
    return always(type(system), using=using)(_stated(formula)).question(system.settings)


def is_sometimes(system: S, formula: Callable[[S], Expr]) -> Question:
    """Whether the formula is true somewhere, of a System at given sizes."""
    return sometimes(type(system))(_stated(formula)).question(system.settings)


def _stated(formula: Callable[[S], Expr]) -> Callable[[S], Expr]:
    def goal(instance: S) -> Expr:
        """A formula of a test."""
        return formula(instance)

    return goal
