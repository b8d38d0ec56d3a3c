"""What the tests of the memory challenge share: seeds, keys, and Python that runs beside this one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from sennit.reference.memory.shape import Origin

SEED = bytes(range(32))
KEY = bytes(range(200, 232))


def origin(cost: int = 1, device: int = 3, epoch: int = 5) -> Origin:
    """Where the labels of a test come from."""
    return Origin(SEED, device, epoch, cost)


def apart(code: str, **environment: str) -> str:
    """What a program prints that runs in an interpreter of its own. Raises AssertionError with its errors."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def numba_cuda_is_there() -> bool:
    """Whether the package is installed that compiles kernels."""
    return importlib.util.find_spec("numba_cuda") is not None
