"""When dumps of memory rule out that an unknown model was ever there, and when they do not.

Nothing keeps the adversary from loading a model and being found. So what is claimed is that no dump passes after it:
for all times, where there is no time to load and put back between two dumps (`never_slips`). Where there is, a dump at
a time that nobody foresees still finds what is resident as it becomes known (`caught_in_the_act`), and no more than
that: who happens to put back before passes (`lucky`).
"""

from __future__ import annotations

from typing import Final

from sennit import Expr, Real, always, implies, sometimes, theorem
from sennit.protocols.memory_dump import MemoryDump

SELDOM: Final = {"often": False}
FORETOLD: Final = {"sudden": False}
PERIODIC: Final = SELDOM | FORETOLD


@sometimes(MemoryDump, at=SELDOM)
def gone(watch: MemoryDump) -> Expr:
    """Between two dumps that are far enough apart, an unknown model has come and gone."""
    return watch.cleared


@sometimes(MemoryDump, at={"whole": False})
def hidden(watch: MemoryDump) -> Expr:
    """An unknown model lies where no dump looks."""
    return watch.memory == "aside"


@always(MemoryDump, at=({}, SELDOM, FORETOLD))
def in_time(watch: MemoryDump) -> Expr:
    """No dump is late, none is told of too early, and none takes too long."""
    waits = implies(watch.dump.one_of("none", "announced"), watch.since <= watch.period)
    reads = implies(watch.dump == "reading", (watch.since <= watch.takes) & (watch.told <= watch.notice + watch.since))
    return waits & reads & implies(watch.dump == "announced", watch.told <= watch.notice)


@always(MemoryDump, using=(in_time,), at=({}, SELDOM, FORETOLD))
def accounted(watch: MemoryDump) -> Expr:
    """Where the known model is not, it was at some moment of the last dump that passed; or of this one, if it will."""
    missing, reading = watch.memory != "known", watch.dump == "reading"
    quiet = watch.dump.one_of("none", "announced") | (reading & watch.clean)
    here = implies(missing & quiet, watch.away <= watch.since)
    late = implies(reading & ~watch.clean, missing & (watch.away <= watch.period + watch.since))
    loaded = implies(watch.memory.one_of("unknown", "restoring"), watch.away >= watch.loads)
    back = implies(watch.memory == "restoring", watch.away >= watch.loads + watch.back)
    return here & late & loaded & back & (watch.memory != "aside")


@always(MemoryDump, rests_on=("often",), using=(in_time, accounted), at=({}, FORETOLD))
def never_back(watch: MemoryDump) -> Expr:
    """Before there is an alarm, no unknown model is put out of sight."""
    return implies(watch.cleared, watch.dump == "alarm")


@always(MemoryDump, rests_on=("often", "whole", "exact"), using=(never_back,), at=({}, FORETOLD))
def never_slips(watch: MemoryDump) -> Expr:
    """No dump passes if an unknown model was resident, then or since the one before began."""
    return ~watch.slipped


@always(MemoryDump, using=(in_time, accounted), at=SELDOM)
def too_late_to_put_back(watch: MemoryDump) -> Expr:
    """What was resident when the dump became known is so still, or is being put back since then, and not back."""
    asked = watch.dump.one_of("announced", "reading") & watch.warned
    put = implies(watch.memory == "restoring", watch.back <= watch.told)
    there = watch.memory.one_of("unknown", "restoring") & implies(watch.dump == "reading", ~watch.clean)
    return implies(asked, there & put)


@always(MemoryDump, rests_on=("sudden", "whole", "exact"), using=(too_late_to_put_back,), at=SELDOM)
def caught_in_the_act(watch: MemoryDump) -> Expr:
    """An unknown model that is resident when a dump becomes known is found by it."""
    return ~watch.missed


@always(MemoryDump, using=(accounted,))
def no_false_alarm(watch: MemoryDump) -> Expr:
    """There is an alarm only where the known model is not in its place, or has been put back after the alarm."""
    return implies((watch.dump == "alarm") & (watch.memory == "known"), watch.cleared)


@always(MemoryDump, using=(in_time, accounted), at=({}, PERIODIC))
def never_stuck(watch: MemoryDump) -> Expr:
    """Time can pass, or somebody can move."""
    return ~watch.stuck()


@theorem(share=Real(0, 1), period=Real(0), takes=Real(0), loads=Real(0), restores=Real(0))
def price(share: Expr, period: Expr, takes: Expr, loads: Expr, restores: Expr) -> Expr:
    """Dumps that leave no time to come and go take at least the share of time that one is of coming and going."""
    often = period + takes < loads + restores
    return implies(often & (takes == share * period), takes <= share * (loads + restores))


@sometimes(MemoryDump)
def honest(watch: MemoryDump) -> Expr:
    """A dump of the known model is read to its end, and is about to pass."""
    return (watch.dump == "reading") & (watch.since == watch.takes) & watch.clean & (watch.memory == "known")


@sometimes(MemoryDump)
def found(watch: MemoryDump) -> Expr:
    """An unknown model is trained, and found."""
    return (watch.dump == "alarm") & (watch.memory == "unknown")


@sometimes(MemoryDump, at=SELDOM)
def found_on_its_way_out(watch: MemoryDump) -> Expr:
    """It is found while it is put back, too late."""
    return (watch.dump == "alarm") & (watch.memory == "restoring") & watch.warned


@sometimes(MemoryDump, at=SELDOM)
def lucky(watch: MemoryDump) -> Expr:
    """Where there is just time enough to load and put back between two dumps, one passes, announced or not."""
    return watch.slipped & (watch.period + watch.takes == watch.loads + watch.restores)


@sometimes(MemoryDump, at=PERIODIC)
def swapped(watch: MemoryDump) -> Expr:
    """Where there is just time enough to put back once a dump is known of, what was resident then is not found."""
    return watch.missed & (watch.notice + watch.takes == watch.restores)
