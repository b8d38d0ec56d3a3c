"""What must be true of a deadline: it separates who holds the data from who does not, for all constants that allow it.

The constants allow it exactly where a round with the data, at its slowest, is quicker than one without at its
quickest: `separable` says that no deadline does otherwise, `always_one` that then one does, and `tight` that a deadline
that is any longer is no good.
"""

from sennit import Expr, Real, always, implies, sometimes, theorem
from sennit.protocols.deadline import Deadline

INTENDED = {"idle-rule Deadline.give_up": "A late answer is refused as well: giving up only saves the wait for it."}
QUICKEST = {"short": False, "ample": False, "hurried": True}


@always(Deadline)
def one_thing_at_a_time(game: Deadline) -> Expr:
    """While the verifier waits, either a message travels or the prover works; while it does not, neither does."""
    travels, works = game.link != "quiet", game.prover == "works"
    idle = ~game.asking & (game.verdict != "refused")
    return ~(travels & works) & implies(game.asking, travels | works) & implies(idle, ~travels & ~works)


@always(Deadline, rests_on=("fresh", "measured"), using=(one_thing_at_a_time,))
def time_accounted(game: Deadline) -> Expr:
    """The verifier's clock has counted all of the challenge's way, of the prover's work, and of the answer's way."""
    there = implies(game.link == "challenge", (game.asked == game.sent) & (game.prover == "idle"))
    working = implies(game.prover == "works", game.asked >= game.near + game.working)
    worked = game.asked >= game.near + game.fetches + game.sent
    return there & working & implies((game.link == "answer") & ~game.holds, worked) & (game.prover != "ahead")


@always(Deadline, rests_on=("measured", "strict", "fresh", "short"), using=(one_thing_at_a_time, time_accounted))
def sound(game: Deadline) -> Expr:
    """Only a prover that holds the data is accepted."""
    return implies(game.verdict == "accepted", game.holds)


@always(Deadline, rests_on=("fresh",), using=(one_thing_at_a_time,))
def no_delay(game: Deadline) -> Expr:
    """No message is late, and a prover that holds the data is not late with its work."""
    there = implies(game.link == "challenge", (game.asked <= game.sent) & (game.prover == "idle"))
    works = (game.asked <= game.far + game.working) & implies(game.holds, game.working <= game.reads)
    back = implies(game.holds, game.asked <= game.far + game.reads + game.sent)
    in_time = implies(game.link != "quiet", game.sent <= game.far) & (game.prover != "ahead")
    return there & implies(game.prover == "works", works) & implies(game.link == "answer", back) & in_time


@always(Deadline, rests_on=("ample",), using=(one_thing_at_a_time, no_delay))
def complete(game: Deadline) -> Expr:
    """A prover that holds the data is never refused."""
    return implies(game.holds, game.verdict != "refused")


@always(Deadline, at=QUICKEST, using=(one_thing_at_a_time,))
def hurries(game: Deadline) -> Expr:
    """Who loses no time has lost none: a round without the data takes no longer than it must."""
    there = implies(game.link == "challenge", (game.asked <= game.sent) & (game.prover == "idle"))
    works = (game.asked <= game.near + game.working) & (game.working <= game.fetches)
    back = game.asked <= game.near + game.fetches + game.sent
    lacks = implies(game.prover == "works", works) & implies(game.link == "answer", back)
    in_time = implies(game.link != "quiet", game.sent <= game.near) & (game.prover != "ahead")
    return there & implies(~game.holds, lacks) & in_time


@always(Deadline, at=QUICKEST, using=(one_thing_at_a_time, hurries))
def tight(game: Deadline) -> Expr:
    """Where the deadline is not shorter than a round without the data can be, one that hurries is never refused."""
    return implies((game.quickest_without() <= game.allowed) & ~game.holds, game.verdict != "refused")


@always(Deadline, using=(one_thing_at_a_time, time_accounted), at=({}, QUICKEST))
def never_stuck(game: Deadline) -> Expr:
    """Time can pass, or somebody can move."""
    return ~game.stuck()


@theorem(near=Real(0), far=Real(0), reads=Real(0), fetches=Real(0), allowed=Real(0))
def separable(near: Expr, far: Expr, reads: Expr, fetches: Expr, allowed: Expr) -> Expr:
    """A deadline can be both ample and short only where work with the data is quicker by all the network's jitter."""
    both = (2 * far + reads <= allowed) & (allowed < 2 * near + fetches)
    return implies(both, reads + 2 * (far - near) < fetches)


@theorem(near=Real(0), far=Real(0), reads=Real(0), fetches=Real(0))
def always_one(near: Expr, far: Expr, reads: Expr, fetches: Expr) -> Expr:
    """Where it is, the longest round with the data is such a deadline."""
    allowed = 2 * far + reads
    return implies(reads + 2 * (far - near) < fetches, allowed < 2 * near + fetches)


@sometimes(Deadline)
def accepted(game: Deadline) -> Expr:
    """A prover that holds the data is accepted, so `sound` is not true for want of answers."""
    return (game.verdict == "accepted") & game.holds


@sometimes(Deadline)
def refused(game: Deadline) -> Expr:
    """A prover that does not is refused."""
    return (game.verdict == "refused") & ~game.holds


@sometimes(Deadline)
def late(game: Deadline) -> Expr:
    """The answer of a prover that does not hold the data is on its way, and it is past the deadline."""
    return (game.link == "answer") & ~game.holds & (game.asked > game.allowed)


@sometimes(Deadline, at=QUICKEST)
def cheated(game: Deadline) -> Expr:
    """One that does not hold the data is accepted by too long a deadline, so `tight` is not true of nothing."""
    return (game.verdict == "accepted") & ~game.holds


# What a profile's figures decide, near, far, reads, fetches and allowed being known: the deadline is given then.
GIVEN = {"short": False, "ample": False}
MEASURED = dict.fromkeys((sound, complete, accepted, refused), GIVEN)
