"""Forgeries of a braid of the older format, made from the file alone: no private key but one of the forger's own.

Every function takes a `Base` and yields what it could make of it: a `Forgery`, to be judged by each verifier, or an
`Impossible` with the reason. None of them asks whether anybody accepts the result; `attack` does.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp
from nacl.signing import SigningKey

from sennit.reference.braid.container import SLOTS, Block, Braid
from sennit.reference.braid.message import (
    Version,
    decode_signature,
    encode_key,
    encode_signature,
    is_signature,
    signed_message,
)
from sennit.reference.braid.point import IDENTITY, L, compress

Entry: TypeAlias = dict[str, Any]  # members of a block as JSON values
Step: TypeAlias = "str | int"

FORGED: Final = "These words were never signed."
OWN_SEED: Final = b"the key of nobody but the forger"
"""Seed of the forger's own key, the same each time so that forged files come out alike."""
_URL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STD: Final = _URL[:-2] + "+/"


@dataclass(frozen=True, slots=True)
class Base:
    """The file that is forged from."""

    data: bytes
    value: Mapping[str, Any]
    """Its JSON value, with damaged escapes undone."""
    braid: Braid
    key: bytes
    version: Version
    paths: tuple[tuple[Step, ...], ...]
    """Where each block is in `value`."""

    @property
    def leaves(self) -> tuple[int, ...]:
        """Blocks that no block names."""
        named = {block.prev for block in self.braid.blocks}
        return tuple(i for i, block in enumerate(self.braid.blocks) if block.signature not in named)

    @property
    def genesis(self) -> int | None:
        """The first block without a parent."""
        return next((i for i, block in enumerate(self.braid.blocks) if not block.prev), None)


