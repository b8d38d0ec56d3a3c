"""An engine that says where it is and then never comes back."""

import signal
import time

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import Verdict


def check(question: Question, budget: Budget) -> Verdict:
    budget.progress("depth 7")
    signal.setitimer(signal.ITIMER_REAL, 0)  # as deaf as a library that is deep in its own code
    while True:
        time.sleep(60)
