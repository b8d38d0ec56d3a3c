"""Conversations to verify."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sennit.reference.braid.container import Braid, parse
from sennit.reference.braid.message import Version
from sennit.reference.braid.sign import Signer

Conversation = Callable[..., Signer]
Reparse = Callable[[Any], Braid]


@pytest.fixture(scope="session")
def conversation() -> Conversation:
    """Seven blocks of all kinds by three sources, with a fork below the first and below the fourth."""

    def make(version: Version = "v1", seed: bytes = b"\7" * 32) -> Signer:
        signer = Signer(seed, version)
        question = signer.append("prompt", "user", "How deep is the lock?")
        signer.append("cot", "mate", "The gauge says so & so; the sill is <lower>.")
        signer.append("tool_request", "mate", '{"read": "gauge"}')
        reading = signer.append("tool_response", "mate", '{"metres": 3.4}')
        signer.append("text", "mate", "Three metres forty, less the sill.")
        signer.append("text", "owner", "Thank you. \N{ANCHOR}", parent=reading)
        signer.append("cot", "owner", "Was that the question?", parent=question)
        return signer

    return make


@pytest.fixture(scope="session")
def reparse() -> Reparse:
    """Reads JSON values as if they stood in a file."""
    return lambda value: parse(json.dumps(value))
