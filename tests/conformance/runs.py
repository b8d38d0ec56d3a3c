"""Fixtures on how runs begin, go on and end."""

from __future__ import annotations

from sennit import ANY, FAILS, NEVER, Bool, Expr, Int, System, always, rule, sometimes

# -- ends and beginnings ----------------------------------------------------------------------------------------------


class DeadEnd(System):
    """Counts to two and can do nothing more."""

    x = Int(0, 3, init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.require(self.x < 2)
        self.x = self.x + 1


@always(DeadEnd)
def low(s: DeadEnd) -> Expr:
    """Three is never reached."""
    return s.x < 3


@sometimes(DeadEnd)
def at_the_end(s: DeadEnd) -> Expr:
    """The run ends."""
    return s.stuck()


@always(DeadEnd, expect=FAILS)
def never_stuck(s: DeadEnd) -> Expr:
    """Somebody can always move."""
    return ~s.stuck()


class NoRules(System):
    """Nothing ever happens."""

    x = Int(0, 5, init=3)


@always(NoRules)
def still(s: NoRules) -> Expr:
    """The value is as it was."""
    return s.x == 3


@sometimes(NoRules)
def there(s: NoRules) -> Expr:
    """The value that it starts with is seen."""
    return s.x > 2


@sometimes(NoRules, expect=NEVER)
def elsewhere(s: NoRules) -> Expr:
    """Another value is seen."""
    return s.x == 4


@always(NoRules, expect=FAILS)
def wrong_at_once(s: NoRules) -> Expr:
    """The value is another one."""
    return s.x != 3


class NoStart(System):
    """Nothing satisfies the condition on the initial states."""

    x = Int(0, 3, init=ANY)

    def initially(self) -> Expr:
        return (self.x == 1) & (self.x * 2 == 6)

    @rule(by="somebody")
    def up(self) -> None:
        self.require(self.x < 3)
        self.x = self.x + 1


@always(NoStart)
def anything(s: NoStart) -> Expr:
    """Of no run, all is true."""
    return s.x == 0


@sometimes(NoStart, expect=NEVER)
def nothing(s: NoStart) -> Expr:
    """Of no run, nothing is seen."""
    return s.x >= 1


class Starts(System):
    """Several initial states, of which a constraint admits six."""

    x = Int(0, 3, init=ANY)
    y = Int(0, 3, init=ANY)

    def initially(self) -> Expr:
        return self.x < self.y

    @rule(by="somebody")
    def swap(self) -> None:
        old = self.x
        self.x = self.y
        self.y = old


@always(Starts)
def apart(s: Starts) -> Expr:
    """The two values differ."""
    return s.x != s.y


@always(Starts, expect=FAILS)
def ordered(s: Starts) -> Expr:
    """The first value is the smaller one."""
    return s.x < s.y


@sometimes(Starts)
def wide(s: Starts) -> Expr:
    """The extremes are an initial state."""
    return (s.x == 0) & (s.y == 3)


# -- steps ------------------------------------------------------------------------------------------------------------


class SelfLoop(System):
    """A rule that changes nothing."""

    on = Bool(init=True)

    @rule(by="somebody")
    def stay(self) -> None:
        self.require(self.on)


@always(SelfLoop)
def stays_on(s: SelfLoop) -> Expr:
    """It stays on."""
    return s.on


@sometimes(SelfLoop, expect=NEVER)
def goes_off(s: SelfLoop) -> Expr:
    """It goes off."""
    return ~s.on


class Wheel(System):
    """Turns by two of eight places."""

    x = Int(0, 7, init=0)

    @rule(by="somebody")
    def turn(self) -> None:
        self.x = (self.x + 2) % 8


@always(Wheel)
def skips_three(s: Wheel) -> Expr:
    """The third place is passed over; unreachable places lead to it in four steps."""
    return s.x != 3


@always(Wheel)
def even(s: Wheel) -> Expr:
    """Only even places are visited."""
    return s.x % 2 == 0


@sometimes(Wheel)
def all_but_round(s: Wheel) -> Expr:
    """The last even place is visited."""
    return s.x == 6


class Carousel(System):
    """Turns by two of 64 places: unreachable places lead round for longer than induction looks."""

    x = Int(0, 63, init=0)

    @rule(by="somebody")
    def turn(self) -> None:
        self.x = (self.x + 2) % 64


@always(Carousel)
def skips_the_last(s: Carousel) -> Expr:
    """The last place is passed over."""
    return s.x != 63


class Dial(System):
    """Takes the value that is dialled."""

    x = Int(0, 9, init=0)

    @rule(by="somebody", v=Int(0, 9))
    def dial(self, v: Expr) -> None:
        self.require(v != self.x)
        self.x = v


@always(Dial, expect=FAILS)
def never_seven(s: Dial) -> Expr:
    """Only one value of the parameter breaks this."""
    return s.x != 7


class Never(System):
    """A guard that no state satisfies, which the types do not show."""

    x = Int(0, 3, init=0)

    @rule(by="somebody")
    def jump(self) -> None:
        self.require(self.x % 2 == 1, self.x % 4 == 2)
        self.x = 3


@always(Never)
def at_zero(s: Never) -> Expr:
    """The rule never fires."""
    return s.x == 0


class Swap(System):
    """Exchanges two values through a third name."""

    x = Int(0, 1, init=0)
    y = Int(0, 1, init=1)

    @rule(by="somebody")
    def swap(self) -> None:
        old = self.x
        self.x = self.y
        self.y = old


@always(Swap)
def one_each(s: Swap) -> Expr:
    """One of the two is one."""
    return s.x + s.y == 1


class Copy(System):
    """Assigns one after the other: the second assignment sees the first."""

    x = Int(0, 1, init=0)
    y = Int(0, 1, init=1)

    @rule(by="somebody")
    def copy(self) -> None:
        self.x = self.y
        self.y = self.x


@sometimes(Copy)
def both_one(s: Copy) -> Expr:
    """Both values become one."""
    return (s.x == 1) & (s.y == 1)


@sometimes(Copy, expect=NEVER)
def exchanged(s: Copy) -> Expr:
    """The values are exchanged, as they would be if all reads came first."""
    return (s.x == 1) & (s.y == 0)


class Floor(System):
    """Halves a negative number, rounding down."""

    x = Int(-5, 5, init=-5)

    @rule(by="somebody")
    def halve(self) -> None:
        self.x = self.x // 2


@sometimes(Floor)
def minus_one(s: Floor) -> Expr:
    """From -5 over -3 and -2 to -1."""
    return s.x == -1


@always(Floor)
def negative(s: Floor) -> Expr:
    """It stays negative: halves are rounded down."""
    return (s.x < 0) & (s.x != -4)


@always(Floor, expect=FAILS)
def no_third(s: Floor) -> Expr:
    """No multiple of three is met: remainders of negative numbers count from below."""
    return s.x % 3 != 0


class Ladder(System):
    """A long way up, and from everywhere back down."""

    x = Int(0, 12, init=0)

    @rule(by="somebody")
    def up(self) -> None:
        self.require(self.x < 12)
        self.x = self.x + 1

    @rule(by="somebody")
    def down(self) -> None:
        self.require(self.x > 9)
        self.x = 0


@always(Ladder, expect=FAILS)
def not_the_top(s: Ladder) -> Expr:
    """The top is out of reach."""
    return s.x != 12
