"""Signs a conversation block by block, under a key that lives as long as the signer, and writes a BaseDecision."""

import base64
import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final, Literal

from nacl.signing import SigningKey

from sennit.reference.braid.container import SLOTS, Block
from sennit.reference.braid.message import VERSIONS, Version, encode_key, encode_signature, signed_message
from sennit.reference.braid.strictjson import Place, show_path

Kind = Literal["cot", "prompt", "text", "tool_request", "tool_response"]

_SLOT_OF: Final = {kind: slot for slot, kind in SLOTS.items()}


class Signer:
    """A key and the blocks that it has signed so far.

    The key is new for each signer and is never written. With a seed of 32 bytes it is always the same one, and so is
    every signature: that is for examples and tests, and protects nothing.
    """

    def __init__(self, seed: bytes | None = None, version: Version = "v1") -> None:
        if version not in VERSIONS:
            raise ValueError(f"{version!r} is no message version; give one of {', '.join(VERSIONS)}")
        self._key = SigningKey.generate() if seed is None else SigningKey(seed)
        self._version: Version = version
        self._blocks: list[Block] = []
        self._signatures: set[str] = set()
        self._counts: Counter[tuple[str, str]] = Counter()

    @property
    def key(self) -> bytes:
        """Public key, 32 bytes."""
        return bytes(self._key.verify_key)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Blocks in the order in which they were signed."""
        return tuple(self._blocks)

    def append(self, kind: Kind, source: str, text: str, parent: Block | None = None) -> Block:
        """Sign `text` as a child of `parent`, by default of the latest block; the first block has no parent.

        Raises ValueError for an unknown kind, a parent that this signer did not sign, or text that has no UTF-8.
        """
        if kind not in _SLOT_OF:
            raise ValueError(f"{kind!r} is no kind of block in a BaseDecision; give one of {', '.join(_SLOT_OF)}")
        if parent is not None and parent.signature not in self._signatures:
            raise ValueError(f"the parent {parent.place} was not signed by this signer")
        if parent is None and self._blocks:
            parent = self._blocks[-1]
        payload, prev = text.encode("utf-8"), parent.signature if parent else ""
        signature = encode_signature(self._key.sign(signed_message(self._version, payload, prev)).signature)
        slot = _SLOT_OF[kind]
        steps: Place = (slot, source, self._counts[slot, source], *([0] if slot == "ChainOfThoughts" else []))
        block = Block(show_path(steps), slot, kind, source, payload, signature, prev, copy="same" if text else "none")
        self._blocks.append(block)
        self._signatures.add(signature)
        self._counts[slot, source] += 1
        return block

    def decision(self) -> dict[str, object]:
        """The BaseDecision of all blocks so far, as JSON values; each thought is a turn of its own."""
        slots: dict[str, dict[str, list[object]]] = {slot: {} for slot in SLOTS}
        for block in self._blocks:
            entry = _entry(block)
            turn = [entry] if block.slot == "ChainOfThoughts" else entry
            slots[block.slot].setdefault(block.source, []).append(turn)
        last = self._blocks[-1].source if self._blocks else ""
        return {**slots, "Source": last, "Audits": [], "PublicKey": encode_key(self.key)}

    def write(self, path: Path) -> None:
        """Write the BaseDecision to `path`, whole or not at all."""
        write_whole(path, json.dumps(self.decision(), ensure_ascii=False, indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old one or all of the new one."""
    number, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(part).chmod(0o644)  # mkstemp makes files that only their owner can read
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _entry(block: Block) -> dict[str, str]:
    return {
        "namespace": block.kind,
        "data": block.payload.decode("utf-8"),
        "data_b64": base64.b64encode(block.payload).decode("ascii"),
        "signature": block.signature,
        "prev_signature": block.prev,
    }
