from __future__ import annotations

import pickle

import pytest

from dashboard.domain.errors import ConfigError, UnreadableSecret
from dashboard.domain.models import Secret
from dashboard.store.encryption.vault import Vault, make_key


def test_a_sealed_secret_comes_back_and_cannot_be_read() -> None:
    vault = Vault([make_key()])
    sealed = vault.seal(Secret("access-sandbox-1"))
    assert b"access" not in sealed
    assert vault.open(sealed).reveal() == "access-sandbox-1"
    assert vault.seal(Secret("access-sandbox-1")) != sealed


def test_keys_rotate_with_the_newest_first() -> None:
    old, new = make_key(), make_key()
    sealed = Vault([old]).seal(Secret("x"))
    both = Vault([new, old])
    renewed = both.renew(sealed)
    assert both.open(sealed) == Secret("x")
    assert Vault([new]).open(renewed) == Secret("x")
    with pytest.raises(UnreadableSecret):
        Vault([new]).open(sealed)


def test_a_changed_byte_is_noticed() -> None:
    vault = Vault([make_key()])
    sealed = bytearray(vault.seal(Secret("x")))
    sealed[20] ^= 1
    with pytest.raises(UnreadableSecret):
        vault.open(bytes(sealed))


def test_a_malformed_or_missing_key_is_named() -> None:
    for keys in ([], [Secret("short")]):
        with pytest.raises(ConfigError) as caught:
            Vault(keys)
        assert caught.value.key == "ACH_DESK_KEY"
        assert "short" not in caught.value.sentences()


def test_a_secret_is_never_shown_or_pickled() -> None:
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r} {secret:>20} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert (bool(Secret("")), secret == Secret("canary"), secret == "canary") == (False, True, False)
