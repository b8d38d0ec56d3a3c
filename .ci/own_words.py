"""Fails if a tracked file shares a long run of words, or a whole file, with the material in ../shared."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

RUN = 14  # words in a row; names of files, formats and figures never make so long a run
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def words(text: str) -> list[str]:
    """Lower-case words of letters, so that markup and line breaks do not hide a sentence."""
    return re.findall(r"[a-z]{2,}", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of RUN words."""
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def main() -> int:
    """Exit code 1 and a line for each file that copies."""
    if not SHARED.is_dir():
        print("own words: no ../shared here, nothing to compare with")
        return 0
    theirs: set[tuple[str, ...]] = set()
    digests: dict[str, str] = {}
    for path in sorted(p for p in SHARED.rglob("*") if p.is_file()):
        data = path.read_bytes()
        digests[hashlib.sha256(data).hexdigest()] = path.name
        theirs |= runs(data.decode(errors="replace"))
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    copied = 0
    for name in filter(None, tracked.decode().split("\0")):
        data = (ROOT / name).read_bytes()
        same = digests.get(hashlib.sha256(data).hexdigest())
        shared = sorted(runs(data.decode(errors="replace")) & theirs) if same is None else []
        if data and (same is not None or shared):
            what = f"is {same}" if same is not None else f"has the words: {' '.join(shared[0])}"
            print(f"own words: {name} {what}")
            copied += 1
    print(f"own words: {len(tracked.split(bytes(1))) - 1} files compared, {copied} copy")
    return 1 if copied else 0


if __name__ == "__main__":
    sys.exit(main())
