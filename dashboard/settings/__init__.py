"""Settings from the environment, systemd's credentials and `.streamlit/secrets.toml`: typed and checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.domain.errors import ConfigError
from dashboard.domain.limits import LimitRules
from dashboard.domain.models import Generation, Mode, RiskSource, Secret
from dashboard.settings.approvals import ApprovalRules, read_approvals
from dashboard.settings.approvals import as_table as approvals_table
from dashboard.settings.checks import (
    check_cipher_keys,
    check_contradictions,
    check_descriptor,
    check_rate,
    check_redirect,
    check_url,
    check_zone,
    is_loopback,
    pick,
)
from dashboard.settings.contact import Contact, read_contact
from dashboard.settings.keys import KEYS, Key
from dashboard.settings.known import check_known
from dashboard.settings.limits import as_table as limits_table
from dashboard.settings.limits import read_limits
from dashboard.settings.mail import MailSettings, read_mail
from dashboard.settings.mail import as_table as mail_table
from dashboard.settings.notices import NoticeSettings, read_notices
from dashboard.settings.notices import as_table as notices_table
from dashboard.settings.refunds import RefundRules, read_refund_rules
from dashboard.settings.refunds import as_table as refunds_table
from dashboard.settings.serving import BackupPlan, Serving, read_serving
from dashboard.settings.sign_in_and_limits import (
    DebitRules,
    OpenId,
    as_table,
    explain_sign_in,
    read_debit_rules,
    read_open_id,
)
from dashboard.settings.sources import Source, read_file

SECRETS_FILE = Path(".streamlit/secrets.toml")
PLAID_HOSTS = {"sandbox": "https://sandbox.plaid.com", "production": "https://production.plaid.com"}
PRODUCTS = ("auth", "identity", "transactions")
__all__ = [
    "KEYS",
    "ApprovalRules",
    "BackupPlan",
    "Contact",
    "DebitRules",
    "Key",
    "MailSettings",
    "Need",
    "NoticeSettings",
    "OpenId",
    "RefundRules",
    "Serving",
    "Settings",
    "explain_sign_in",
    "load_settings",
]
CLIENT_NAME_LIMIT = 30  # Plaid: a longer client_name is shown as "This Application"


class Need(StrEnum):
    """What a command uses; it is asked for nothing else."""

    PLAID = "plaid"
    STRIPE = "stripe"
    KEY = "key"


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations; where a need was not asked for, its keys may be empty."""

    plaid_client_id: str
    plaid_secret: Secret
    plaid_env: str
    plaid_public_key: str
    generation: Generation
    plaid_base_url: str
    plaid_link_url: str
    plaid_client_name: str
    plaid_products: tuple[str, ...]
    plaid_risk: RiskSource
    plaid_ruleset: str
    plaid_names_bank: bool
    plaid_link_customization: str
    plaid_redirect_uri: str
    stripe_secret_key: Secret
    stripe_api_base: str
    stripe_statement_descriptor: str
    stripe_reads_per_second: float | None
    stripe_reads_per_second_total: float | None
    db: Path
    keys: tuple[Secret, ...]
    timezone: ZoneInfo
    sandbox_url: str | None
    business_name: str
    contact: Contact
    mail: MailSettings | None
    notices: NoticeSettings
    open_id: OpenId | None
    debit_rules: DebitRules
    limits: LimitRules
    approvals: ApprovalRules
    match_certain: bool
    refunds: RefundRules
    serving: Serving

    @property
    def mode(self) -> Mode:
        """Whose money moves: the sandbox's where Stripe is on this machine, else what Stripe's key says."""
        if self.sandbox_url or is_loopback(self.stripe_api_base):
            return Mode.SANDBOX
        live = self.stripe_secret_key.reveal().startswith(("sk_live_", "rk_live_"))
        return Mode.LIVE if live else Mode.TEST

    def as_table(self) -> dict[str, str]:
        """The settings in force by their names, as a page may show them: secrets are `***`, unset ones empty."""
        return {
            "PLAID_CLIENT_ID": self.plaid_client_id,
            "PLAID_SECRET": str(self.plaid_secret) if self.plaid_secret else "",
            "PLAID_ENV": self.plaid_env,
            "PLAID_PUBLIC_KEY": self.plaid_public_key,
            "PLAID_LINK_GENERATION": self.generation.value,
            "PLAID_BASE_URL": self.plaid_base_url,
            "PLAID_LINK_URL": self.plaid_link_url,
            "PLAID_CLIENT_NAME": self.plaid_client_name,
            "PLAID_PRODUCTS": ", ".join(self.plaid_products),
            "PLAID_RISK": self.plaid_risk.value,
            "PLAID_RULESET": self.plaid_ruleset,
            "PLAID_INSTITUTION_ID": "yes" if self.plaid_names_bank else "no",
            "PLAID_LINK_CUSTOMIZATION": self.plaid_link_customization,
            "PLAID_REDIRECT_URI": self.plaid_redirect_uri,
            "STRIPE_SECRET_KEY": str(self.stripe_secret_key) if self.stripe_secret_key else "",
            "STRIPE_API_BASE": self.stripe_api_base,
            "STRIPE_STATEMENT_DESCRIPTOR": self.stripe_statement_descriptor,
            "STRIPE_READS_PER_SECOND": f"{self.stripe_reads_per_second or ''}",
            "STRIPE_READS_PER_SECOND_TOTAL": f"{self.stripe_reads_per_second_total or ''}",
            "ACH_DESK_DB": str(self.db),
            "ACH_DESK_KEY": ", ".join(str(key) for key in self.keys),
            "ACH_DESK_TIMEZONE": str(self.timezone),
            **self.contact.as_table(),
            **mail_table(self.mail),
            **notices_table(self.notices),
            "ACH_DESK_SANDBOX_URL": self.sandbox_url or "",
            **as_table(self.open_id, self.debit_rules),
            **limits_table(self.limits),
            **approvals_table(self.approvals),
            "ACH_DESK_MATCH_CERTAIN": "yes" if self.match_certain else "no",
            **refunds_table(self.refunds),
            **self.serving.as_table(),
        }


