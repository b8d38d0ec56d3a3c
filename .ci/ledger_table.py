"""Copies the table of answers from proofs/REPORT.md into the README, between its two marks."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKED = re.compile(r"(<!-- ledger -->\n).*?(<!-- /ledger -->)", re.DOTALL)


def table(report: str) -> str:
    """The paragraph and the table before the first section, as REPORT.md has them."""
    start = re.search(r"^[\d,]+ claims, .*$", report, re.MULTILINE)
    end = report.index("\nWho looked at")
    if start is None:
        sys.exit("proofs/REPORT.md has no table of answers: run `make proofs`")
    return report[start.start() : end].strip()


def filled(readme: str, report: str) -> str:
    """The README with the table of the report."""
    text = table(report)
    return MARKED.sub(lambda found: f"{found[1]}{text}\n{found[2]}", readme)


if __name__ == "__main__":
    file = ROOT / "README.md"
    file.write_text(filled(file.read_text("utf-8"), (ROOT / "proofs" / "REPORT.md").read_text("utf-8")), "utf-8")
