"""What must be true of the order of events in a memory challenge: what is known before what, and what is done at once.

Each is a small System, whose switches are what a verifier sees to; without one of them a cheater has a schedule. The
arithmetic of rates is in memory_rates.py, that of labels and rounds in memory_labels.py.

- `TimeShare`: challenges that nobody foresees find memory in another use, whatever the window, the notice and the rate.
- `Devices`: one memory answers for another device if labels do not name theirs, or peers are asked one by one.
- `Openings`: the chance to pass s openings with a share of the leaves wrong is what the share to the power of s says,
  for every s by one step of induction.
- `Rounds`: the same of rounds in each of which some labels are asked for, and of the share that was stored.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from sennit import Expr, always, count, forall, implies, sometimes
from sennit.protocols.memory.devices import Devices
from sennit.protocols.memory.openings import Openings
from sennit.protocols.memory.rounds import Rounds
from sennit.protocols.memory.time_share import TimeShare

FORETOLD: Final = {"unforeseen": False}
RECKONED: Final = {"unforeseen": False, "short": False, "reckoned": True}
SIZES: Final[tuple[dict[str, int], ...]] = ({}, {"device": 3})

# -- time-sharing ------------------------------------------------------------------------------------------------------


@always(TimeShare, at=({}, FORETOLD, RECKONED))
def settled_before(game: TimeShare) -> Expr:
    """A challenge that is there was known of for no longer than the notice, and one not foreseen not at all."""
    settled, ahead = game.verifier == "settled", game.notice + game.asked
    if game.unforeseen:
        return ~settled & implies(game.verifier == "asking", game.since <= game.asked)
    waits = implies(settled, game.since <= game.notice)
    return implies(game.verifier == "asking", game.since <= ahead) & waits


@always(TimeShare, at=({}, FORETOLD, RECKONED))
def back_after_its_time(game: TimeShare) -> Expr:
    """What was lent when the challenge was settled is back no sooner than it can be."""
    under_way = (game.verifier == "settled") | (game.verifier == "asking")
    returning = implies(game.memory == "returning", game.back <= game.since)
    return implies(under_way & game.lent_then, returning & implies(game.memory == "held", game.returns <= game.since))


@always(TimeShare, rests_on=("unforeseen", "short"), using=(settled_before, back_after_its_time))
def not_lent_when_asked(game: TimeShare) -> Expr:
    """Nobody foresees a challenge: then whoever is accepted had not lent the memory when it came."""
    return implies(game.verifier == "accepted", ~game.lent_then)


@always(TimeShare, rests_on=("reckoned",), using=(settled_before, back_after_its_time), at=RECKONED)
def not_lent_when_announced(game: TimeShare) -> Expr:
    """Challenges are foretold, and bringing back takes longer than notice and window: nor had it when it was told."""
    return implies(game.verifier == "accepted", ~game.lent_then)


@always(TimeShare, at=({}, FORETOLD))
def refused_when_late(game: TimeShare) -> Expr:
    """Nobody is refused before the window is over."""
    return implies(game.verifier == "refused", game.asked > game.allowed)


@always(TimeShare, using=(settled_before,), at=({}, FORETOLD))
def never_stuck(game: TimeShare) -> Expr:
    """Time can pass, or somebody can move."""
    return ~game.stuck()


@sometimes(TimeShare, at=({}, RECKONED))
def answered(game: TimeShare) -> Expr:
    """A prover that holds its memory is accepted, and may have lent it before and brought it back."""
    return (game.verifier == "accepted") & (game.returns > 0) & (game.back >= game.returns)


@sometimes(TimeShare, at=({}, RECKONED))
def found_out(game: TimeShare) -> Expr:
    """One that had lent it is refused, though it began at once to bring it back."""
    return (game.verifier == "refused") & game.lent_then & (game.memory == "returning") & (game.back > 0)


@sometimes(TimeShare, at=FORETOLD)
def shared(game: TimeShare) -> Expr:
    """With notice, one that lent all is accepted up to the last moment: the bound on notice and window is exact."""
    exact = (game.returns == game.notice + game.allowed) & (game.allowed > 0)
    return (game.verifier == "accepted") & game.lent_then & exact


@sometimes(TimeShare)
def lent_between(game: TimeShare) -> Expr:
    """Between challenges the memory is lent and nobody sees it: a challenge speaks of its own moment."""
    return (game.verifier == "accepted") & (game.memory == "lent")


# -- several devices ---------------------------------------------------------------------------------------------------


@always(Devices, rests_on=("named", "together", "short"), at=SIZES)
def each_gives_its_memory(game: Devices) -> Expr:
    """All devices pass only where an answer came from the memory of each."""
    return implies(game.accepted, forall(game.used))


@sometimes(Devices, at=SIZES)
def all_pass(game: Devices) -> Expr:
    """Devices that hold their own labels pass."""
    return game.accepted & forall(game.holds[d, d] for d in game.device)


@sometimes(Devices, at=SIZES)
def swapped(game: Devices) -> Expr:
    """Each may hold another's labels: what is shown is how much memory, and not which."""
    return game.accepted & forall(~game.holds[d, d] for d in game.device)


