"""Settings of who gets in and who may debit how much: the OpenID provider, the roles' members, the debits' limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from dashboard.errors import ConfigError
from dashboard.models import Role, Secret
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
    members: Mapping[Role, str]


@dataclass(frozen=True)
class DebitRules:
    """Who may debit, how much at most, and above what amount a person proves again who they are."""

    roles: frozenset[Role]
    proof_cents: int
    max_cents: int


def read_open_id(get: Callable[[str], str]) -> OpenId | None:
    """The sign-in's settings, or None where none is set. Raises ConfigError where they are not complete."""
    values = {key: get(key) for key in OIDC_KEYS}
    members = {role: get(key) for role, key in ROLE_KEYS.items()}
    if not any(values.values()) and not any(members.values()):
        return None
    for key, value in values.items():
        if not value:
            raise ConfigError(key, "not set, while other settings of the sign-in are", action="Set all of them.")
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
            "nobody has a role, so nobody could enter",
            action="Name at least one person's e-mail address or a `group:name`.",
        )
    scope = get("ACH_DESK_OIDC_SCOPE")
    if "openid" not in scope.split():
        raise ConfigError("ACH_DESK_OIDC_SCOPE", "`openid` is missing", action="Add `openid`: it is what signs in.")
    return OpenId(
        client_id=client_id,
        client_secret=Secret(client_secret),
        metadata_url=metadata_url,
        cookie_secret=Secret(cookie_secret),
        redirect_uri=redirect_uri,
        scope=scope,
        groups_claim=get("ACH_DESK_OIDC_GROUPS_CLAIM"),
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
    )


def as_table(open_id: OpenId | None, rules: DebitRules) -> dict[str, str]:
    """These settings in force by their names; secrets are `***`."""
    shown = dict.fromkeys((*OIDC_KEYS, "ACH_DESK_OIDC_SCOPE", "ACH_DESK_OIDC_GROUPS_CLAIM", *ROLE_KEYS.values()), "")
    if open_id:
        values = (open_id.client_id, open_id.client_secret, open_id.metadata_url, open_id.cookie_secret)
        shown |= dict(zip(OIDC_KEYS, (*map(str, values), open_id.redirect_uri), strict=True))
        shown |= {"ACH_DESK_OIDC_SCOPE": open_id.scope, "ACH_DESK_OIDC_GROUPS_CLAIM": open_id.groups_claim}
        shown |= {ROLE_KEYS[role]: text for role, text in open_id.members.items()}
    return {
        **shown,
        "ACH_DESK_DEBIT_ROLES": ", ".join(sorted(rules.roles)),
        "ACH_DESK_DEBIT_PROOF_CENTS": str(rules.proof_cents),
        "ACH_DESK_DEBIT_MAX_CENTS": str(rules.max_cents),
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
        if entry and not (entry.startswith("group:") and len(entry) > len("group:")) and "@" not in entry:
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
        raise ConfigError(key, "not https", action="Use https; plain http is for this machine (127.0.0.1) alone.")