def load_settings(
    environ: Mapping[str, str],
    secrets_file: Path | None = SECRETS_FILE,
    needs: frozenset[Need] = frozenset(Need),
) -> Settings:
    """The settings, checked for what `needs` names. Raises ConfigError with the key and the fix in one sentence."""
    file = read_file(secrets_file)
    check_known(environ, file, [key.name for key in KEYS])
    source = Source(environ, file, {key.name: key.default for key in KEYS})
    plaid, stripe = Need.PLAID in needs, Need.STRIPE in needs
    generation = Generation(pick("PLAID_LINK_GENERATION", source.get("PLAID_LINK_GENERATION"), list(Generation)))
    settings = Settings(
        **_read_plaid(source, generation, plaid),
        stripe_secret_key=Secret(source.need("STRIPE_SECRET_KEY", stripe)),
        stripe_api_base=check_url("STRIPE_API_BASE", source.get("STRIPE_API_BASE")),
        stripe_statement_descriptor=check_descriptor(source.get("STRIPE_STATEMENT_DESCRIPTOR")),
        stripe_reads_per_second=check_rate("STRIPE_READS_PER_SECOND", source.given("STRIPE_READS_PER_SECOND")),
        stripe_reads_per_second_total=check_rate(
            "STRIPE_READS_PER_SECOND_TOTAL", source.given("STRIPE_READS_PER_SECOND_TOTAL")
        ),
        db=Path(source.get("ACH_DESK_DB")),
        keys=check_cipher_keys(
            source.need("ACH_DESK_KEY", Need.KEY in needs, action="Make one with `ach-desk keys init` and set it.")
        ),
        timezone=check_zone(source.get("ACH_DESK_TIMEZONE")),
        sandbox_url=check_url("ACH_DESK_SANDBOX_URL", source.get("ACH_DESK_SANDBOX_URL")) or None,
        business_name=source.get("PLAID_CLIENT_NAME"),
        contact=read_contact(source.get),
        mail=read_mail(source.get),
        notices=read_notices(source.get),
        open_id=read_open_id(source.get),
        debit_rules=read_debit_rules(source.get),
        limits=read_limits(source.get),
        approvals=read_approvals(source.get),
        match_certain=pick("ACH_DESK_MATCH_CERTAIN", source.get("ACH_DESK_MATCH_CERTAIN"), ["no", "yes"]) == "yes",
        refunds=read_refund_rules(source.get),
        serving=read_serving(source.get),
    )
    source.demand_all()
    if stripe:
        check_contradictions(
            plaid_env=settings.plaid_env if plaid else "",
            stripe_key=settings.stripe_secret_key,
            stripe_api_base=settings.stripe_api_base,
            sandbox_url=settings.sandbox_url or "",
        )
    return settings


