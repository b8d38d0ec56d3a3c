"""An engine that uses all the time it is given, and then does not know."""

import time

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import By, Verdict, unknown


def check(question: Question, budget: Budget) -> Verdict:
    while not budget.over():
        time.sleep(0.01)
    return unknown(question, "the time was used up", By("takes_its_time", budget.spent()))
