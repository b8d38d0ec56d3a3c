"""Sennit: specify a protocol once, check it with several engines, keep the evidence.

Importing this loads the language alone; solvers, Hypothesis, NetworkX and PyNaCl load when an engine needs them.
"""

from sennit.claim import Answer, Claim, Question, always, eventually, in_range, leads_to, sometimes, theorem
from sennit.clock import limit
from sennit.declare import (
    ANY,
    Array,
    Bool,
    Clock,
    Const,
    Enum,
    Index,
    Int,
    Member,
    Real,
    Relation,
    Size,
    Sort,
    Switch,
)
from sennit.errors import Misuse
from sennit.every import every
from sennit.expr import Expr, false, true
from sennit.fairness import any_of, each
from sennit.machine import Machine
from sennit.system import System, rule
from sennit.trace import NotATrace, Step, Trace
from sennit.verdict import Verdict
from sennit.words import count, distinct, exists, forall, greatest, implies, ite, least, total

HOLDS, BOUNDED, FAILS = Answer.HOLDS, Answer.BOUNDED, Answer.FAILS
SEEN, NEVER, UNKNOWN = Answer.SEEN, Answer.NEVER, Answer.UNKNOWN

__all__ = [
    "ANY", "BOUNDED", "FAILS", "HOLDS", "NEVER", "SEEN", "UNKNOWN",
    "Answer", "Array", "Bool", "Claim", "Clock", "Const", "Enum", "Expr", "Index", "Int", "Machine", "Member", "Misuse",
    "NotATrace", "Question", "Real", "Relation", "Size", "Sort", "Step", "Switch", "System", "Trace", "Verdict",
    "always", "any_of", "count", "distinct", "each", "eventually", "every", "exists", "false", "forall", "greatest",
    "implies", "in_range", "ite", "leads_to", "least", "limit", "rule", "sometimes", "theorem", "total", "true",
]  # fmt: skip
