"""What must be true of two-phase commit: no manager commits while another aborts, and the lemmas that prove it."""

from sennit import Expr, always, exists, forall, implies, sometimes
from sennit.protocols.two_phase import TwoPhase

SIZES = ({"manager": 2}, {"manager": 3}, {"manager": 5})


@always(TwoPhase, rests_on=("final",), at=SIZES)
def told_as_decided(two: TwoPhase) -> Expr:
    """The coordinator has told exactly what it decided."""
    commit = two.commit_sent == (two.coordinator == "committed")
    return commit & (two.abort_sent == (two.coordinator == "aborted"))


@always(TwoPhase, at=SIZES)
def prepared_before_sent(two: TwoPhase) -> Expr:
    """A manager that said it is prepared is past working."""
    return forall(implies(two.prepared_sent[m], two.state[m] != "working") for m in two.manager)


@always(TwoPhase, at=SIZES)
def sent_before_heard(two: TwoPhase) -> Expr:
    """The coordinator has heard only what was said."""
    return forall(implies(two.heard[m], two.prepared_sent[m]) for m in two.manager)


@always(TwoPhase, rests_on=("binding",), using=(prepared_before_sent,), at=SIZES)
def promises_kept(two: TwoPhase) -> Expr:
    """A manager that said it is prepared aborts only once it is told to."""
    return forall(implies(two.prepared_sent[m] & (two.state[m] == "aborted"), two.abort_sent) for m in two.manager)


@always(TwoPhase, rests_on=("unanimous",), at=SIZES)
def commits_on_all(two: TwoPhase) -> Expr:
    """The coordinator commits only after it has heard from every manager."""
    return implies(two.commit_sent, forall(two.heard))


@always(TwoPhase, at=SIZES)
def commits_when_told(two: TwoPhase) -> Expr:
    """A manager commits only once it is told to."""
    return forall(implies(state == "committed", two.commit_sent) for state in two.state)


@always(
    TwoPhase,
    rests_on=("unanimous", "binding", "final"),
    using=(told_as_decided, sent_before_heard, promises_kept, commits_on_all, commits_when_told),
    at=SIZES,
)
def consistent(two: TwoPhase) -> Expr:
    """No manager has committed while another has aborted."""
    return ~(exists(s == "committed" for s in two.state) & exists(s == "aborted" for s in two.state))


@always(TwoPhase, using=(told_as_decided,), at=SIZES)
def never_stuck(two: TwoPhase) -> Expr:
    """Somebody can always move: the coordinator may abort until it has decided, then messages wait to be received."""
    return ~two.stuck()


@sometimes(TwoPhase, at=SIZES)
def all_commit(two: TwoPhase) -> Expr:
    """All managers commit, so `consistent` is not true for want of commits."""
    return forall(state == "committed" for state in two.state)


@sometimes(TwoPhase, at=SIZES)
def all_abort(two: TwoPhase) -> Expr:
    """All managers abort, though all were prepared."""
    return forall((two.state[m] == "aborted") & two.prepared_sent[m] for m in two.manager)


@sometimes(TwoPhase, at=SIZES)
def given_up(two: TwoPhase) -> Expr:
    """All managers abort before the coordinator has decided anything."""
    return forall(state == "aborted" for state in two.state) & (two.coordinator == "undecided")


@sometimes(TwoPhase, at=SIZES)
def in_doubt(two: TwoPhase) -> Expr:
    """One manager has committed while another is prepared and has yet to learn of it."""
    return (two.state[0] == "committed") & (two.state[1] == "prepared")
