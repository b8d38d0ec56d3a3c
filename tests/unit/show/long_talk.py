"""Made-up braids of any length, sound or damaged, for pictures."""

from __future__ import annotations

import json
import random

from sennit.reference.braid.container import Braid, parse
from sennit.reference.braid.sign import Kind, Signer
from sennit.reference.braid.verify import verify
from sennit.show.braid.graph import Graph, graph_of

KINDS: tuple[Kind, ...] = ("prompt", "cot", "text", "tool_request", "tool_response")
SOURCES = ("user", "claude-example-large", "gemini-example", "auditor")
WORDS = ("the", "gauge", "reads", "more", "than", "it", "said", "so", "look", "again", "at", "high", "water")


def talk(blocks: int, sources: tuple[str, ...] = SOURCES) -> Signer:
    """So many blocks, one in four below an earlier one."""
    chance = random.Random(7)
    signer = Signer(b"\3" * 32)
    for number in range(blocks):
        kind = KINDS[number] if number < len(KINDS) else chance.choice(KINDS)
        parent = chance.choice(signer.blocks[-12:]) if number >= len(KINDS) and chance.random() < 0.25 else None
        words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(3, 40)))
        signer.append(kind, sources[0] if kind == "prompt" else chance.choice(sources), words, parent)
    return signer


def damaged(signer: Signer) -> Braid:
    """With another payload in the first text, and without the first request of a tool."""
    decision = json.loads(json.dumps(signer.decision()))
    next(iter(decision["AllTexts"].values()))[0]["data_b64"] = "QUJD"
    next(iter(decision["AllToolRequests"].values())).pop(0)
    return parse(json.dumps(decision))


def drawn(signer: Signer) -> Graph:
    """What a picture of it shows."""
    return graph_of("talk.json", _braid(signer), verify(signer.blocks, signer.key))


def drawn_damaged(signer: Signer) -> Graph:
    """What a picture of it shows once it is damaged."""
    braid = damaged(signer)
    return graph_of("talk.json", braid, verify(braid.blocks, signer.key))


def _braid(signer: Signer) -> Braid:
    return Braid("BaseDecision", signer.key, signer.blocks)
