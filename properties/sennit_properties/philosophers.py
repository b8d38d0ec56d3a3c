"""What must be true of the philosophers: neighbours never eat together, and the table never comes to rest."""

from sennit import Expr, always, count, forall, ite, sometimes
from sennit.protocols.philosophers import Philosophers

SIZES = ({"philosopher": 3}, {"philosopher": 5})


@always(Philosophers, rests_on=("looks",), at=SIZES)
def accounted(table: Philosophers) -> Expr:
    """A fork that is taken is in one hand, and one that lies on the table in none."""
    return forall(
        count(table.has(p, fork) for p in table.philosopher) == ite(table.taken[fork], 1, 0)
        for fork in table.philosopher
    )


@always(Philosophers, rests_on=("looks",), using=(accounted,), at=SIZES)
def neighbours_apart(table: Philosophers) -> Expr:
    """No two neighbours eat at the same time."""
    seats = len(table.philosopher)
    return forall(~((table.place[p] == "eats") & (table.place[(p + 1) % seats] == "eats")) for p in table.philosopher)


@always(Philosophers, rests_on=("one_differs",), using=(accounted,), at=SIZES)
def never_stuck(table: Philosophers) -> Expr:
    """Somebody can always move: not all of them wait for each other."""
    return ~table.stuck()


@sometimes(Philosophers, at=SIZES)
def nearly_stuck(table: Philosophers) -> Expr:
    """All but the last hold a fork, so `never_stuck` is not true for want of waiting."""
    *others, last = table.philosopher
    return forall(table.place[p] == "holds" for p in others) & (table.place[last] == "thinks")


@sometimes(Philosophers, at=SIZES)
def many_eat(table: Philosophers) -> Expr:
    """As many eat at the same time as there are pairs of forks."""
    return count(place == "eats" for place in table.place) == len(table.philosopher) // 2
