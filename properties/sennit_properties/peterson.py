"""What must be true of Peterson's algorithm: the two are never inside together, and neither blocks the other."""

from sennit import Expr, always, count, forall, implies, sometimes
from sennit.protocols.peterson import Peterson


@always(Peterson, rests_on=("wish_first",))
def wishes_are_known(two: Peterson) -> Expr:
    """A process wants to enter from its first step until it is out again."""
    return forall(two.wants[i] == (two.place[i] != "outside") for i in two.process)


@always(Peterson, rests_on=("wish_first", "yields", "waits"), using=(wishes_are_known,))
def precedence(two: Peterson) -> Expr:
    """Who is inside while the other waits, or is inside too, has precedence."""
    return forall(
        implies((two.place[i] == "inside") & two.place[j].one_of("waiting", "inside"), two.turn == i)
        for i in two.process
        for j in two.process
        if i != j
    )


@always(Peterson, rests_on=("wish_first", "yields", "waits"), using=(precedence,))
def exclusion(two: Peterson) -> Expr:
    """The two are never inside together."""
    return count(place == "inside" for place in two.place) <= 1


@always(Peterson)
def never_stuck(two: Peterson) -> Expr:
    """Somebody can always move: of two that wait, one has precedence."""
    return ~two.stuck()


@sometimes(Peterson)
def contended(two: Peterson) -> Expr:
    """One waits while the other is inside, so `exclusion` is not true for want of rivals."""
    return (two.place[0] == "inside") & (two.place[1] == "waiting")


@sometimes(Peterson)
def overtaken(two: Peterson) -> Expr:
    """A process has begun, and the other is inside, although it had not begun before: precedence is given late."""
    return (two.place[0] == "began") & (two.place[1] == "inside") & (two.turn == 0)


@sometimes(Peterson)
def both_wait(two: Peterson) -> Expr:
    """Both wait at once."""
    return forall(place == "waiting" for place in two.place)
