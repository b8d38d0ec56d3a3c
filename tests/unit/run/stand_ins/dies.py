"""An engine that takes its process with it, as a crash in a native library does."""

import os
import signal

from sennit.budget import Budget
from sennit.claim import Question
from sennit.verdict import Verdict


def check(question: Question, budget: Budget) -> Verdict:
    budget.progress("depth 3")
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")
