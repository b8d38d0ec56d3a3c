"""Fixtures on whole runs: dead ends, pauses, steps that change nothing, unfair loops, and who is treated fairly."""

from __future__ import annotations

from dataclasses import dataclass

from sennit import (
    ANY,
    FAILS,
    HOLDS,
    Answer,
    Array,
    Bool,
    Claim,
    Enum,
    Expr,
    Index,
    Int,
    Member,
    System,
    any_of,
    each,
    eventually,
    forall,
    leads_to,
    rule,
    true,
)

# -- ends and pauses --------------------------------------------------------------------------------------------------


class Climb(System):
    """Climbs to two, where it ends."""

    x = Int(0, 3, init=0)

    @rule(by="climber")
    def up(self) -> None:
        self.require(self.x < 2)
        self.x = self.x + 1


@eventually(Climb, fair="up")
def climbs(s: Climb) -> Expr:
    """It gets to two."""
    return s.x == 2


@eventually(Climb, expect=FAILS)
def may_pause(s: Climb) -> Expr:
    """It gets to two though it need not go on."""
    return s.x == 2


@eventually(Climb, fair="up", expect=FAILS)
def ends_below(s: Climb) -> Expr:
    """It gets to three, beyond its end."""
    return s.x == 3


@leads_to(Climb, fair="up")
def goes_on(s: Climb) -> tuple[Expr, Expr]:
    """After one comes two."""
    return s.x == 1, s.x == 2


@leads_to(Climb)
def is_there_at_once(s: Climb) -> tuple[Expr, Expr]:
    """What happens and what follows may be one state."""
    return s.x >= 1, s.x.one_of(1, 2)


@leads_to(Climb)
def follows_on_nothing(s: Climb) -> tuple[Expr, Expr]:
    """What never happens leads to anything."""
    return s.x == 3, s.x == 0


@leads_to(Climb, fair="up", expect=FAILS)
def comes_back(s: Climb) -> tuple[Expr, Expr]:
    """It gets to the start again, where it was before."""
    return s.x == 2, s.x == 0


class Nothing(System):
    """Nothing ever happens."""

    x = Int(0, 5, init=3)


@eventually(Nothing)
def is_so(s: Nothing) -> Expr:
    """What is true at first."""
    return s.x == 3


@eventually(Nothing, fair=any_of(), expect=FAILS)
def is_never(s: Nothing) -> Expr:
    """What is not true at first, however fair to no rules."""
    return s.x == 4


class Starts(System):
    """Begins anywhere; from zero there is no way on."""

    x = Int(0, 3, init=ANY)

    @rule(by="somebody")
    def down(self) -> None:
        self.require(self.x > 1)
        self.x = self.x - 1


@eventually(Starts, fair="down", expect=FAILS)
def from_everywhere(s: Starts) -> Expr:
    """From every start it gets to one."""
    return s.x == 1


@eventually(Starts, fair="down")
def low_from_everywhere(s: Starts) -> Expr:
    """From every start it gets to one or zero."""
    return s.x <= 1


class Idle(System):
    """Ticks, which changes nothing, or goes."""

    gone = Bool(init=False)

    @rule(by="clock")
    def tick(self) -> None:
        self.gone = self.gone

    @rule(by="goer")
    def go(self) -> None:
        self.gone = True


@eventually(Idle, fair=any_of("tick", "go"))
def a_tick_is_no_progress(s: Idle) -> Expr:
    """To tick for ever is not to do something."""
    return s.gone


@eventually(Idle, fair="tick", expect=FAILS)
def a_tick_is_never_due(s: Idle) -> Expr:
    """Fairness to what changes nothing asks for nothing."""
    return s.gone


# -- unfair loops -----------------------------------------------------------------------------------------------------


class Door(System):
    """Opens and closes; one can leave while it is open."""

    open = Bool(init=False)
    left = Bool(init=False)

    @rule(by="door")
    def swing(self) -> None:
        self.open = ~self.open

    @rule(by="guest")
    def leave(self) -> None:
        self.require(self.open)
        self.left = True


@eventually(Door, fair=("swing", "leave"), expect=FAILS)
def leaves_weakly(s: Door) -> Expr:
    """The guest leaves; but the door is not open all the time."""
    return s.left


@eventually(Door, fair="swing", strongly_fair="leave")
def leaves_strongly(s: Door) -> Expr:
    """The guest leaves, since the door is open again and again."""
    return s.left


@eventually(Door, strongly_fair="leave", expect=FAILS)
def the_door_may_stay_shut(s: Door) -> Expr:
    """The guest leaves though the door need not open."""
    return s.left


@eventually(Door, fair=any_of("swing", "leave"), expect=FAILS)
def something_happens(s: Door) -> Expr:
    """The guest leaves, if only something happens."""
    return s.left


@leads_to(Door, fair="swing")
def open_again_and_again(s: Door) -> tuple[Expr, Expr]:
    """The door is open again and again."""
    return true(), s.open


@leads_to(Door, fair="leave", expect=FAILS)
def an_open_door_shuts(s: Door) -> tuple[Expr, Expr]:
    """The open door shuts though it need not."""
    return s.open, ~s.open


class Round(System):
    """Goes round three places; two ways lead out, each from one place."""

    place = Int(0, 2, init=0)
    out = Enum("no", "front", "back", init="no")

    @rule(by="walker")
    def walk(self) -> None:
        self.require(self.out == "no")
        self.place = (self.place + 1) % 3

    @rule(by="walker")
    def turn(self) -> None:
        self.require(self.out == "no", self.place == 2)
        self.place = 1

    @rule(by="porter")
    def front(self) -> None:
        self.require(self.out == "no", self.place == 0)
        self.out = "front"

    @rule(by="porter")
    def back(self) -> None:
        self.require(self.out == "no", self.place == 2)
        self.out = "back"


