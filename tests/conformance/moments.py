"""Fixtures in dense time: clocks, limits and what is urgent, for engines that know of none of it but a rule."""

from __future__ import annotations

from fractions import Fraction

from sennit import FAILS, NEVER, Array, Bool, Clock, Const, Expr, Index, Real, System, always, limit, rule, sometimes


class Toaster(System):
    """Two slots, each hot for at least two minutes and at most three and some; what is done is taken out at once."""

    slot = Index(2)
    slack = Const(Real(0, 1))
    hot = Array(slot, Bool(), init=False)
    done = Bool(init=False)
    since = Array(slot, Clock())

    @limit
    def burns_nothing(self) -> Expr:
        """Three minutes, and the slack."""
        first, second = (~self.hot[s] | (self.since[s] <= 3 + self.slack) for s in self.slot)
        return first & second

    @rule(by="cook", s=slot)
    def put_in(self, s: Expr) -> None:
        self.require(~self.hot[s], ~self.done)
        self.hot[s] = True
        self.since[s] = 0

    @rule(by="toaster", s=slot)
    def pop(self, s: Expr) -> None:
        self.require(self.hot[s], self.since[s] >= 2, ~self.done)
        self.hot[s] = False
        self.done = True
        self.since[s] = 0

    @rule(by="cook", urgent=True)
    def take_out(self) -> None:
        self.require(self.done)
        self.done = False


@always(Toaster)
def unburnt(t: Toaster) -> Expr:
    """What is hot has not been so for too long."""
    return (~t.hot[0] | (t.since[0] <= 3 + t.slack)) & (~t.hot[1] | (t.since[1] <= 3 + t.slack))


@always(Toaster)
def goes_on(t: Toaster) -> Expr:
    """Time can pass, or something can be done."""
    return ~t.stuck()


@always(Toaster, expect=FAILS)
def one_at_a_time(t: Toaster) -> Expr:
    """False: one pops while the other is hot, with no more than half a minute between them."""
    return ~(t.done & t.hot[1] & (t.since[1] >= Fraction(3, 2)) & (t.since[1] < 2))


@sometimes(Toaster)
def to_the_last(t: Toaster) -> Expr:
    """It stays in for as long as it may: time stops at the very end of a limit, not before."""
    return t.hot[0] & (t.since[0] == 3 + t.slack) & (t.slack > 0)


@sometimes(Toaster, expect=NEVER)
def waits(t: Toaster) -> Expr:
    """What popped does not lie there for any time: one of the clocks was reset just now."""
    return t.done & (t.since[0] > 0) & (t.since[1] > 0)
