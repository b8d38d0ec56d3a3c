"""What binds those who sign with keys of their own making: one signature, shown to two verifiers.

A signature under a key of small order passes for every message, under every such key: the message is multiplied with a
key that vanishes. Whoever uses such a key has signed nothing. Under all other keys it is taken for granted that a
signature passes for one message and under one key, also where its maker chose the key with care.
"""

from __future__ import annotations

from sennit import Array, Enum, Expr, Index, Switch, System, exists, rule

SOUND, SMALL, SMALLER, SIGNERS = KEYS = (
    "a sound key",
    "a key of small order",
    "another of small order",
    "the signer's",
)
MESSAGES = ("this", "that")


class OwnKey(System):
    """An adversary or the signer makes a signature; the adversary shows it with any message and key."""

    verifier = Index(2)
    large = Switch(on=True)  # verifiers refuse keys of small order

    made_with = Enum("nothing", *KEYS, init="nothing")
    made_over = Enum("nothing", *MESSAGES, init="nothing")
    key = Array(verifier, Enum("nothing", *KEYS), init="nothing")  # what each is shown beside the signature
    message = Array(verifier, Enum("nothing", *MESSAGES), init="nothing")
    verdict = Array(verifier, Enum("none", "accepted", "refused"), init="none")

    @rule(by="signer")
    def sign(self) -> None:
        """The signer signs this message."""
        self.require(self.made_with == "nothing")
        self.made_with = SIGNERS
        self.made_over = "this"

    @rule(by="adversary", k=Enum("nothing", *KEYS))
    def sign_with_own(self, k: Expr) -> None:
        """The adversary signs this message with a key of its own, a sound one or one of small order."""
        self.require(self.made_with == "nothing", k.one_of(SOUND, SMALL, SMALLER))
        self.made_with = k
        self.made_over = "this"

    @rule(by="adversary", to="verifier {v}", v=verifier, k=Enum("nothing", *KEYS), m=Enum("nothing", *MESSAGES))
    def show(self, v: Expr, k: Expr, m: Expr) -> None:
        """The signature is shown to a verifier with a key and a message."""
        self.require(self.made_with != "nothing", self.key[v] == "nothing", k != "nothing", m != "nothing")
        self.key[v] = k
        self.message[v] = m

    @rule(by="verifier {v}", v=verifier)
    def accept(self, v: Expr) -> None:
        """The signature passes for the message under the key, and the key is good enough."""
        self.require(self.key[v] != "nothing", self.verdict[v] == "none", self._passes(v))
        if self.large:
            self.require(~self._is_small(self.key[v]))
        self.verdict[v] = "accepted"

    @rule(by="verifier {v}", v=verifier)
    def refuse(self, v: Expr) -> None:
        """It does not pass, or the key is too small."""
        fails = ~self._passes(v) | self._is_small(self.key[v]) if self.large else ~self._passes(v)
        self.require(self.key[v] != "nothing", self.verdict[v] == "none", fails)
        self.verdict[v] = "refused"

    def _passes(self, v: Expr) -> Expr:
        own = (self.key[v] == self.made_with) & (self.message[v] == self.made_over)
        return own | (self._is_small(self.made_with) & self._is_small(self.key[v]))

    def _is_small(self, key: Expr) -> Expr:
        return exists(key == small for small in (SMALL, SMALLER))