@eventually(Round, fair=any_of("walk", "turn"), strongly_fair="front", expect=FAILS)
def out_by_the_front(s: Round) -> Expr:
    """Somebody gets out; but one can keep away from the front."""
    return s.out != "no"


@eventually(Round, fair=any_of("walk", "turn"), strongly_fair=("front", "back"))
def out_somewhere(s: Round) -> Expr:
    """Somebody gets out: every round passes one of the two."""
    return s.out != "no"


@eventually(Round, fair=any_of("walk", "turn", "front", "back"), strongly_fair="back", expect=FAILS)
def out_by_the_back(s: Round) -> Expr:
    """It is the back by which somebody gets out."""
    return s.out == "back"


# -- who is treated fairly --------------------------------------------------------------------------------------------


class Desk(System):
    """Visitors are served, one after the other, and come back."""

    visitor = Index(3)
    served = Array(visitor, Bool(), init=False)
    inside = Array(visitor, Bool(), init=False)

    @rule(by="visitor {v}", v=visitor)
    def enter(self, v: Expr) -> None:
        self.require(~self.inside[v])
        self.inside[v] = True

    @rule(by="visitor {v}", v=visitor)
    def exit(self, v: Expr) -> None:
        self.require(self.inside[v])
        self.inside[v] = False
        self.served[v] = True


@eventually(Desk, fair=(any_of("enter"), any_of("exit")), expect=FAILS)
def rule_by_rule(s: Desk) -> Expr:
    """All are served; but one visitor can keep both rules busy."""
    return forall(s.served)


@eventually(Desk, fair=each("enter", "exit"))
def instance_by_instance(s: Desk) -> Expr:
    """All are served, since each instance of each rule has its turn."""
    return forall(s.served)


@eventually(Desk, fair=each("enter", "exit", of="v"))
def visitor_by_visitor(s: Desk) -> Expr:
    """All are served, since each visitor does something while there is something to do."""
    return forall(s.served)


@eventually(Desk, fair=each(of="v"))
def visitor_by_visitor_unnamed(s: Desk) -> Expr:
    """The same without naming the rules."""
    return forall(s.served)


@eventually(Desk, fair=any_of())
def somebody(s: Desk) -> Expr:
    """Somebody is served, if only something happens."""
    return ~forall(~one for one in s.served) | forall(s.inside)


class Token(System):
    """A token goes round; whoever has it may rest instead."""

    node = Index(3)
    place = Member(node, init=0)
    tired = Bool(init=False)

    @rule(by="node {i}", to="node {j}", i=node, j=node)
    def hand(self, i: Expr, j: Expr) -> None:
        self.require(self.place == i, j == (i + 1) % 3)
        self.place = j

    @rule(by="node {i}", i=node)
    def rest(self, i: Expr) -> None:
        self.require(self.place == i)
        self.tired = ~self.tired


@leads_to(Token, fair=any_of("hand"))
def comes_round(s: Token) -> tuple[Expr, Expr]:
    """From the first node the token gets to the last."""
    return s.place == 0, s.place == 2


@leads_to(Token, fair=each("hand"))
def comes_round_one_by_one(s: Token) -> tuple[Expr, Expr]:
    """The same, each handing over treated fairly by itself."""
    return s.place == 0, s.place == 2


@leads_to(Token, fair=any_of(), expect=FAILS)
def rests_for_ever(s: Token) -> tuple[Expr, Expr]:
    """The same, though it is enough that somebody rests and wakes."""
    return s.place == 0, s.place == 2


@leads_to(Token, fair=each(of="i"), expect=FAILS)
def rests_in_person(s: Token) -> tuple[Expr, Expr]:
    """The same, though a node that rests has done something."""
    return (s.place == 1) & s.tired, s.place == 2


@dataclass(frozen=True)
class Row:
    """A claim on whole runs and what is true of it, with how many steps the shortest lasso has where there is one."""

    claim: Claim
    truth: Answer
    length: int | None = None

    def __str__(self) -> str:
        return self.claim.id


TABLE = (
    Row(climbs, HOLDS),
    Row(may_pause, FAILS, 0),
    Row(ends_below, FAILS, 2),
    Row(goes_on, HOLDS),
    Row(is_there_at_once, HOLDS),
    Row(follows_on_nothing, HOLDS),
    Row(comes_back, FAILS, 2),
    Row(is_so, HOLDS),
    Row(is_never, FAILS, 0),
    Row(from_everywhere, FAILS, 0),
    Row(low_from_everywhere, HOLDS),
    Row(a_tick_is_no_progress, HOLDS),
    Row(a_tick_is_never_due, FAILS, 0),
    Row(leaves_weakly, FAILS, 2),
    Row(leaves_strongly, HOLDS),
    Row(the_door_may_stay_shut, FAILS, 0),
    Row(something_happens, FAILS, 2),
    Row(open_again_and_again, HOLDS),
    Row(an_open_door_shuts, FAILS, 2),
    Row(out_by_the_front, FAILS, 3),
    Row(out_somewhere, HOLDS),
    Row(out_by_the_back, FAILS, 1),
    Row(rule_by_rule, FAILS, 4),
    Row(instance_by_instance, HOLDS),
    Row(visitor_by_visitor, HOLDS),
    Row(visitor_by_visitor_unnamed, HOLDS),
    Row(somebody, HOLDS),
    Row(comes_round, HOLDS),
    Row(comes_round_one_by_one, HOLDS),
    Row(rests_for_ever, FAILS, 2),
    Row(rests_in_person, FAILS, 3),
)
