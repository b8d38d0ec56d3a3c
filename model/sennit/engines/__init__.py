"""One algorithm a file: `check(question, budget) -> Verdict`."""
