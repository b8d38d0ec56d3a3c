"""What memory wipes leave, and what they cost: for all deadlines, amounts and periods.

What stays is what no label must lie on, and what can be fetched in a round that is in time (`survives`); what is there
later is that and what the tap has let through since (`never_more`), all of which can be used (`full`). Expert models
that are larger are never there in whole, smaller ones are. Between what is kept out and the time that it costs stands
`price`, and `payable` says that there is nothing else.
"""

from __future__ import annotations

from typing import Final

from sennit import Expr, Real, always, exists, forall, implies, sometimes, theorem, total
from sennit.protocols.memory_wipe import MemoryWipe

INTENDED = {
    "zeno MemoryWipe": "What is moved may be moved in any number of parts, in no time; who does so gains nothing by it."
}
SIZES: Final[tuple[dict[str, int], ...]] = ({}, {"device": 3})


def _all(wipe: MemoryWipe) -> Expr:
    return total(wipe.covert)


def _unseen(wipe: MemoryWipe) -> Expr:
    return total(wipe.slack for _ in wipe.device)


@sometimes(MemoryWipe)
def given_up(wipe: MemoryWipe) -> Expr:
    """What was uploaded can be given up again, so as to pass a challenge."""
    return _all(wipe) < wipe.uploaded


@always(MemoryWipe, rests_on=("together",), at=SIZES)
def asked_together(wipe: MemoryWipe) -> Expr:
    """As soon as one device is asked, all are; and the challenge follows on the fill."""
    before = implies(wipe.phase.one_of("filling", "filled"), ~exists(wipe.tried))
    return before & implies(wipe.phase.one_of("asked", "loading", "serving", "refused"), forall(wipe.tried))


@always(MemoryWipe, using=(asked_together,), at=SIZES)
def on_schedule(wipe: MemoryWipe) -> Expr:
    """No phase takes longer than it may, and a wipe no longer than its phases together."""
    filling = implies(wipe.phase == "filling", (wipe.down <= wipe.step) & (wipe.step <= wipe.fills))
    filled = implies(wipe.phase == "filled", wipe.down <= wipe.fills)
    asked = implies(wipe.phase == "asked", (wipe.down <= wipe.fills + wipe.step) & (wipe.step <= wipe.allowed))
    loading = (wipe.step <= wipe.loads) & (wipe.down <= wipe.fills + wipe.allowed + wipe.step)
    return filling & filled & asked & implies(wipe.phase == "loading", loading)


@always(MemoryWipe, rests_on=("timed", "together"), using=(on_schedule,))
def soon_back(wipe: MemoryWipe) -> Expr:
    """Until it is refused or serves again, a wipe takes no longer than filling, the deadline and loading."""
    busy = ~wipe.phase.one_of("serving", "refused")
    return implies(busy, wipe.down <= wipe.fills + wipe.allowed + wipe.loads)


@always(MemoryWipe, at=SIZES)
def displaced(wipe: MemoryWipe) -> Expr:
    """While devices are asked, covert bytes lie where no label must, or in the place of one that is missing."""
    return implies(wipe.phase == "asked", _all(wipe) <= _unseen(wipe) + wipe.missing)


@always(MemoryWipe, rests_on=("metered",))
def counted(wipe: MemoryWipe) -> Expr:
    """Since the last wipe no more has passed the tap than it lets through."""
    return wipe.uploaded <= wipe.trickle


@always(MemoryWipe, rests_on=("timed", "costly"), using=(on_schedule, asked_together))
def sound(wipe: MemoryWipe) -> Expr:
    """Who is accepted lacked no more than can be got in time: the deadline is not `short` for it, as in `Deadline`."""
    accepted = wipe.wiped & ~wipe.phase.one_of("asked", "refused")
    return implies(accepted, wipe.near + wipe.missing + wipe.near <= wipe.allowed)


@always(
    MemoryWipe,
    rests_on=("timed", "fresh", "costly", "named", "together"),
    using=(on_schedule, asked_together, displaced),
    at=SIZES,
)
def survives(wipe: MemoryWipe) -> Expr:
    """What a wipe leaves is no more than lies unseen, and can be fetched in time; what came since was uploaded."""
    return implies(wipe.wiped, _all(wipe) <= _unseen(wipe) + wipe.window() + wipe.uploaded)


