"""Ed25519 keys in files, and signatures over bytes.

A key's file holds one line: `sennit-ed25519-secret-key`, a blank, and the 32 bytes of the seed in standard base64. Only
its owner may read it. A fingerprint is the SHA-256 of the 32 bytes of the public key, in 64 hex digits.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from sennit.errors import Misuse

_HEAD = "sennit-ed25519-secret-key"


def new_key(path: Path) -> bytes:
    """Makes a key, writes it to a file that was not there, mode 0600, and returns the public key. Raises Misuse."""
    key = SigningKey.generate()
    line = f"{_HEAD} {base64.b64encode(bytes(key)).decode('ascii')}\n"
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Misuse(f"{path} exists already: a key is never written over") from error
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(line)
    return bytes(key.verify_key)


def read_key(path: Path) -> bytes:
    """The secret seed, 32 bytes. Raises Misuse for a file that holds none, or that others may read."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Misuse(f"{path} may be read by others: chmod 600 it, or make a new key")
        head, _, text = path.read_text("ascii").strip().partition(" ")
        seed = base64.b64decode(text, validate=True)
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, binascii.Error) as error:
        raise Misuse(f"{path} holds no key: `sennit key new` writes one") from error
    if head != _HEAD or len(seed) != 32:
        raise Misuse(f"{path} holds no key: `sennit key new` writes one")
    return seed


def public_key(seed: bytes) -> bytes:
    """The public key of a secret seed, 32 bytes."""
    return bytes(SigningKey(seed).verify_key)


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature of a message, 64 bytes."""
    return SigningKey(seed).sign(message).signature


def passes(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is that of the message under the public key; False for bytes of another length."""
    try:
        VerifyKey(key).verify(message, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def fingerprint(key: bytes) -> str:
    """64 hex digits by which people tell a public key."""
    return hashlib.sha256(key).hexdigest()
