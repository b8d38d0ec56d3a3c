"""What a check that registered weights are present says of training, and what an account of declared work does.

Weights that are all present, exactly, in every block, leave no room (`no_room`), and who trains as it is asked is
refused (`caught_training`), for all amounts. Of the time between two checks it says nothing: who stops and puts the
weights back passes (`in_between`); what times rule that out, `memory_dump` says. An account of declared work or memory
leaves what it leaves over, and all errors of what it was reckoned from (`unaccounted`).
"""

from __future__ import annotations

from typing import Final

from sennit import FAILS, Expr, Real, always, forall, implies, sometimes, theorem
from sennit.protocols.memory_tax import MemoryTax

INTENDED = {"zeno MemoryTax": "Blocks may come and go in no time, between two rounds; who does so gains nothing by it."}
SIZES: Final[tuple[dict[str, int], ...]] = ({}, {"block": 4})


@sometimes(MemoryTax)
def changed(tax: MemoryTax) -> Expr:
    """A block is changed slightly."""
    return tax.held[0] == "changed"


@sometimes(MemoryTax)
def taken_away(tax: MemoryTax) -> Expr:
    """A block is put away."""
    return tax.held[0] == "away"


@sometimes(MemoryTax)
def put_back(tax: MemoryTax) -> Expr:
    """After training all blocks are back."""
    return tax.trained & ~tax.trains & forall(held == "registered" for held in tax.held)


@always(MemoryTax, at=SIZES)
def fits(tax: MemoryTax) -> Expr:
    """No more memory is used than there is."""
    return tax.used() <= tax.memory


@always(MemoryTax, rests_on=("heavy",), using=(fits,))
def no_room(tax: MemoryTax) -> Expr:
    """While all registered weights are present, there is no training."""
    return implies(forall(held == "registered" for held in tax.held), ~tax.trains)


@always(MemoryTax, using=(fits,), at=SIZES)
def displaced(tax: MemoryTax) -> Expr:
    """Training as weights are asked for takes the place of weights that are missing."""
    asked = tax.check.one_of("asked", "accepted")
    return implies(asked & tax.caught, tax.weights() + tax.needs <= tax.memory + tax.missing)


@always(MemoryTax, rests_on=("timed",), at=SIZES)
def sound(tax: MemoryTax) -> Expr:
    """Who is accepted lacked no more than can be fetched in a round that is in time."""
    waits = implies(tax.check == "asked", tax.asked <= tax.allowed)
    return waits & implies(tax.check == "accepted", tax.missing <= tax.window())


@always(MemoryTax, rests_on=("timed", "fresh", "whole", "exact", "heavy"), using=(fits, displaced, sound), at=SIZES)
def caught_training(tax: MemoryTax) -> Expr:
    """Who trains as the weights are asked for is not accepted."""
    return implies(tax.check == "accepted", ~tax.caught)


@always(MemoryTax, rests_on=("ample",), at=SIZES)
def complete(tax: MemoryTax) -> Expr:
    """Who has all that is asked for is never refused."""
    in_time = implies((tax.check == "asked") & (tax.missing == 0), tax.asked <= tax.slowest)
    return in_time & implies(tax.check == "refused", tax.missing > 0)


@always(MemoryTax, using=(sound, complete))
def never_stuck(tax: MemoryTax) -> Expr:
    """Time can pass, or somebody can move."""
    return ~tax.stuck()


@sometimes(MemoryTax)
def honest(tax: MemoryTax) -> Expr:
    """All weights are present, and are accepted."""
    return (tax.check == "accepted") & (tax.missing == 0) & ~tax.trained


@sometimes(MemoryTax)
def swapped(tax: MemoryTax) -> Expr:
    """All that can be fetched in a round is missing, and accepted: its room is as good as free."""
    return (tax.check == "accepted") & (tax.missing == tax.window()) & (tax.missing > 0)


@sometimes(MemoryTax)
def refused(tax: MemoryTax) -> Expr:
    """Who trains is refused."""
    return (tax.check == "refused") & tax.caught


@sometimes(MemoryTax)
def in_between(tax: MemoryTax) -> Expr:
    """There was training, and it was stopped, and the weights were put back: a check is passed."""
    return (tax.check == "accepted") & tax.earlier & (tax.missing == 0)


@sometimes(MemoryTax, at={"exact": False})
def thinned(tax: MemoryTax) -> Expr:
    """Where a slight change is let pass, training takes the room that it saves, and nothing is missing."""
    return (tax.check == "accepted") & tax.caught & (tax.missing == 0)


# -- what is accounted for ---------------------------------------------------------------------------------------------


@theorem(
    capacity=Real(0),
    declared=Real(0),
    reckoned=Real(0),
    again=Real(0),
    under=Real(0),
    over=Real(0),
    share=Real(0, 1),
)
def unaccounted(
    capacity: Expr, declared: Expr, reckoned: Expr, again: Expr, under: Expr, over: Expr, share: Expr
) -> Expr:
    """What declared work leaves over is at most the share that is let pass, and both estimates' errors in full.

    `reckoned` is the capacity as it is estimated, at most `under` too low; `again` what declared work took when it was
    done again, at most `over` too much. Work or memory, in any one unit.
    """
    estimates = (capacity <= reckoned + under) & (again <= declared + over)
    left = capacity - declared
    return implies(estimates & (again >= (1 - share) * reckoned), left <= share * reckoned + under + over)


@theorem(capacity=Real(0), declared=Real(0), reckoned=Real(0), again=Real(0), under=Real(0), over=Real(0), expect=FAILS)
def errors_are_free(capacity: Expr, declared: Expr, reckoned: Expr, again: Expr, under: Expr, over: Expr) -> Expr:
    """Accounting for 95 % of what was reckoned would leave 5 % of what there is."""
    estimates = (capacity <= reckoned + under) & (again <= declared + over) & (declared <= capacity)
    return implies(estimates & (20 * again >= 19 * reckoned), 20 * (capacity - declared) <= capacity)


@theorem(hours=Real(0), busy=Real(0), units=Real(0), at_work=Real(0), expect=FAILS)
def busy_is_used(hours: Expr, busy: Expr, units: Expr, at_work: Expr) -> Expr:
    """A device that declared work keeps busy for 95 % of the time would have no more than 5 % of its units idle."""
    part = (busy <= hours) & (at_work <= units)
    return implies(part & (20 * busy >= 19 * hours), 20 * at_work * busy >= 19 * units * hours)