@always(
    MemoryWipe,
    rests_on=("metered",),
    using=(survives, counted),
    at=SIZES,
)
def never_more(wipe: MemoryWipe) -> Expr:
    """From the first wipe on there is at no time more than that, and what the tap lets through in one cycle."""
    return implies(wipe.wiped, _all(wipe) <= _unseen(wipe) + wipe.window() + wipe.trickle)


@always(MemoryWipe, rests_on=("listed",))
def reloaded(wipe: MemoryWipe) -> Expr:
    """The model that serves was loaded since the wipe, and is the declared one."""
    return implies(wipe.phase == "serving", wipe.model == "declared")


@always(MemoryWipe, rests_on=("ample",))
def complete(wipe: MemoryWipe) -> Expr:
    """Who has all labels is never refused."""
    in_time = implies((wipe.phase == "asked") & (wipe.missing == 0), wipe.step <= wipe.slowest_with())
    return in_time & implies(wipe.phase == "refused", wipe.missing > 0)


@theorem(share=Real(0, 1), trickle=Real(0), lost=Real(0), left=Real(0), expert=Real(0))
def price(share: Expr, trickle: Expr, lost: Expr, left: Expr, expert: Expr) -> Expr:
    """Keeping an expert out at the loss of a share of the time takes wipes in which the tap lets through little.

    That is `lost`, in amounts: of what the tap lets through in a period, the share that a wipe takes of the period.
    """
    both = (lost <= share * trickle) & (left + trickle < expert)
    return implies(both, (lost <= share * (expert - left)) & (left < expert))


@theorem(share=Real(0, 1), trickle=Real(0), lost=Real(0), left=Real(0), expert=Real(0))
def payable(share: Expr, trickle: Expr, lost: Expr, left: Expr, expert: Expr) -> Expr:
    """Where it is smaller than that, the period of which that share is lost keeps the expert out."""
    return implies((lost < share * (expert - left)) & (lost == share * trickle), left + trickle < expert)


@theorem(share=Real(0, 1), most=Real(0), down=Real(0), serves=Real(0))
def overhead(share: Expr, most: Expr, down: Expr, serves: Expr) -> Expr:
    """If the longest wipe takes no more than a share of its cycle, no wipe takes more of its own."""
    return implies((down <= most) & (most <= share * (most + serves)), down <= share * (down + serves))


@sometimes(MemoryWipe)
def honest(wipe: MemoryWipe) -> Expr:
    """The declared model serves after a wipe that left nothing."""
    return wipe.wiped & (wipe.phase == "serving") & (_all(wipe) == 0)


@sometimes(MemoryWipe, at=SIZES)
def full(wipe: MemoryWipe) -> Expr:
    """All that can be there is: unseen, fetched, and uploaded."""
    some = (wipe.slack > 0) & (wipe.window() > 0) & (wipe.trickle > 0)
    return some & wipe.wiped & (_all(wipe) == _unseen(wipe) + wipe.window() + wipe.trickle)


@sometimes(MemoryWipe)
def refused(wipe: MemoryWipe) -> Expr:
    """Who keeps more is refused."""
    return (wipe.phase == "refused") & (wipe.missing > wipe.window())


@sometimes(MemoryWipe)
def again(wipe: MemoryWipe) -> Expr:
    """A second challenge comes, to one that has uploaded what the tap lets through."""
    return (wipe.phase == "asked") & wipe.wiped & (wipe.uploaded == wipe.trickle) & (wipe.trickle > 0)


@sometimes(MemoryWipe, at={"together": False})
def shuttled(wipe: MemoryWipe) -> Expr:
    """Where devices are asked in turn, more stays than all can hide: it goes to one while another is asked."""
    hidden = _unseen(wipe) + total(wipe.window() for _ in wipe.device)
    return wipe.wiped & (_all(wipe) > hidden + wipe.trickle + wipe.uploaded)


@sometimes(MemoryWipe, at={"named": False})
def shared(wipe: MemoryWipe) -> Expr:
    """Where devices have the same labels, one copy answers for both, and no label is missing."""
    return wipe.wiped & (wipe.missing == 0) & (_all(wipe) > _unseen(wipe) + wipe.window() + wipe.uploaded)
