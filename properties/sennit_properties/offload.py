"""What must be true of a challenge that beats offloading, for all rates, delays, claims and ways to divide the claim.

Who is accepted hides no more than `unseen`. With `share` that says: who answers in time holds all but a share e of the
claim, where the deadline leaves less time than all channels together take for that share. `slowest_part` is why it is
enough that one channel is too slow.
"""

from sennit import Expr, Real, always, exists, forall, implies, sometimes, theorem, total
from sennit.protocols.offload import Offload

SIZES = ({"channel": 2}, {"channel": 3})
QUICKEST = {"short": False, "ample": False, "hurried": True}


@always(Offload, rests_on=("fresh", "alone"), at=SIZES)
def brought(game: Offload) -> Expr:
    """While the prover works, no channel is done sooner than it can be, and before it does none has begun."""
    done = forall(implies(game.state[c] == "done", game.working >= game.takes[c]) for c in game.channel)
    moves = forall(implies(game.state[c] == "moves", game.moving[c] <= game.working) for c in game.channel)
    idle = forall(game.state[c] == "idle" for c in game.channel)
    before = game.phase.one_of("quiet", "asked")
    return implies(game.phase == "works", done & moves) & implies(before, idle)


@always(Offload, rests_on=("fresh", "alone", "measured"), using=(brought,), at=SIZES)
def roofline(game: Offload) -> Expr:
    """A round in which something is missing lasts as long as each channel takes, and both messages."""
    asked = implies(game.phase == "asked", game.counted == game.sent)
    works = implies(game.phase == "works", game.counted >= game.near + game.working)
    slowest = forall(game.counted >= game.near + game.takes[c] + game.sent for c in game.channel)
    return asked & works & implies((game.phase == "answered") & (game.hidden > 0), slowest)


@always(
    Offload,
    rests_on=("measured", "strict", "fresh", "short", "rated", "together", "alone"),
    using=(roofline,),
    at=SIZES,
)
def sound(game: Offload) -> Expr:
    """Who is accepted hides no more than may be hidden."""
    return implies(game.phase == "accepted", game.hidden <= game.unseen)


@always(Offload)
def no_delay(game: Offload) -> Expr:
    """No message is late, and nobody who has it all in memory is late with reading it."""
    late = (game.counted <= game.sent) & (game.sent <= game.far)
    works = (game.counted <= game.far + game.working) & implies(game.hidden == 0, game.working <= game.reads)
    back = implies(game.hidden == 0, game.counted <= game.far + game.reads + game.sent) & (game.sent <= game.far)
    there = implies(game.phase == "asked", late) & implies(game.phase == "works", works)
    return there & implies(game.phase == "answered", back)


@always(Offload, rests_on=("ample",), using=(no_delay,))
def complete(game: Offload) -> Expr:
    """Who has it all in memory is never refused."""
    return implies(game.hidden == 0, game.phase != "refused")


@always(Offload, at=QUICKEST, using=(brought,))
def hurries(game: Offload) -> Expr:
    """Who brings all parts at once is no later than the slowest channel."""

    def moves(c: int) -> Expr:
        return (game.working <= game.moving[c]) & (game.moving[c] <= game.takes[c]) & (game.state[c] != "idle")

    channels = game.channel
    late = (game.counted <= game.sent) & (game.sent <= game.near)
    at_once = forall(implies(game.state[c] == "moves", moves(c)) for c in channels)
    done = forall(game.state[c] == "done" for c in channels)
    slowest = exists(game.working <= game.takes[c] for c in channels)
    works = (game.counted <= game.near + game.working) & at_once & implies(done, slowest)
    back = exists(game.counted <= game.near + game.takes[c] + game.sent for c in channels) & (game.sent <= game.near)
    answered = implies((game.phase == "answered") & (game.hidden > 0), back)
    return implies(game.phase == "asked", late) & implies((game.phase == "works") & (game.hidden > 0), works) & answered


@always(Offload, at=QUICKEST, using=(hurries,))
def tight(game: Offload) -> Expr:
    """A deadline that leaves time for the slowest channel is too long: who hurries is never refused."""
    enough = forall(game.near + game.takes[c] + game.near <= game.allowed for c in game.channel)
    return implies(enough & (game.hidden > 0), game.phase != "refused")


@always(Offload, using=(brought,), at=({}, QUICKEST))
def never_stuck(game: Offload) -> Expr:
    """Time can pass, or somebody can move."""
    return ~game.stuck()


@theorem(a=Real(0), b=Real(0), c=Real(0), x=Real(0), y=Real(0), z=Real(0), mean=Real(0))
def slowest_part(a: Expr, b: Expr, c: Expr, x: Expr, y: Expr, z: Expr, mean: Expr) -> Expr:
    """Where channels with rates a, b and c share out a whole, one takes as long for its part as all for the whole."""
    whole = (a + b + c) * mean == a * x + b * y + c * z
    return implies((a + b + c > 0) & whole, (x >= mean) | (y >= mean) | (z >= mean))


@theorem(claim=Real(0), stored=Real(0), rates=Real(0), e=Real(0, 1), hidden=Real(0), unseen=Real(0))
def share(claim: Expr, stored: Expr, rates: Expr, e: Expr, hidden: Expr, unseen: Expr) -> Expr:
    """Who hides no more than all channels together bring of a share e has stored the rest of the claim."""
    measured = (claim - stored == rates * hidden) & (e * claim == rates * unseen)
    return implies(measured & (hidden <= unseen), stored >= (1 - e) * claim)


@theorem(claim=Real(0), rates=Real(0), e=Real(0, 1), unseen=Real(0), jitter=Real(0), reads=Real(0), room=Real())
def blind(claim: Expr, rates: Expr, e: Expr, unseen: Expr, jitter: Expr, reads: Expr, room: Expr) -> Expr:
    """No deadline shows a share that all channels together bring in the time of reading the claim and of the jitter.

    `room` is what a deadline leaves beyond two messages at their quickest.
    """
    measured = (rates > 0) & (e * claim == rates * unseen)
    return implies(measured & (reads + jitter <= room) & (room < unseen), rates * (reads + jitter) < e * claim)


@sometimes(Offload)
def honest(game: Offload) -> Expr:
    """Who has it all in memory is accepted, so `sound` is not true for want of answers."""
    return (game.phase == "accepted") & (game.hidden == 0)


@sometimes(Offload)
def refused(game: Offload) -> Expr:
    """Who hides too much is refused."""
    return (game.phase == "refused") & (game.hidden > game.unseen)


@sometimes(Offload)
def overlapped(game: Offload) -> Expr:
    """All has been brought in less time than the channels would take one after the other, so their rates add."""
    missing = (game.hidden > 0) & forall(game.takes[c] > 0 for c in game.channel)
    return (game.phase == "answered") & missing & (game.counted < total(game.takes[c] for c in game.channel))


@sometimes(Offload, at=QUICKEST)
def cheated(game: Offload) -> Expr:
    """Who hides too much is accepted by too long a deadline, so `tight` is not true of nothing."""
    return (game.phase == "accepted") & (game.hidden > game.unseen)
