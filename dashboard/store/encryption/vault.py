"""The token vault: secrets are encrypted before they reach SQLite, by keys that never do."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from dashboard.domain.errors import ConfigError, UnreadableSecret
from dashboard.domain.models import Secret


class Vault:
    """Encrypts with the newest key and decrypts with any of them, so that keys can be changed while the desk runs."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        """`keys` are Fernet keys, newest first. Raises ConfigError where one is malformed or none is given."""
        if not keys:
            raise ConfigError("ACH_DESK_KEY", "no encryption key is set", action="Make one with `ach-desk keys init`.")
        self._fingerprint = hashlib.sha256(b"ach-desk key " + keys[0].reveal().encode()).hexdigest()[:16]
        try:
            self._fernet = MultiFernet([Fernet(key.reveal()) for key in keys])
        except ValueError:
            raise ConfigError(
                "ACH_DESK_KEY",
                "a key is not 32 url-safe base64-encoded bytes",
                action="Make one with `ach-desk keys init`.",
            ) from None
        self._marks = [hashlib.sha256(b"mark " + key.reveal().encode()).digest() for key in keys]

    def sign(self, text: str) -> str:
        """A mark of this text that nobody can make without the newest key: HMAC-SHA-256, in hex."""
        return hmac.new(self._marks[0], text.encode(), hashlib.sha256).hexdigest()

    def has_signed(self, text: str, mark: str) -> bool:
        """Whether this mark of this text was made with one of the keys."""
        made = (hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._marks)
        return any(hmac.compare_digest(one, mark) for one in made)

    @property
    def fingerprint(self) -> str:
        """What the newest key may be told by without being told: 64 bits of its digest."""
        return self._fingerprint

    def seal(self, secret: Secret) -> bytes:
        """The secret, encrypted and authenticated (AES-128-CBC with HMAC-SHA-256, the Fernet format)."""
        return self._fernet.encrypt(secret.reveal().encode())

    def open(self, sealed: bytes) -> Secret:
        """The secret back. Raises UnreadableSecret where no key fits."""
        try:
            return Secret(self._fernet.decrypt(sealed).decode())
        except InvalidToken:
            raise UnreadableSecret(
                "A stored secret cannot be decrypted with the keys in ACH_DESK_KEY.",
                meaning="The key that encrypted it is missing; linked banks cannot be used until it is back.",
                action="Add the old key after the new one in ACH_DESK_KEY, separated by a comma.",
                code="unreadable_secret",
            ) from None

    def seal_bytes(self, content: bytes) -> bytes:
        """A piece of a file, encrypted and authenticated; one line without line ends."""
        return self._fernet.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """A piece of a file back. Raises InvalidToken, which only `store.backup` meets and translates."""
        return self._fernet.decrypt(sealed)

    def renew(self, sealed: bytes) -> bytes:
        """The same secret, encrypted anew under the newest key. Raises UnreadableSecret."""
        return self.seal(self.open(sealed))


def make_key() -> Secret:
    """A new random key for ACH_DESK_KEY."""
    return Secret(Fernet.generate_key().decode())
