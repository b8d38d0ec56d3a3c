"""Says how many cores it may use, once it may use several."""

from __future__ import annotations

import time

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import By, Verdict, unknown


def check(question: Question, budget: Budget) -> Verdict:
    """UNKNOWN, with all that it was told."""
    told = [budget.cores()]
    while told[-1] == 1 and not budget.over():
        budget.progress("waits")
        time.sleep(0.01)
        if budget.cores() != told[-1]:
            told.append(budget.cores())
    return unknown(question, f"told {told}", By("waits", budget.spent()))
