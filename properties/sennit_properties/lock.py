"""What must be true of the lock."""

from sennit import Expr, always, count, ite, sometimes
from sennit.protocols.lock import Lock

SIZES = ({"client": 2}, {"client": 3}, {"client": 5})


@always(Lock, rests_on=("guarded",), at=SIZES)
def in_one_place(lock: Lock) -> Expr:
    """The lock is with the server or with exactly one client."""
    return ite(lock.free, 1, 0) + count(place == "holds" for place in lock.place) == 1


@always(Lock, rests_on=("guarded",), using=(in_one_place,), at=SIZES)
def mutex(lock: Lock) -> Expr:
    """No two clients hold the lock."""
    return count(place == "holds" for place in lock.place) <= 1


@always(Lock, using=(in_one_place,), at=SIZES)
def never_stuck(lock: Lock) -> Expr:
    """Somebody can always move."""
    return ~lock.stuck()


@sometimes(Lock, at=SIZES)
def contested(lock: Lock) -> Expr:
    """One client holds the lock while all the others wait for it, so `mutex` is not true for want of clients."""
    held = count(place == "holds" for place in lock.place)
    return (held == 1) & (count(place == "asked" for place in lock.place) == len(lock.client) - 1)
