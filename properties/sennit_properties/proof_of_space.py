"""What a proof of space shows without a clock: of a fill that was streamed all, of one that comes from a seed nothing.

`share` is the bound in whole numbers: with m bits kept of a random fill of n bits, at most one fill in 2^(n-m) passes.
`seeded` is why no such bound is true of a seed: whoever keeps nothing else passes always, given all the time.
"""

from sennit import Expr, always, count, every, forall, implies, sometimes
from sennit.protocols.proof_of_space import ProofOfSpace

SMALL = ({"fill": 1, "kept": 1}, {"fill": 2, "kept": 1}, {"fill": 3, "kept": 2})
SIZES = (*SMALL, every)
SEEDED = tuple({**size, "streamed": False} for size in (*SMALL, {"fill": every, "kept": every}))


@always(ProofOfSpace, at=SIZES)
def kept_as_planned(game: ProofOfSpace) -> Expr:
    """What was sent can be, and what the prover then has in its memory is what it keeps of that."""
    sent = implies(game.phase != "quiet", game.possible[game.sent])
    return sent & implies(game.phase == "kept", game.memory == game.keeps[game.sent])


@always(ProofOfSpace, rests_on=("whole",), using=(kept_as_planned,), at=SIZES)
def earned(game: ProofOfSpace) -> Expr:
    """What passes is what the prover answers from its memory."""
    return forall(implies(game.passed[x], game.answers[game.keeps[x], x]) for x in game.fill)


@always(ProofOfSpace, rests_on=("whole",), using=(earned,), at=SIZES)
def distinct(game: ProofOfSpace) -> Expr:
    """No two fills that pass leave the same in memory."""
    both = ((game.passed[x] & game.passed[y], x, y) for x in game.fill for y in game.fill)
    return forall(implies(passed & (game.keeps[x] == game.keeps[y]), x == y) for passed, x, y in both)


@always(ProofOfSpace, rests_on=("streamed", "whole"), using=(distinct,), at=SMALL)
def share(game: ProofOfSpace) -> Expr:
    """Of the fills that can be sent there passes no greater part than what can be kept is of all fills."""
    return len(game.fill) * count(game.passed[x] for x in game.fill) <= len(game.kept) * count(
        game.possible[x] for x in game.fill
    )


@always(ProofOfSpace, using=(kept_as_planned,), at=SEEDED)
def seeded(game: ProofOfSpace) -> Expr:
    """A prover that can work out each fill from what it keeps of it is never refused, however little that is."""
    able = forall(implies(game.possible[x], game.answers[game.keeps[x], x]) for x in game.fill)
    return implies(able, forall(~game.refused[x] for x in game.fill))


@sometimes(ProofOfSpace, at=SMALL)
def reached(game: ProofOfSpace) -> Expr:
    """As many fills pass as can be kept, so `share` is no looser than it must be."""
    return count(game.passed[x] for x in game.fill) == len(game.kept)


@sometimes(ProofOfSpace)
def lost(game: ProofOfSpace) -> Expr:
    """A fill is refused."""
    return game.refused[0]


@sometimes(ProofOfSpace, at={"streamed": False})
def seed_is_enough(game: ProofOfSpace) -> Expr:
    """All fills that a seed leads to pass, where there are as many seeds as can be kept, and fewer than fills."""
    passes = forall(implies(game.possible[x], game.passed[x]) for x in game.fill)
    return passes & (count(game.possible[x] for x in game.fill) == len(game.kept))
