"""How much memory can still be taken before the machine suffers."""

from __future__ import annotations

import re
from pathlib import Path


def memory_left() -> int | None:
    """Bytes that can still be taken, as Linux and the control group say; None where neither says so."""
    left: list[int] = []
    if found := re.search(r"MemAvailable:\s+(\d+) kB", _text("/proc/meminfo")):
        left.append(int(found[1]) << 10)
    most, used = _text("/sys/fs/cgroup/memory.max").strip(), _text("/sys/fs/cgroup/memory.current").strip()
    if most.isdigit() and used.isdigit():
        cached = re.search(r"^inactive_file (\d+)", _text("/sys/fs/cgroup/memory.stat"), re.MULTILINE)
        left.append(int(most) - int(used) + (int(cached[1]) if cached else 0))
    return min(left, default=None)


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