def _read_plaid(source: Source, generation: Generation, wanted: bool) -> dict[str, Any]:
    classic = generation is Generation.CLASSIC
    env = source.get("PLAID_ENV")
    base_url = source.get("PLAID_BASE_URL", PLAID_HOSTS.get(env, "") if not classic else "")
    name, redirect = source.get("PLAID_CLIENT_NAME"), source.get("PLAID_REDIRECT_URI")
    products = tuple(dict.fromkeys(part.strip() for part in source.get("PLAID_PRODUCTS").split(",") if part.strip()))
    if wanted:
        if env == "tartan" and not classic:
            raise ConfigError(
                "PLAID_ENV",
                "`tartan` belongs to the classic generation",
                action="Set PLAID_ENV to `sandbox` or `production`, or PLAID_LINK_GENERATION to `classic`.",
            )
        pick("PLAID_ENV", env, ["sandbox", "production", *(["tartan"] if classic else [])])
        if not base_url:
            raise ConfigError(
                "PLAID_BASE_URL",
                f"not set, and Plaid no longer serves the classic generation's `{env}`",
                action="Set it to the built-in sandbox's address (`ach-desk sandbox` prints it).",
            )
        if classic:
            source.need("PLAID_PUBLIC_KEY", True, action="Set it: the classic generation opens Link with it.")
        if len(name) > CLIENT_NAME_LIMIT:
            raise ConfigError("PLAID_CLIENT_NAME", "longer than 30 characters", action="Shorten it: Link hides it.")
        for product in products:
            pick("PLAID_PRODUCTS", product, PRODUCTS)
        if "auth" not in products:
            raise ConfigError(
                "PLAID_PRODUCTS", "`auth` is missing", action="Add `auth`: without it no bank can be linked."
            )
        check_redirect(redirect, env)
    return {
        "plaid_client_id": source.need("PLAID_CLIENT_ID", wanted),
        "plaid_secret": Secret(source.need("PLAID_SECRET", wanted)),
        "plaid_env": env,
        "plaid_public_key": source.get("PLAID_PUBLIC_KEY"),
        "generation": generation,
        "plaid_base_url": check_url("PLAID_BASE_URL", base_url) if wanted else base_url,
        "plaid_link_url": check_url("PLAID_LINK_URL", source.get("PLAID_LINK_URL")),
        "plaid_client_name": name,
        "plaid_products": products,
        "plaid_risk": _read_risk(source, classic),
        "plaid_ruleset": source.given("PLAID_RULESET"),
        "plaid_names_bank": pick("PLAID_INSTITUTION_ID", source.get("PLAID_INSTITUTION_ID"), ["yes", "no"]) == "yes",
        "plaid_link_customization": source.get("PLAID_LINK_CUSTOMIZATION"),
        "plaid_redirect_uri": redirect,
    }


def _read_risk(source: Source, classic: bool) -> RiskSource:
    chosen = RiskSource(pick("PLAID_RISK", source.get("PLAID_RISK"), list(RiskSource)))
    if chosen is RiskSource.SIGNAL and classic:
        raise ConfigError(
            "PLAID_RISK",
            "`signal` is not part of the classic generation",
            action="Set PLAID_RISK to `balance`, or PLAID_LINK_GENERATION to `current`.",
        )
    return chosen
