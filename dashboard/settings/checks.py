"""What makes one setting, or two together, wrong; each check raises ConfigError with the key and the fix."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Secret

DESCRIPTOR_LIMIT = 22  # Stripe: statement_descriptor; the bank statement shows the first 16
DESCRIPTOR_FORBIDDEN = frozenset("<>'\"")
FERNET_KEY_BYTES = 32


def pick(key: str, value: str, choices: Sequence[str]) -> str:
    """The value where it is one of the choices. Raises ConfigError."""
    if value not in choices:
        raise ConfigError(
            key, f"`{value}` is not known", action=f"Use {' or '.join(f'`{choice}`' for choice in choices)}."
        )
    return value


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    return is_loopback_host(urlsplit(url).hostname or "")


def is_loopback_host(host: str) -> bool:
    """Whether a host's name or address is this machine's own; an empty one is every address, not this machine's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_url(key: str, value: str) -> str:
    """The address without a trailing slash; plain http is only for this machine, since secrets travel to it.

    Raises ConfigError.
    """
    if not value:
        return value
    try:
        parts = urlsplit(value)
        good = bool(parts.hostname) and not parts.query and not parts.fragment and not parts.username
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(value))
    except ValueError:
        good = secure = False
    if not good:
        raise ConfigError(key, "not an address", action="Write it as https://host, without a query or a login.")
    if not secure:
        raise ConfigError(key, "not https", action="Use https; plain http is only for this machine (127.0.0.1).")
    return value.rstrip("/")


def check_redirect(value: str, env: str) -> None:
    """Plaid: https outside Sandbox, and neither query nor fragment. Raises ConfigError."""
    if not value:
        return
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ConfigError("PLAID_REDIRECT_URI", "not a web address", action="Write it as https://host/path.")
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise ConfigError(
            "PLAID_REDIRECT_URI",
            "has a query or a fragment",
            action="Remove what follows `?` or `#`: Plaid refuses it.",
        )
    if parts.scheme != "https" and env != "sandbox":
        raise ConfigError("PLAID_REDIRECT_URI", "not https", action="Use https: Plaid allows http only in Sandbox.")


def check_descriptor(value: str) -> str:
    """Stripe: at most 22 characters, none of < > ' ", and at least one letter. Raises ConfigError."""
    if len(value) > DESCRIPTOR_LIMIT:
        raise ConfigError(
            "STRIPE_STATEMENT_DESCRIPTOR",
            f"longer than {DESCRIPTOR_LIMIT} characters",
            action="Shorten it; the bank statement shows the first 16.",
        )
    if DESCRIPTOR_FORBIDDEN & set(value) or not any(letter.isalpha() for letter in value):
        raise ConfigError(
            "STRIPE_STATEMENT_DESCRIPTOR",
            "has one of < > ' \" or no letter",
            action="Use letters, digits and spaces.",
        )
    return value


def check_cipher_keys(value: str) -> tuple[Secret, ...]:
    """The Fernet keys, newest first; none where the value is empty. Raises ConfigError."""
    keys = tuple(part.strip() for part in value.split(",") if part.strip())
    for number, key in enumerate(keys, 1):
        try:
            size = len(base64.b64decode(key.encode("ascii"), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if size != FERNET_KEY_BYTES:
            raise ConfigError(
                "ACH_DESK_KEY",
                f"key {number} is not 32 url-safe base64-encoded bytes",
                action="Make one with `ach-desk keys init`.",
            )
    return tuple(Secret(key) for key in keys)


def check_rate(key: str, value: str) -> float | None:
    """Requests a second, None where nothing is set. Raises ConfigError unless it is a number of at least one."""
    if not value:
        return None
    try:
        rate = float(value)
    except ValueError:
        rate = 0.0
    if not 1 <= rate <= 100_000:
        raise ConfigError(key, f"`{value}` is not a number of at least 1", action="Set it to requests per second.")
    return rate


def check_zone(value: str) -> ZoneInfo:
    """The time zone by its IANA name. Raises ConfigError."""
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            "ACH_DESK_TIMEZONE", f"`{value}` is not a time zone", action="Use a name such as `America/New_York`."
        ) from None


def check_contradictions(*, plaid_env: str, stripe_key: Secret, stripe_api_base: str, sandbox_url: str) -> None:
    """Test money and real money never meet; `plaid_env` is empty where a command does not use Plaid.

    Raises ConfigError.
    """
    key = stripe_key.reveal()
    if key.startswith("pk_"):
        raise ConfigError(
            "STRIPE_SECRET_KEY", "this is the publishable key", action="Use the secret key, `sk_…`, from the same page."
        )
    if not key.startswith(("sk_", "rk_")):
        raise ConfigError(
            "STRIPE_SECRET_KEY",
            "not a Stripe secret key",
            action="Use the one that begins with `sk_test_` or `sk_live_`.",
        )
    live = key.startswith(("sk_live_", "rk_live_"))
    if plaid_env == "production" and not live:
        raise ConfigError(
            "STRIPE_SECRET_KEY",
            "a test key with PLAID_ENV `production`",
            action="Use Stripe's live key, or set PLAID_ENV to `sandbox` with Plaid's sandbox secret.",
        )
    if plaid_env in {"sandbox", "tartan"} and live:
        raise ConfigError(
            "STRIPE_SECRET_KEY",
            f"a live key with PLAID_ENV `{plaid_env}`",
            action="Use Stripe's test key, or set PLAID_ENV to `production` with Plaid's production secret.",
        )
    if sandbox_url and not is_loopback(stripe_api_base):  # the page would say SANDBOX while Stripe itself is asked
        raise ConfigError(
            "ACH_DESK_SANDBOX_URL",
            "set, while STRIPE_API_BASE is not the sandbox",
            action="Set STRIPE_API_BASE to the sandbox's address, or remove ACH_DESK_SANDBOX_URL.",
        )
    if live and is_loopback(stripe_api_base):
        raise ConfigError(
            "STRIPE_API_BASE",
            "a live key would be sent to a server on this machine",
            action="Use a test key with it, or remove STRIPE_API_BASE.",
        )
