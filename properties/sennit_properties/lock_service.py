"""What must be true of the lock service, with any number of clients."""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.lock_service import LockService

SMALL = ({"client": 1}, {"client": 2}, {"client": 3})
SIZES = (*SMALL, every)


@always(LockService, rests_on=("guarded", "consumed"), at=SIZES)
def in_one_place(lock: LockService) -> Expr:
    """The lock is in one place at most: at the server, with one client, or on one way."""
    one = forall(implies(lock.away(c) & lock.away(d), c == d) for c in lock.client for d in lock.client)
    kinds = (lock.granted, lock.holds, lock.returned)
    apart = [forall(~(a[c] & b[c]) for c in lock.client) for i, a in enumerate(kinds) for b in kinds[:i]]
    return one & forall(apart) & forall(implies(lock.here, ~lock.away(c)) for c in lock.client)


@always(LockService, rests_on=("guarded", "consumed"), using=(in_one_place,), at=SIZES)
def mutex(lock: LockService) -> Expr:
    """No two clients hold the lock."""
    return forall(implies(lock.holds[c] & lock.holds[d], c == d) for c in lock.client for d in lock.client)


@always(LockService, at=SIZES)
def not_lost(lock: LockService) -> Expr:
    """The lock is somewhere."""
    return lock.here | exists(lock.away(c) for c in lock.client)


@sometimes(LockService, at=SMALL)
def contested(lock: LockService) -> Expr:
    """A client holds the lock while all ask for it, so `mutex` is not true for want of clients."""
    return exists(lock.holds) & forall(lock.asked)


@sometimes(LockService, at=SMALL)
def comes_back(lock: LockService) -> Expr:
    """The lock is on its way back to the server."""
    return exists(lock.returned)
