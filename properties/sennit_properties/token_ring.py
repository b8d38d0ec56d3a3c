"""What must be true of the token ring: a token there always is, and they never become more."""

from sennit import Expr, always, count, forall, sometimes
from sennit.protocols.token_ring import TokenRing

SIZES = ({"node": 3, "counters": 3}, {"node": 4, "counters": 4}, {"node": 6, "counters": 6})
ONE = tuple(sizes | {"most": 1} for sizes in SIZES)
ZEROED = tuple(sizes | {"zeroed": True} for sizes in SIZES)


@always(TokenRing, at=SIZES)
def some_token(ring: TokenRing) -> Expr:
    """There is a token, in any state whatever."""
    return count(ring.tokens()) >= 1


@always(TokenRing, rests_on=("waits",), at=(*ONE, *(sizes | {"most": 2} for sizes in SIZES)))
def never_more(ring: TokenRing) -> Expr:
    """There are never more tokens than there were at first; with one at first, that is mutual exclusion."""
    return count(ring.tokens()) <= ring.most


@always(TokenRing, at=SIZES)
def never_stuck(ring: TokenRing) -> Expr:
    """Somebody can always move."""
    return ~ring.stuck()


@always(TokenRing, rests_on=("waits",), at=ZEROED)
def one_token(ring: TokenRing) -> Expr:
    """From zero on, there is exactly one token."""
    return count(ring.tokens()) == 1


@always(TokenRing, rests_on=("waits",), using=(one_token,), at=ZEROED)
def in_step(ring: TokenRing) -> Expr:
    """From zero on, every counter is the root's or the one before it: the root never goes on without the token."""
    root = ring.counter[0]
    return forall((counter == root) | ((counter + 1) % ring.counters == root) for counter in ring.counter)


@sometimes(TokenRing, at=ZEROED)
def goes_round(ring: TokenRing) -> Expr:
    """The only token gets to the last node again and again, until the root's counter has its last value."""
    return ring.tokens()[-1] & (ring.counter[0] == ring.counters - 1)
