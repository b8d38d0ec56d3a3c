"""What must be true of the token ring: a token there always is, they never become more, and one is left in the end."""

from sennit import FAILS, Expr, always, any_of, count, eventually, forall, leads_to, sometimes, true
from sennit.protocols.token_ring import TokenRing

SIZES = ({"node": 3, "counters": 3}, {"node": 4, "counters": 4}, {"node": 5, "counters": 5})
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


@eventually(TokenRing, fair=any_of("create", "pass_on"), at=SIZES)
def settles(ring: TokenRing) -> Expr:
    """From any state whatever one token is left in the end, if somebody moves as long as anybody can."""
    return count(ring.tokens()) == 1


@eventually(TokenRing, expect=FAILS, at=SIZES)
def settles_anyway(ring: TokenRing) -> Expr:
    """From any state whatever one token is left in the end, even if nobody has to move."""
    return count(ring.tokens()) == 1


@leads_to(TokenRing, fair=any_of("create", "pass_on"), rests_on=("waits",), at=ZEROED)
def comes_round(ring: TokenRing) -> tuple[Expr, Expr]:
    """From zero on, the last node has the token again and again."""
    return true(), ring.tokens()[-1]
