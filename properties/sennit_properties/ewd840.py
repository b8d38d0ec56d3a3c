"""What must be true of termination detection: node 0 is never wrong, and comes to know in the end."""

from sennit import FAILS, Expr, always, any_of, exists, forall, implies, leads_to, sometimes
from sennit.protocols.ewd840 import Ewd840

SIZES = ({"node": 2}, {"node": 3}, {"node": 4})


@always(Ewd840, rests_on=("blackens", "keeps", "stains"), at=SIZES)
def left_behind_quiet(ring: Ewd840) -> Expr:
    """The nodes that the token has left behind are idle, or some node it has yet to leave is black, or it is black."""
    quiet = forall(implies(ring.holder < i, ~ring.active[i]) for i in ring.node)
    warned = exists((ring.holder >= i) & (ring.color[i] == "black") for i in ring.node)
    return quiet | warned | (ring.token == "black")


@always(Ewd840, rests_on=("blackens", "keeps", "stains"), using=(left_behind_quiet,), at=SIZES)
def detection(ring: Ewd840) -> Expr:
    """When node 0 concludes that all is quiet, no node is active."""
    return implies(ring.detected(), forall(~active for active in ring.active))


@always(Ewd840, using=(detection,), at=SIZES)
def stops_when_detected(ring: Ewd840) -> Expr:
    """Nothing more can happen exactly where node 0 concludes that all is quiet."""
    return ring.stuck() == ring.detected()


@sometimes(Ewd840, at=tuple(sizes | {"busy": True} for sizes in SIZES))
def detected(ring: Ewd840) -> Expr:
    """Even if all nodes are busy at first, node 0 can conclude it: `detection` is not true for want of conclusions."""
    return ring.detected()


@sometimes(Ewd840, at=SIZES)
def outrun(ring: Ewd840) -> Expr:
    """A white token comes back to a node 0 that was idle, and the last node is active again: white is not enough."""
    white = (ring.token == "white") & (ring.holder == 0) & ~ring.active[0]
    return white & ring.active[len(ring.node) - 1]


@leads_to(Ewd840, fair=any_of("probe", "pass_on"), at=SIZES)
def comes_to_know(ring: Ewd840) -> tuple[Expr, Expr]:
    """Once no node is active, node 0 comes to conclude that all is quiet, if the token is not held up for ever."""
    return forall(~active for active in ring.active), ring.detected()


@leads_to(Ewd840, expect=FAILS, at=SIZES)
def comes_to_know_anyway(ring: Ewd840) -> tuple[Expr, Expr]:
    """Once no node is active, node 0 comes to conclude that all is quiet, even if nobody has to hand on the token."""
    return forall(~active for active in ring.active), ring.detected()
