"""What a comment on a post about verifying inference says of memory: dumps from time to time, and room that is taken.

- "Dumps from time to time, in which every model is known, stop new models." Not by themselves: whoever knows when the
  next one comes, or has the time and is lucky, loads, trains and puts back in between. It takes dumps so frequent that
  there is no time for that, or so sudden that what is resident as they become known cannot be put away.
"""

from __future__ import annotations

from sennit import FAILS, Expr, always
from sennit.protocols.memory_dump import MemoryDump
from sennit_properties.memory_dump import PERIODIC, SELDOM

INTENDED = {"never-enabled MemoryDump.hide": "All memory is dumped here; what lies elsewhere is found by no dump."}


@always(MemoryDump, at=(PERIODIC, SELDOM), expect=FAILS)
def passed_dumps_show_what_was_there(watch: MemoryDump) -> Expr:
    """A dump that passes would show that no unknown model was resident since the last; it shows that none is now."""
    return ~watch.slipped


@always(MemoryDump, at=PERIODIC, expect=FAILS)
def dumps_find_what_they_meet(watch: MemoryDump) -> Expr:
    """A dump would find at least what is resident when it becomes known; but there is time to put that away."""
    return ~watch.missed
