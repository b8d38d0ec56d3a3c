"""What must be true of Fischer's algorithm: one process inside, for all constants of which the wait is the longer."""

from sennit import Expr, always, count, forall, implies, sometimes
from sennit.protocols.fischer import Fischer

INTENDED = {
    "idle-rule Fischer.leave": "What is claimed is about who is inside; that others come in later, no claim asks.",
    "idle-rule Fischer.give_way": "Whoever was overtaken may wait for ever as far as exclusion goes.",
}
SIZES = ({"process": 2}, {"process": 3})


@always(Fischer, at=SIZES)
def written_in_time(mutex: Fischer) -> Expr:
    """No process takes longer to write than it may."""
    return forall(implies(mutex.place[i] == "writing", mutex.since[i] <= mutex.writes) for i in mutex.process)


@always(Fischer, at=SIZES)
def others_began_before(mutex: Fischer) -> Expr:
    """While the one whose turn it is waits, whoever still writes saw the turn free before that one wrote."""
    return forall(
        implies(
            (mutex.turn == i + 1) & (mutex.place[i] == "waiting") & (mutex.place[j] == "writing"),
            mutex.since[i] <= mutex.since[j],
        )
        for i in mutex.process
        for j in mutex.process
    )


@always(Fischer, rests_on=("patient", "checks"), using=(written_in_time, others_began_before), at=SIZES)
def inside_alone(mutex: Fischer) -> Expr:
    """While a process is inside it is its turn, and nobody is about to write another's."""
    return forall(
        implies(mutex.place[i] == "inside", (mutex.turn == i + 1) & (mutex.place[j] != "writing"))
        for i in mutex.process
        for j in mutex.process
    )


@always(Fischer, rests_on=("patient", "checks"), using=(inside_alone,), at=SIZES)
def exclusion(mutex: Fischer) -> Expr:
    """No two processes are inside."""
    return count(place == "inside" for place in mutex.place) <= 1


@always(Fischer, at=SIZES)
def never_stuck(mutex: Fischer) -> Expr:
    """Time can pass, or some process can move."""
    return ~mutex.stuck()


@sometimes(Fischer, at=SIZES)
def entered(mutex: Fischer) -> Expr:
    """A process goes in, so `exclusion` is not true for want of visits."""
    return mutex.place[0] == "inside"


@sometimes(Fischer, at=SIZES)
def overwritten(mutex: Fischer) -> Expr:
    """A process goes in while another waits whose number was written over: the wait is what helped."""
    return (mutex.place[0] == "inside") & (mutex.place[1] == "waiting")


@sometimes(Fischer, at=SIZES)
def all_wait(mutex: Fischer) -> Expr:
    """All processes have written and wait, so only one number is left."""
    return forall(place == "waiting" for place in mutex.place)
