"""What must be true of the election, on a ring of any length."""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.ring_election import RingElection

INTENDED = {"idle-rule RingElection.swallow": "What is safe stays so while lesser names go round for ever."}
SMALL = ({"node": 1}, {"node": 2}, {"node": 3})
SIZES = (*SMALL, every)


@always(RingElection, rests_on=("filters",), at=SIZES)
def past_lesser_ones(ring: RingElection) -> Expr:
    """A name on its way has passed no node with a greater one."""
    n = ring.node
    return forall(implies(ring.pending[s, x] & ring.between[s, y, x], ring.le[y, s]) for s in n for x in n for y in n)


@always(RingElection, rests_on=("filters",), using=(past_lesser_ones,), at=SIZES)
def back_if_greatest(ring: RingElection) -> Expr:
    """Only the greatest name comes back to its node."""
    return forall(implies(ring.pending[x, x], ring.le[y, x]) for x in ring.node for y in ring.node)


@always(RingElection, rests_on=("filters", "own"), using=(back_if_greatest,), at=SIZES)
def greatest_leads(ring: RingElection) -> Expr:
    """Who leads has the greatest name."""
    return forall(implies(ring.leads[x], ring.le[y, x]) for x in ring.node for y in ring.node)


@always(RingElection, rests_on=("filters", "own"), using=(greatest_leads,), at=SIZES)
def one_leader(ring: RingElection) -> Expr:
    """No two nodes lead."""
    return forall(implies(ring.leads[x] & ring.leads[y], x == y) for x in ring.node for y in ring.node)


@sometimes(RingElection, at=SMALL)
def elected(ring: RingElection) -> Expr:
    """A node leads, so `one_leader` is not true for want of leaders."""
    return exists(ring.leads)


@sometimes(RingElection, at=SMALL[1:])
def crowded(ring: RingElection) -> Expr:
    """A node leads while every name is on its way."""
    return exists(ring.leads) & forall(exists(ring.pending[s, x] for x in ring.node) for s in ring.node)