@dataclass(frozen=True, slots=True)
class Forgery:
    """A file that its signer never wrote."""

    family: str
    name: str
    changes: str
    """One line: what it changes."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Impossible:
    """A forgery that cannot be made, and why."""

    family: str
    name: str
    reason: str


Tried: TypeAlias = Forgery | Impossible
Family: TypeAlias = Callable[[Base], Iterator[Tried]]


class Draft:
    """A copy of the file's JSON value, to be changed at will."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.value: Entry = copy.deepcopy(dict(base.value))

    def entry(self, i: int) -> Entry:
        """The members of block i."""
        found: Any = self.value
        for step in self.base.paths[i]:
            found = found[step]
        assert isinstance(found, dict)
        return found

    def keep(self, wanted: set[int]) -> None:
        """Leave these blocks alone in the file."""
        for slot in SLOTS:
            if slot in self.value:
                self.value[slot] = {}
        for i in sorted(wanted):
            block = self.base.braid.blocks[i]
            self.place(block.slot, block.source, _at(self.base.value, self.base.paths[i]))

    def place(self, slot: str, source: str, entry: Entry) -> None:
        """Add a block at the end of a list."""
        entry = copy.deepcopy(entry)
        lists = self.value.get(slot) or {}
        lists[source] = [*(lists.get(source) or []), [entry] if slot == "ChainOfThoughts" else entry]
        self.value[slot] = lists

    def say(self, i: int, words: str) -> None:
        """Give block i another payload."""
        say(self.entry(i), words.encode())

    def data(self) -> bytes:
        """Bytes of the file."""
        return (json.dumps(self.value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def say(entry: Entry, payload: bytes) -> None:
    """Put a payload into a block, in the members that had one."""
    try:
        entry["data"] = payload.decode("utf-8")
    except UnicodeDecodeError:
        entry["data"] = ""
    if entry.get("data_b64") or not entry["data"]:
        entry["data_b64"] = base64.b64encode(payload).decode("ascii")


def _at(value: Any, path: tuple[Step, ...]) -> Entry:
    for step in path:
        value = value[step]
    assert isinstance(value, dict)
    return value


# -- what is signed with what ------------------------------------------------------------------------------------------


def resplit(base: Base) -> Iterator[Tried]:
    """The end of a payload becomes the link, or the other way round."""
    family = "resplit"
    linked = next((i for i, block in enumerate(base.braid.blocks) if block.prev), None)
    if linked is None:
        yield Impossible(family, "link_into_payload", "no block has a link")
    elif base.version == "v1":
        why = "base64 has a multiple of four characters and a link 86, so neither can lend the other a part"
        yield Impossible(family, "link_into_payload", why)
    elif base.version == "v0":
        draft = Draft(base)
        block = base.braid.blocks[linked]
        draft.keep(_descendants(base, linked))
        _rerooted(draft, block, block.payload + block.prev.encode())
        yield Forgery(family, "link_into_payload", f"{block.place} swallows its link and is the genesis", draft.data())
    else:
        draft, blocks = Draft(base), base.braid.blocks
        leaf = base.leaves[-1] if base.leaves else linked
        elsewhere = next(b.signature for b in blocks if b.signature not in (blocks[leaf].prev, blocks[leaf].signature))
        draft.entry(leaf)["prev_signature"] = elsewhere
        yield Forgery(family, "link_at_will", f"{blocks[leaf].place} hangs elsewhere", draft.data())


def versions(base: Base) -> Iterator[Tried]:
    """A file of one message version is a file of another with other content."""
    family = "versions"
    if base.version == "v1":
        draft = Draft(base)
        for i, block in enumerate(base.braid.blocks):
            say(draft.entry(i), base64.b64encode(block.payload))
        yield Forgery(family, "v1_as_v0", "every payload is replaced by its base64 text", draft.data())
        linked = next((i for i, block in enumerate(base.braid.blocks) if block.prev), None)
        if linked is not None:
            draft = Draft(base)
            draft.keep(_descendants(base, linked))
            for entry in entries_of(draft.value):
                payload = next(b.payload for b in base.braid.blocks if b.signature == entry["signature"])
                say(entry, base64.b64encode(payload))
            block = base.braid.blocks[linked]
            _rerooted(draft, block, base64.b64encode(block.payload) + block.prev.encode())
            what = f"payloads in base64; {block.place} swallows its link and is the genesis, the rest is gone"
            yield Forgery(family, "v1_as_v0_rerooted", what, draft.data())
    if base.version != "v00" and base.genesis is not None and len(base.braid.blocks) > 1:
        draft, genesis = Draft(base), base.braid.blocks[base.genesis]
        for i, block in enumerate(base.braid.blocks):
            say(draft.entry(i), signed_message(base.version, block.payload, block.prev))
            draft.entry(i)["prev_signature"] = "" if i == base.genesis else genesis.signature
        what = "every payload swallows its link, and every link is replaced: all hang below the genesis"
        yield Forgery(family, f"{base.version}_as_v00", what, draft.data())


def content(base: Base) -> Iterator[Tried]:
    """Other words under the signatures that are there: what signatures are for."""
    family = "content"
    draft = Draft(base)
    draft.say(len(base.paths) - 1, FORGED)
    yield Forgery(family, "edited", f"{base.braid.blocks[-1].place} says something else", draft.data())
    blocks = base.braid.blocks
    other = next((i for i, block in enumerate(blocks) if block.payload != blocks[0].payload), None)
    if other is None:
        yield Impossible(family, "swapped", "all blocks say the same")
    else:
        draft = Draft(base)
        say(draft.entry(0), blocks[other].payload)
        say(draft.entry(other), blocks[0].payload)
        yield Forgery(family, "swapped", "two blocks exchange their payloads", draft.data())
    if len(blocks) > 1:
        draft = Draft(base)
        leaf = draft.entry(base.leaves[-1]) if base.leaves else draft.entry(-1)
        others = [block.signature for block in base.braid.blocks]
        leaf["prev_signature"] = next(
            s for s in [*others, ""] if s not in (leaf.get("prev_signature"), leaf["signature"])
        )
        yield Forgery(family, "regrafted", "a block names another parent", draft.data())


# -- what is in the file -----------------------------------------------------------------------------------------------


def truncate(base: Base) -> Iterator[Tried]:
    """Blocks are left out."""
    family = "truncate"
    every = set(range(len(base.paths)))
    if len(every) < 2 or base.genesis is None:
        yield Impossible(family, "leaf_dropped", "the file has one block, and an empty one has no genesis")
        return
    if base.leaves:
        last = base.leaves[-1]
        draft = Draft(base)
        draft.keep(every - {last})
        yield Forgery(family, "leaf_dropped", f"{base.braid.blocks[last].place} is left out", draft.data())
    draft = Draft(base)
    draft.keep({base.genesis})
    yield Forgery(family, "genesis_alone", "all blocks but the genesis are left out", draft.data())
    named = {block.prev for block in base.braid.blocks}
    middle = next((i for i, b in enumerate(base.braid.blocks) if b.prev and b.signature in named), None)
    if middle is None:
        yield Impossible(family, "middle_dropped", "no block has both a parent and a child")
    else:
        draft = Draft(base)
        draft.keep(every - {middle})
        yield Forgery(family, "middle_dropped", "a block with a child is left out", draft.data())


def degenerate(base: Base) -> Iterator[Tried]:
    """Empty files, and blocks that are their own parent."""
    family = "degenerate"
    if base.braid.container == "BaseDecision":
        draft = Draft(base)
        draft.keep(set())
        yield Forgery(family, "empty", "all blocks are left out", draft.data())
    leaf = base.leaves[-1] if base.leaves else len(base.paths) - 1
    draft = Draft(base)
    draft.entry(leaf)["prev_signature"] = draft.entry(leaf)["signature"]
    yield Forgery(family, "own_parent", "a block names itself as its parent", draft.data())


def container(base: Base) -> Iterator[Tried]:
    """A block is shown as another kind of document."""
    family = "container"
    genesis = base.genesis
    if base.braid.container == "SignedHydration":
        entry = {name: base.value.get(name) for name in ("data", "data_b64", "signature", "prev_signature")}
        decision = {
            "AllPrompts": {"user": [{"namespace": "prompt", **entry}]},
            "PublicKey": base.value.get("PublicKey"),
        }
        data = (json.dumps(decision, ensure_ascii=False) + "\n").encode()
        yield Forgery(family, "hydration_as_prompt", "a hydration is shown as somebody's prompt", data)
    elif genesis is None:
        yield Impossible(family, "block_as_hydration", "no block is without a parent")
    else:
        entry = {**_at(base.value, base.paths[genesis]), "namespace": "hydration"}
        data = (json.dumps({"PublicKey": base.value.get("PublicKey"), **entry}, ensure_ascii=False) + "\n").encode()
        yield Forgery(family, "block_as_hydration", "the genesis is shown as a hydration of its own", data)


# -- whose key it is ---------------------------------------------------------------------------------------------------


def replace_key(base: Base) -> Iterator[Tried]:
    """Everything is signed anew under a key of the forger."""
    draft = Draft(base)
    draft.say(0, FORGED)
    resign(draft, SigningKey(OWN_SEED), base.version)
    yield Forgery("key", "signed_anew", "one payload is other, and all is signed under the forger's key", draft.data())


def weak_key(base: Base) -> Iterator[Tried]:
    """The key is a point of small order: a signature that needs no private key, for any message."""
    draft = Draft(base)
    renamed: dict[str, str] = {}
    for i, block in enumerate(base.braid.blocks):
        scalar = (i + 2).to_bytes(32, "little")
        renamed[block.signature] = encode_signature(crypto_scalarmult_ed25519_base_noclamp(scalar) + scalar)
    for i, block in enumerate(base.braid.blocks):
        draft.entry(i)["signature"] = renamed[block.signature]
        draft.entry(i)["prev_signature"] = renamed.get(block.prev, block.prev)
    draft.value["PublicKey"] = encode_key(compress(IDENTITY))
    yield Forgery("weak_key", "identity", "the key is the point of order 1, all signatures are made up", draft.data())
    for i in range(len(base.paths)):
        draft.say(i, f"{FORGED} {i}")
    what = "the same key and signatures as `identity`, and other words in every block"
    yield Forgery("weak_key", "identity_other_words", what, draft.data())


def cost(base: Base) -> Iterator[Tried]:
    """A long chain under the forger's key."""
    del base
    count, key, prev = 400, SigningKey(OWN_SEED), ""
    entries = []
    for i in range(count):
        payload = f"{i}".encode()
        signature = encode_signature(key.sign(signed_message("v1", payload, prev)).signature)
        entries.append({"namespace": "text", "data": f"{i}", "signature": signature, "prev_signature": prev})
        prev = signature
    value = {"AllTexts": {"chain": entries}, "PublicKey": encode_key(bytes(key.verify_key))}
    steps = count * (count + 1) // 2
    what = f"a chain of {count}: a climb from every block takes {steps} steps in all, one pass takes {count}"
    yield Forgery("cost", "long_chain", what, (json.dumps(value) + "\n").encode())


# -- parts of forging --------------------------------------------------------------------------------------------------


def entries_of(value: Entry) -> Iterator[Entry]:
    """The blocks of a BaseDecision's value."""
    for slot in SLOTS:
        for entries in (value.get(slot) or {}).values():
            for entry in entries or []:
                yield from entry if slot == "ChainOfThoughts" else [entry]


def resign(draft: Draft, key: SigningKey, version: Version) -> None:
    """Sign every block anew, parents first, and say whose key it is. Blocks below a missing parent stay as they are."""
    blocks = draft.base.braid.blocks
    children: dict[str, list[int]] = {}
    for i, block in enumerate(blocks):
        children.setdefault(block.prev, []).append(i)
    ready = [(i, "") for i in children.get("", [])]
    for i, prev in ready:  # grows while it is walked
        entry = draft.entry(i)
        shown = entry.get("data_b64")
        payload = base64.b64decode(shown) if shown else (entry.get("data") or "").encode()
        entry["prev_signature"] = prev
        entry["signature"] = encode_signature(key.sign(signed_message(version, payload, prev)).signature)
        ready += [(child, entry["signature"]) for child in children.get(blocks[i].signature, [])]
    draft.value["PublicKey"] = encode_key(bytes(key.verify_key))


def respelled(text: str, alphabet: str = _URL) -> str:
    """The same bytes in other base64: the lowest bit of the last character, which decodes to nothing, is turned."""
    body = text.rstrip("=")
    return body[:-1] + alphabet[alphabet.index(body[-1]) ^ 1] + text[len(body) :]


def respelled_standard(text: str) -> str | None:
    """The same for standard base64; None where every bit counts."""
    return respelled(text, _STD) if text.endswith("=") else None


def unreduced(signature: str) -> str:
    """The signature with the group's order added to its scalar."""
    raw = decode_signature(signature)
    return encode_signature(raw[:32] + (int.from_bytes(raw[32:], "little") + L).to_bytes(32, "little"))


def _descendants(base: Base, root: int) -> set[int]:
    children: dict[str, list[int]] = {}
    for i, block in enumerate(base.braid.blocks):
        children.setdefault(block.prev, []).append(i)
    found = [root]
    for i in found:  # grows while it is walked
        found += children.get(base.braid.blocks[i].signature, [])
    return set(found)


def _rerooted(draft: Draft, block: Block, payload: bytes) -> None:
    """Make the copy of `block` in the draft a genesis with this payload."""
    assert is_signature(block.signature)
    for entry in entries_of(draft.value):
        if entry["signature"] == block.signature:
            say(entry, payload)
            entry["prev_signature"] = ""
