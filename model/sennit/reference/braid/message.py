"""What a signature covers, in its three versions, and how keys and signatures are spelled.

Lengths in characters: a signature 86 (64 bytes, base64-URL without padding), a public key 44 (32 bytes, standard
base64). The last character of a signature carries four bits that decode to nothing, so sixteen strings decode to one
signature; the one that an encoder writes is called canonical here.
"""

import base64
import binascii
import re
from typing import Final, Literal

Version = Literal["v1", "v0", "v00"]
VERSIONS: Final[tuple[Version, ...]] = ("v1", "v0", "v00")

SIGNATURE_CHARACTERS: Final = 86
KEY_CHARACTERS: Final = 44
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}")


def signed_message(version: Version, payload: bytes, prev: str) -> bytes:
    """Bytes that a signature covers: the payload with the parent's signature string, as `version` joins them.

    For an empty `prev`, v0 and v00 are the same bytes. No version covers anything but these two arguments.
    """
    if version == "v1":
        return base64.b64encode(payload) + prev.encode("ascii")
    if version == "v0":
        return payload + prev.encode("ascii")
    return payload


def is_signature(text: str) -> bool:
    """True for 86 characters of base64-URL, canonical or not."""
    return _SIGNATURE.fullmatch(text) is not None


def decode_signature(text: str) -> bytes:
    """64 bytes of a signature string. Raises ValueError unless `is_signature`."""
    if not is_signature(text):
        raise ValueError(f"a signature is {SIGNATURE_CHARACTERS} characters of base64-URL; this has {len(text)}")
    return binascii.a2b_base64(text.replace("-", "+").replace("_", "/") + "==")


def encode_signature(signature: bytes) -> str:
    """Canonical spelling of 64 bytes."""
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode("ascii")


def is_canonical(text: str) -> bool:
    """True when an encoder writes this signature with exactly these characters."""
    if not is_signature(text):
        raise ValueError(f"a signature is {SIGNATURE_CHARACTERS} characters of base64-URL; this has {len(text)}")
    return text[-1] in "AQgw"  # the last character carries two bits of the signature and four that say nothing


def decode_base64(text: str) -> bytes:
    """Bytes of a standard base64 string. Raises ValueError for any string that an encoder would not have written."""
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise ValueError("is not standard base64") from error
    if binascii.b2a_base64(decoded, newline=False) != text.encode("ascii"):
        raise ValueError("is base64 that no encoder writes: it has another spelling of the same bytes")
    return decoded


def decode_key(text: str) -> bytes:
    """32 bytes of a public key. Raises ValueError that says what a key looks like."""
    if len(text) != KEY_CHARACTERS:
        raise ValueError(f"has {len(text)} characters; a public key is {KEY_CHARACTERS} of standard base64")
    key = decode_base64(text)
    if len(key) != 32:
        raise ValueError(f"holds {len(key)} bytes; a public key has 32")
    return key


def encode_key(key: bytes) -> str:
    """Spelling of 32 bytes of public key."""
    return base64.b64encode(key).decode("ascii")
