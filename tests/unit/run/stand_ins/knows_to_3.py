"""An engine that says that nothing happens in three steps."""

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import By, Verdict, bounded


def check(question: Question, budget: Budget) -> Verdict:
    return bounded(question, 3, "it stops there", By("knows_to_3", 0.25))
