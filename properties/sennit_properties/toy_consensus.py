"""What must be true of the votes, with any number of nodes, quorums and values."""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.toy_consensus import ToyConsensus

SMALL = (
    {"node": 1, "quorum": 1, "value": 1},
    {"node": 2, "quorum": 2, "value": 2},
    {"node": 3, "quorum": 2, "value": 2},
)
SIZES = (*SMALL, every)


@always(ToyConsensus, rests_on=("once",), at=SIZES)
def one_vote(votes: ToyConsensus) -> Expr:
    """No node votes for two values."""
    return forall(
        implies(votes.voted[n, v] & votes.voted[n, w], v == w)
        for n in votes.node
        for v in votes.value
        for w in votes.value
    )


@always(ToyConsensus, rests_on=("quorate",), at=SIZES)
def decided_by_quorums(votes: ToyConsensus) -> Expr:
    """Behind what is decided stands a quorum."""
    return forall(implies(votes.decided[v], exists(votes.behind(q, v) for q in votes.quorum)) for v in votes.value)


@always(ToyConsensus, rests_on=("once", "quorate", "overlap"), using=(one_vote, decided_by_quorums), at=SIZES)
def agreement(votes: ToyConsensus) -> Expr:
    """No two values are decided."""
    return forall(implies(votes.decided[v] & votes.decided[w], v == w) for v in votes.value for w in votes.value)


@sometimes(ToyConsensus, at=SMALL)
def settled(votes: ToyConsensus) -> Expr:
    """A value is decided, so `agreement` is not true for want of decisions."""
    return exists(votes.decided)


@sometimes(ToyConsensus, at=SMALL[1:])
def split(votes: ToyConsensus) -> Expr:
    """All nodes have voted, and nothing can be decided."""
    voted = forall(exists(votes.voted[n, v] for v in votes.value) for n in votes.node)
    return voted & ~exists(votes.behind(q, v) for q in votes.quorum for v in votes.value)
