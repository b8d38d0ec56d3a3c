"""Asking: which questions, by which engines, in which processes.

from sennit.run import check
check(mutex, at={"client": 5})
"""

from sennit.run.asking import check
from sennit.run.report import Report

__all__ = ["Report", "check"]
