"""Settings of who gets in and who may debit how much: the OpenID provider, the roles' members, the debits' limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from dashboard.domain.addresses import fold_address, name_odd_letters
from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Role, Secret
from dashboard.settings.checks import is_loopback

OIDC_KEYS = (
    "ACH_DESK_OIDC_CLIENT_ID",
    "ACH_DESK_OIDC_CLIENT_SECRET",
    "ACH_DESK_OIDC_METADATA_URL",
    "ACH_DESK_OIDC_COOKIE_SECRET",
    "ACH_DESK_OIDC_REDIRECT_URI",
)
ROLE_KEYS = {role: f"ACH_DESK_ROLE_{role.name}" for role in Role}
CALLBACK = "/oauth2callback"  # Streamlit's, st.login
COOKIE_SECRET_LENGTH = 32  # RFC 7518 3.2: an HS256 key is at least as long as the hash
LARGEST_CENTS = 99_999_999  # Stripe: an amount has at most eight digits


@dataclass(frozen=True)
class OpenId:
    """The OpenID provider that people sign in at, and who has which role there."""

    client_id: str
    client_secret: Secret
    metadata_url: str
    cookie_secret: Secret
    redirect_uri: str
    scope: str
    groups_claim: str
    address_claim: str
    assume_verified: bool
    members: Mapping[Role, str]

    @property
    def origin(self) -> str:
        """The desk's own address as browsers name it: scheme and host, a port only where it is not the scheme's own."""
        parts = urlsplit(self.redirect_uri)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        usual = parts.port in {None, {"https": 443, "http": 80}[parts.scheme]}
        return f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}")


@dataclass(frozen=True)
class DebitRules:
    """Who may debit, how much at most, and above what amount a person proves again who they are."""

    roles: frozenset[Role]
    proof_cents: int
    max_cents: int
    send_within: timedelta = timedelta(minutes=10)
    same_days: int = 45
    reference_days: int = 45


def read_open_id(get: Callable[[str], str]) -> OpenId | None:
    """The sign-in's settings, or None where none is set. Raises ConfigError where they are not complete."""
    values = {key: get(key) for key in OIDC_KEYS}
    members = {role: get(key) for role, key in ROLE_KEYS.items()}
    if not any(values.values()) and not any(members.values()):
        return None
    missing = [key for key, value in values.items() if not value]
    if missing:
        others = f" ({', '.join(missing[1:])} likewise)" if missing[1:] else ""
        raise ConfigError(
            missing[0], f"not set, while other settings of the sign-in are{others}", action="Set all of them."
        )
    client_id, client_secret, metadata_url, cookie_secret, redirect_uri = values.values()
    _check_address("ACH_DESK_OIDC_METADATA_URL", metadata_url)
    _check_address("ACH_DESK_OIDC_REDIRECT_URI", redirect_uri)
    if not redirect_uri.endswith(CALLBACK) or urlsplit(redirect_uri).path.count("/") != 1:
        raise ConfigError(
            "ACH_DESK_OIDC_REDIRECT_URI",
            f"does not end with the host and {CALLBACK}",
            action=f"Write it as https://host{CALLBACK}, and register the same address with the provider.",
        )
    if len(cookie_secret) < COOKIE_SECRET_LENGTH:
        raise ConfigError(
            "ACH_DESK_OIDC_COOKIE_SECRET",
            f"shorter than {COOKIE_SECRET_LENGTH} characters",
            action="Make one with `openssl rand -hex 32`.",
        )
    for role, text in members.items():
        _check_members(ROLE_KEYS[role], text)
    if not any(members.values()):
        raise ConfigError(
            ROLE_KEYS[Role.ADMIN],
            "nobody has a role, so nobody could sign in",
            action="Name at least one person's e-mail address or a `group:name`.",
        )
    verified = get("ACH_DESK_OIDC_EMAIL_VERIFIED")
    if verified not in {"required", "assumed"}:
        raise ConfigError(
            "ACH_DESK_OIDC_EMAIL_VERIFIED", f"`{verified}` is not known", action="Use `required` or `assumed`."
        )
    scope = get("ACH_DESK_OIDC_SCOPE")
    if "openid" not in scope.split():
        raise ConfigError("ACH_DESK_OIDC_SCOPE", "`openid` is missing", action="Add `openid`: sign-in needs it.")
    return OpenId(
        client_id=client_id,
        client_secret=Secret(client_secret),
        metadata_url=metadata_url,
        cookie_secret=Secret(cookie_secret),
        redirect_uri=redirect_uri,
        scope=scope,
        groups_claim=get("ACH_DESK_OIDC_GROUPS_CLAIM"),
        address_claim=get("ACH_DESK_OIDC_ADDRESS_CLAIM"),
        assume_verified=verified == "assumed",
        members=members,
    )


