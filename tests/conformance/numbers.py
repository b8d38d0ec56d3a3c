"""Fixtures on constants, numbers without end, and theorems."""

from __future__ import annotations

from fractions import Fraction

from sennit import ANY, FAILS, Bool, Const, Expr, Int, Real, System, always, rule, sometimes, theorem

# -- constants and numbers without end --------------------------------------------------------------------------------


class Limit(System):
    """Counts to a limit that is chosen once."""

    limit = Const(Int(1, 3))
    x = Int(0, 3, init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.require(self.x < self.limit)
        self.x = self.x + 1


@always(Limit)
def kept(s: Limit) -> Expr:
    """The limit is kept."""
    return s.x <= s.limit


@sometimes(Limit)
def far(s: Limit) -> Expr:
    """The greatest limit is reached."""
    return s.x == 3


class Counter(System):
    """Counts by twos without end."""

    n = Int(init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.n = self.n + 2


@always(Counter)
def counts_evenly(s: Counter) -> Expr:
    """It stays even and never falls below zero."""
    return (s.n % 2 == 0) & (s.n >= 0)


@always(Counter, expect=FAILS)
def never_six(s: Counter) -> Expr:
    """It never comes by six."""
    return s.n != 6


class Clock(System):
    """Time passes by any amount, up to a deadline."""

    now = Real(init=0)
    rung = Bool(init=False)

    @rule(by="time", d=Real())
    def elapse(self, d: Expr) -> None:
        self.require(d > 0, ~self.rung, self.now + d <= 5)
        self.now = self.now + d

    @rule(by="clock")
    def ring(self) -> None:
        self.require(self.now == Fraction(7, 2))
        self.rung = True


@always(Clock)
def in_time(s: Clock) -> Expr:
    """The deadline is kept."""
    return s.now <= 5


@always(Clock, expect=FAILS)
def silent(s: Clock) -> Expr:
    """It never rings, which takes time to stop at exactly three and a half."""
    return ~s.rung


class Phase(System):
    """Starts at any real between zero and two, and doubles while below one."""

    t = Real(0, 2, init=ANY)

    @rule(by="somebody")
    def double(self) -> None:
        self.require(self.t < 1)
        self.t = self.t * 2


@sometimes(Phase)
def starts_there(s: Phase) -> Expr:
    """One and a half is an initial value."""
    return s.t == Fraction(3, 2)


class Open(System):
    """Takes any integer that its guard admits."""

    x = Int(init=0)

    @rule(by="somebody", v=Int())
    def take(self, v: Expr) -> None:
        self.require(v > 10, v < 20, v % 7 == 0)
        self.x = v


@always(Open, expect=FAILS)
def not_fourteen(s: Open) -> Expr:
    """The one value that the guard admits is never taken."""
    return s.x != 14


@always(Open)
def nothing_else(s: Open) -> Expr:
    """No other value is taken."""
    return s.x.one_of(0, 14)


# -- theorems ---------------------------------------------------------------------------------------------------------


@theorem(n=Int(0, 20))
def product_is_even(n: Expr) -> Expr:
    """The product of neighbours is even."""
    return n * (n + 1) % 2 == 0


@theorem(n=Int(0, 20), expect=FAILS)
def no_square(n: Expr) -> Expr:
    """No number up to twenty has the square 49."""
    return n * n != 49


@theorem(n=Int(), m=Int())
def sums_commute(n: Expr, m: Expr) -> Expr:
    """The order of a sum does not matter, even after division."""
    return (n + m) // 3 == (m + n) // 3


@theorem(n=Int(), expect=FAILS)
def all_but_one(n: Expr) -> Expr:
    """One number refutes this."""
    return n != 12_345


@theorem(d=Real(0, 1))
def halves(d: Expr) -> Expr:
    """Two halves are less than twice the whole, or nothing."""
    return (d / 2 + d / 2 < 2 * d) | (d <= 0)


@theorem(d=Real(0), expect=FAILS)
def no_middle(d: Expr) -> Expr:
    """Nothing equals its own complement."""
    return d != 1 - d
