"""Settings of the server: whose forwarding it believes, which webhooks it takes, which backups it makes."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Secret
from dashboard.settings.checks import is_loopback

STRIPE_WEBHOOKS, PLAID_WEBHOOKS = "/webhooks/stripe", "/webhooks/plaid"
LONGEST_EVERY, MOST_KEPT = 24 * 31, 10_000  # hours; files


@dataclass(frozen=True)
class BackupPlan:
    """What `serve` keeps by itself: the newest `keep` always, older ones until they are `days` old."""

    folder: Path
    every: timedelta
    keep: int
    days: int
    sealed: bool


@dataclass(frozen=True)
class Serving:
    """What the server does beside showing pages; each part is off where its setting is empty."""

    trusted_proxies: tuple[str, ...]
    stripe_webhook_secret: Secret
    plaid_webhook_url: str
    backups: BackupPlan | None

    def as_table(self) -> dict[str, str]:
        """These settings in force by their names; the secret is `***`, what belongs to a part that is off is empty."""
        plan = self.backups
        return {
            "ACH_DESK_TRUSTED_PROXIES": ", ".join(self.trusted_proxies),
            "STRIPE_WEBHOOK_SECRET": str(self.stripe_webhook_secret) if self.stripe_webhook_secret else "",
            "ACH_DESK_PLAID_WEBHOOK_URL": self.plaid_webhook_url,
            "ACH_DESK_BACKUP_FOLDER": str(plan.folder) if plan else "",
            "ACH_DESK_BACKUP_HOURS": f"{plan.every.total_seconds() / 3600:.0f}" if plan else "",
            "ACH_DESK_BACKUP_KEEP": str(plan.keep) if plan else "",
            "ACH_DESK_BACKUP_DAYS": str(plan.days) if plan else "",
            "ACH_DESK_BACKUP_SEALED": ("yes" if plan.sealed else "no") if plan else "",
        }


def read_serving(get: Callable[[str], str]) -> Serving:
    """The server's settings. Raises ConfigError."""
    return Serving(
        trusted_proxies=_read_proxies(get("ACH_DESK_TRUSTED_PROXIES")),
        stripe_webhook_secret=_read_webhook_secret(get("STRIPE_WEBHOOK_SECRET")),
        plaid_webhook_url=_read_webhook_url(get("ACH_DESK_PLAID_WEBHOOK_URL")),
        backups=_read_plan(get),
    )


def _read_proxies(text: str) -> tuple[str, ...]:
    """Addresses and networks; everybody is none of them, since whoever is believed can take any customer's address."""
    key, found = "ACH_DESK_TRUSTED_PROXIES", []
    for part in (one.strip() for one in text.split(",")):
        if not part:
            continue
        try:
            network = ipaddress.ip_network(part)
        except ValueError:
            raise ConfigError(
                key,
                f"`{part}` is neither an address nor a network",
                action="Write 127.0.0.1 or 10.1.2.0/24, separated by commas.",
            ) from None
        if network.prefixlen == 0:
            raise ConfigError(key, f"`{part}` is everybody", action="Name the proxy's own address.")
        found.append(part)
    return tuple(found)


def _read_webhook_secret(text: str) -> Secret:
    if text and not text.startswith("whsec_"):
        raise ConfigError(
            "STRIPE_WEBHOOK_SECRET",
            "not a signing secret",
            action="Use the one that begins with `whsec_`, from Stripe's Dashboard > Developers > Webhooks.",
        )
    return Secret(text)


def _read_webhook_url(text: str) -> str:
    if not text:
        return ""
    key, parts = "ACH_DESK_PLAID_WEBHOOK_URL", urlsplit(text)
    if parts.path != PLAID_WEBHOOKS or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigError(
            key, f"does not end with the host and {PLAID_WEBHOOKS}", action=f"Write it as https://host{PLAID_WEBHOOKS}."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(text)):
        raise ConfigError(key, "not https", action="Use https; plain http is only for this machine (127.0.0.1).")
    return text


def _read_plan(get: Callable[[str], str]) -> BackupPlan | None:
    hours = _read_count("ACH_DESK_BACKUP_HOURS", get("ACH_DESK_BACKUP_HOURS"), LONGEST_EVERY)
    keep = _read_count("ACH_DESK_BACKUP_KEEP", get("ACH_DESK_BACKUP_KEEP"), MOST_KEPT)
    days = _read_count("ACH_DESK_BACKUP_DAYS", get("ACH_DESK_BACKUP_DAYS"), MOST_KEPT)
    sealed = get("ACH_DESK_BACKUP_SEALED")
    if sealed not in {"yes", "no"}:
        raise ConfigError("ACH_DESK_BACKUP_SEALED", f"`{sealed}` is not known", action="Use `yes` or `no`.")
    folder = get("ACH_DESK_BACKUP_FOLDER")
    return BackupPlan(Path(folder), timedelta(hours=hours), keep, days, sealed == "yes") if folder else None


def _read_count(key: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ConfigError(key, f"`{text}` is not a whole number from 1 to {most}", action="Correct it.")
    return int(text)
