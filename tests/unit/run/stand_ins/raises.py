"""An engine with a bug."""

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import Verdict


def check(question: Question, budget: Budget) -> Verdict:
    raise ZeroDivisionError("by nothing")