def read_debit_rules(get: Callable[[str], str]) -> DebitRules:
    """The debits' rules. Raises ConfigError."""
    key = "ACH_DESK_DEBIT_ROLES"
    names = [part.strip() for part in get(key).split(",") if part.strip()]
    unknown = [name for name in names if name not in set(Role)]
    if unknown or not names:
        wrong = f"`{unknown[0]}` is not a role" if unknown else "names no role"
        raise ConfigError(key, wrong, action=f"Use some of {', '.join(f'`{role}`' for role in Role)}.")
    return DebitRules(
        roles=frozenset(Role(name) for name in names),
        proof_cents=_read_cents("ACH_DESK_DEBIT_PROOF_CENTS", get("ACH_DESK_DEBIT_PROOF_CENTS")),
        max_cents=_read_cents("ACH_DESK_DEBIT_MAX_CENTS", get("ACH_DESK_DEBIT_MAX_CENTS")),
        send_within=timedelta(minutes=_read_number("ACH_DESK_DEBIT_SEND_MINUTES", get, 1, 60)),
        same_days=_read_number("ACH_DESK_DEBIT_SAME_DAYS", get, 0, 400),
        reference_days=_read_number("ACH_DESK_BATCH_REFERENCE_DAYS", get, 1, 400),
    )


def _read_number(key: str, get: Callable[[str], str], least: int, most: int) -> int:
    text = get(key).strip()
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigError(key, f"`{text}` is not a whole number from {least} to {most}", action="Correct it.")
    return int(text)


def as_table(open_id: OpenId | None, rules: DebitRules) -> dict[str, str]:
    """These settings in force by their names; secrets are `***`."""
    more = ("SCOPE", "GROUPS_CLAIM", "ADDRESS_CLAIM", "EMAIL_VERIFIED")
    shown = dict.fromkeys((*OIDC_KEYS, *(f"ACH_DESK_OIDC_{name}" for name in more), *ROLE_KEYS.values()), "")
    if open_id:
        values = (open_id.client_id, open_id.client_secret, open_id.metadata_url, open_id.cookie_secret)
        shown |= dict(zip(OIDC_KEYS, (*map(str, values), open_id.redirect_uri), strict=True))
        shown |= {"ACH_DESK_OIDC_SCOPE": open_id.scope, "ACH_DESK_OIDC_GROUPS_CLAIM": open_id.groups_claim}
        shown |= {"ACH_DESK_OIDC_ADDRESS_CLAIM": open_id.address_claim}
        shown |= {"ACH_DESK_OIDC_EMAIL_VERIFIED": "assumed" if open_id.assume_verified else "required"}
        shown |= {ROLE_KEYS[role]: text for role, text in open_id.members.items()}
    return {
        **shown,
        "ACH_DESK_DEBIT_ROLES": ", ".join(sorted(rules.roles)),
        "ACH_DESK_DEBIT_PROOF_CENTS": str(rules.proof_cents),
        "ACH_DESK_DEBIT_MAX_CENTS": str(rules.max_cents),
        "ACH_DESK_DEBIT_SEND_MINUTES": str(int(rules.send_within.total_seconds() // 60)),
        "ACH_DESK_DEBIT_SAME_DAYS": str(rules.same_days),
        "ACH_DESK_BATCH_REFERENCE_DAYS": str(rules.reference_days),
    }


def explain_sign_in() -> str:
    """How sign-in is configured, as the end of a sentence."""
    return (
        f"set {', '.join(OIDC_KEYS[:-1])} and {OIDC_KEYS[-1]}, and a role such as {ROLE_KEYS[Role.ADMIN]}"
        " (README, Sign-in)"
    )


def _read_cents(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > LARGEST_CENTS:
        raise ConfigError(
            key, f"`{text}` is not a number of cents up to {LARGEST_CENTS}", action="Write $1,000.00 as 100000."
        )
    return int(text)


def _check_members(key: str, text: str) -> None:
    for entry in (part.strip() for part in text.split(",")):
        if entry[:6].lower() == "group:" and entry[6:].strip().removeprefix("/"):
            continue
        if entry and "@" in entry and (odd := name_odd_letters(entry)):
            raise ConfigError(
                key,
                f"`{entry}` holds {', '.join(odd)}, which is another letter than the ASCII one it looks like",
                action="Write the address in plain ASCII letters.",
            )
        if entry and not fold_address(entry):
            raise ConfigError(
                key,
                f"`{entry}` is neither an e-mail address nor a group",
                action="Write name@example.com or group:name, separated by commas.",
            )


def _check_address(key: str, value: str) -> None:
    """An address that sign-in goes by; a provider's own may have a query (Microsoft's and Azure B2C's do)."""
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.fragment:
        raise ConfigError(key, "not an address", action="Write it as https://host/path.")
    if parts.scheme == "http" and not is_loopback(value):
        raise ConfigError(key, "not https", action="Use https; plain http is only for this machine (127.0.0.1).")
