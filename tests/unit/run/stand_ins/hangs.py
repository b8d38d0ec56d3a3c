"""An engine that says where it is and then never comes back."""

import time

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import Verdict


def check(question: Question, budget: Budget) -> Verdict:
    budget.progress("depth 7")
    while True:
        time.sleep(60)