@sometimes(Devices, at=tuple(size | {"named": False} for size in SIZES))
def one_copy_answers_for_all(game: Devices) -> Expr:
    """Where devices share a seed, a single memory answers for all of them."""
    return game.accepted & (count(game.used) == 1)


@sometimes(Devices, at=tuple(size | {"together": False} for size in SIZES))
def one_memory_in_turn(game: Devices) -> Expr:
    """So it does where they are asked in turn, filled anew each time."""
    return game.accepted & (count(game.used) == 1)


# -- openings ----------------------------------------------------------------------------------------------------------


@always(Openings, rests_on=("root_first", "unforeseen", "binding"))
def fair_draw(game: Openings) -> Expr:
    """What is opened is drawn after the root and foreseen by nobody, and what was under the root is shown."""
    return game.kept() & implies(game.drawn, game.sent)


@always(Openings, rests_on=("root_first", "unforeseen", "binding"), using=(fair_draw,))
def survives_no_more_than_its_share(game: Openings) -> Expr:
    """After any number s of openings, whoever got a share wrong is believed with a chance of (1 - share)^s at most."""
    return game.survives <= game.most


@sometimes(Openings)
def caught_all_but_surely(game: Openings) -> Expr:
    """Three openings leave less than one chance in a hundred where more than one leaf in five is right."""
    return (game.survives < Fraction(1, 100)) & (game.survives > 0) & (game.right > Fraction(1, 5))


@always(Openings)
def believed(game: Openings) -> Expr:
    """Who got nothing wrong is believed for certain."""
    return implies(game.right == 1, game.survives == 1)


# -- rounds ------------------------------------------------------------------------------------------------------------


@always(Rounds, rests_on=("fresh", "unforeseen"))
def brought_too_late(game: Rounds) -> Expr:
    """Who has the labels of a round without having stored them is late, and between rounds nobody has them."""
    between = implies(~game.asked & ~game.refused, ~game.brought)
    return game.by_draw_alone() & between & ~game.repeats


@always(Rounds, rests_on=("fresh", "unforeseen", "timed"), using=(brought_too_late,))
def passes_no_more_than_what_it_stored(game: Rounds) -> Expr:
    """After any number r of rounds, whoever stored a share has passed them all with a chance of share^r at most."""
    return game.survives <= game.most


@always(Rounds)
def passed_by_whoever_stored_all(game: Rounds) -> Expr:
    """Who stored all passes for certain, and is refused only if late."""
    return implies(game.stored == 1, game.survives == 1) & implies(game.refused, game.late)


@sometimes(Rounds)
def found_out_in_time(game: Rounds) -> Expr:
    """Three rounds leave less than one chance in a hundred where more than one label in five is stored."""
    return (game.survives < Fraction(1, 100)) & (game.survives > 0) & (game.stored > Fraction(1, 5))


@sometimes(Rounds)
def refused_though_it_has_them(game: Rounds) -> Expr:
    """A prover has brought all that it was asked for, and is refused."""
    return game.refused & game.brought
