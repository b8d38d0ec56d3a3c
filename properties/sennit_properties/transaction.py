"""What must be true of transaction commit."""

from sennit import Expr, always, exists, forall, implies, sometimes
from sennit.protocols.transaction import Transaction

SIZES = ({"manager": 2}, {"manager": 3}, {"manager": 5})


@always(Transaction, at=SIZES)
def consistent(transaction: Transaction) -> Expr:
    """No manager has committed while another has aborted."""
    state = transaction.state
    return ~(exists(s == "committed" for s in state) & exists(s == "aborted" for s in state))


@always(Transaction, at=SIZES)
def all_were_ready(transaction: Transaction) -> Expr:
    """Once one manager has committed, none is still working."""
    state = transaction.state
    return implies(exists(s == "committed" for s in state), forall(s != "working" for s in state))


@always(Transaction, using=(consistent, all_were_ready), at=SIZES)
def ends_decided(transaction: Transaction) -> Expr:
    """Nothing more can happen exactly where all have committed or all have aborted."""
    state = transaction.state
    decided = forall(s == "committed" for s in state) | forall(s == "aborted" for s in state)
    return transaction.stuck() == decided


@sometimes(Transaction, at=SIZES)
def all_commit(transaction: Transaction) -> Expr:
    """All managers commit, so `consistent` is not true for want of commits."""
    return forall(state == "committed" for state in transaction.state)


@sometimes(Transaction, at=SIZES)
def late_abort(transaction: Transaction) -> Expr:
    """A manager aborts while all the others are prepared."""
    others = list(transaction.state)[1:]
    return (transaction.state[0] == "aborted") & forall(state == "prepared" for state in others)


@sometimes(Transaction, at=SIZES)
def early_abort(transaction: Transaction) -> Expr:
    """A manager aborts while all the others are working."""
    others = list(transaction.state)[1:]
    return (transaction.state[0] == "aborted") & forall(state == "working" for state in others)
