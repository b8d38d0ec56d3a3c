"""What a comment on a post about verifying inference says of memory: dumps from time to time, and room that is taken.

- "Dumps from time to time, in which every model is known, stop new models." Not by themselves: whoever knows when the
  next one comes, or has the time and is lucky, loads, trains and puts back in between. It takes dumps so frequent that
  there is no time for that, or so sudden that what is resident as they become known cannot be put away.
"""

from __future__ import annotations

from sennit import FAILS, Expr, always, implies
from sennit.protocols.memory_dump import MemoryDump
from sennit.protocols.memory_tax import MemoryTax
from sennit_properties.memory_dump import PERIODIC, SELDOM

INTENDED = {
    "never-enabled MemoryDump.hide": "All memory is dumped here; what lies elsewhere is found by no dump.",
    "zeno MemoryTax": "Blocks may come and go in no time, between two rounds; who does so gains nothing by it.",
    "idle-rule MemoryTax.refuse": "What passes is what is looked at here.",
    "idle-rule MemoryTax.evict": "Blocks that were changed leave room as well.",
}


@always(MemoryDump, at=(PERIODIC, SELDOM), expect=FAILS)
def passed_dumps_show_what_was_there(watch: MemoryDump) -> Expr:
    """A dump that passes would show that no unknown model was resident since the last; it shows that none is now."""
    return ~watch.slipped


@always(MemoryDump, at=PERIODIC, expect=FAILS)
def dumps_find_what_they_meet(watch: MemoryDump) -> Expr:
    """A dump would find at least what is resident when it becomes known; but there is time to put that away."""
    return ~watch.missed


@always(MemoryTax, expect=FAILS)
def passed_checks_show_no_training(tax: MemoryTax) -> Expr:
    """A check that passes would show that there was no training before; but it stops, and the weights are put back."""
    return implies(tax.check == "accepted", ~tax.earlier)


@always(MemoryTax, at={"exact": False}, expect=FAILS)
def similar_weights_leave_no_room(tax: MemoryTax) -> Expr:
    """Weights that are nearly those registered would leave no room; they may be smaller, and training goes on."""
    return implies(tax.check == "accepted", ~tax.caught)
