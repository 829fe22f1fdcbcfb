"""The founding guide's steps 1 and 2 as checks that a person can read: is everything connected, and will it stay so?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from dashboard.access import Permission, require
from dashboard.desk import Desk
from dashboard.errors import DeskError, ProviderError, ProviderRejected
from dashboard.models import Actor, DebitState, Generation, Mode
from dashboard.settings import Settings

DISK_WARNING_BYTES = 2 << 30  # a million payments take about 1.2 GB with their indexes; a backup needs as much again
DISK_FAILED_BYTES = 200 << 20
SKEW_WARNING = timedelta(seconds=60)
SKEW_FAILED = timedelta(seconds=300)  # webhooks and sign-in tokens older than five minutes are refused
SYNC_WARNING = timedelta(hours=2)
SYNC_FAILED = timedelta(days=25)  # Stripe keeps events for 30 days; then only a new backfill finds what changed


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, how it is, what that means, what to do."""

    name: str
    verdict: Verdict
    found: str
    meaning: str = ""
    action: str = ""
    request_id: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """For `--json`."""
        return {**self.__dict__, "verdict": self.verdict.value}


class PlaidProbe(Protocol):
    """What the doctor asks of Plaid."""

    def check_keys(self) -> str | None:
        """Raise where the keys are wrong; returns the request id."""

    def check_stripe_link(self) -> str | None:
        """Make and discard a bank token in Plaid's sandbox; raises where the integration is not connected."""


class StripeProbe(Protocol):
    """What the doctor asks of Stripe."""

    def account(self) -> dict[str, Any]:
        """The account behind the key."""

    def server_time(self) -> datetime:
        """What Stripe's clock says, from a reply's Date header."""


@dataclass(frozen=True)
class Ward:
    """What the store knows that a doctor asks for."""

    path: Path
    integrity: Callable[[], list[str]]
    audit: Callable[[], list[str]]
    secrets_readable: Callable[[], bool]
    last_sync: Callable[[], datetime | None]
    reads_left: Callable[[], tuple[int, int]]
    debits_accepted: Callable[[], int]


class Doctor:
    """Runs every check; one that raises becomes a finding, so that the others still run."""

    def __init__(
        self, settings: Settings, ward: Ward, plaid: PlaidProbe, stripe: StripeProbe, now: Callable[[], datetime]
    ) -> None:
        self._settings, self._ward, self._plaid, self._stripe, self._now = settings, ward, plaid, stripe, now

    def examine(self, actor: Actor) -> list[Check]:
        """All findings, in the order in which a set-up goes."""
        require(actor, Permission.VIEW_SETUP)
        return list(self._run())

    def _run(self) -> Iterator[Check]:
        for name, check in (
            ("Plaid keys", self._plaid_keys),
            ("Plaid's Stripe integration", self._integration),
            ("Stripe key", self._stripe_key),
            ("Stripe account takes ACH", self._ach),
            ("PaymentIntents with Plaid", self._enabled),
            ("Clock", self._clock),
            ("Disk", self._disk),
            ("Database", self._database),
            ("Audit trail", self._audit),
            ("Encryption keys", self._keys),
            ("Last sync", self._sync),
            ("Reads left at Stripe", self._reads),
        ):
            try:
                yield check(name)
            except ProviderError as error:
                yield Check(name, Verdict.FAILED, error.what, error.meaning, error.action, error.request_id)
            except DeskError as error:
                yield Check(name, Verdict.FAILED, error.what, error.meaning, error.action)

    def _plaid_keys(self, name: str) -> Check:
        request_id = self._plaid.check_keys()
        return Check(name, Verdict.OK, f"Plaid accepts them for {self._settings.plaid_env}.", request_id=request_id)

    def _integration(self, name: str) -> Check:
        if self._settings.generation is Generation.CLASSIC or self._settings.plaid_env != "sandbox":
            return Check(
                name,
                Verdict.WARNING,
                "It cannot be tried without a customer's bank.",
                "The first real link will show it.",
                "Look at Plaid's Dashboard > Developers > Integrations: Stripe must be connected.",
            )
        try:
            request_id = self._plaid.check_stripe_link()
        except ProviderRejected as error:
            return Check(
                name,
                Verdict.FAILED,
                f"Plaid makes no Stripe token ({error.code}).",
                "Banks can be linked, but not debited.",
                "Connect Stripe in Plaid's Dashboard > Developers > Integrations, for this Stripe account.",
                error.request_id,
            )
        return Check(name, Verdict.OK, "Plaid made a Stripe bank account token.", request_id=request_id)

    def _stripe_key(self, name: str) -> Check:
        account = self._stripe.account()
        return Check(name, Verdict.OK, f"Stripe accepts it: account {account['id']}, mode {self._settings.mode}.")

    def _ach(self, name: str) -> Check:
        capabilities = self._stripe.account().get("capabilities") or {}
        found = capabilities.get("us_bank_account_ach_payments") or "not asked for"
        if found == "active":
            return Check(name, Verdict.OK, "ACH Direct Debit is active.")
        return Check(
            name,
            Verdict.FAILED,
            f"ACH Direct Debit is {found}.",
            "No bank account can be debited.",
            "Turn ACH Direct Debit on in Stripe's Dashboard > Settings > Payment methods.",
        )

    def _enabled(self, name: str) -> Check:
        if self._ward.debits_accepted():
            return Check(name, Verdict.OK, "Stripe has accepted a debit of a bank that Plaid linked.")
        if self._settings.mode is Mode.SANDBOX:
            return Check(name, Verdict.OK, "The sandbox needs no enabling.")
        return Check(
            name,
            Verdict.WARNING,
            "No debit was accepted yet, so it is not known whether Stripe has enabled it.",
            "Stripe enables this by hand; without it the first debit is refused.",
            "Write to plaid-referral@stripe.com, cc partnerships@plaid.com, with your acct_ id and the use case.",
        )

    def _clock(self, name: str) -> Check:
        skew = abs(self._stripe.server_time() - self._now())
        found = f"This machine and Stripe differ by {skew.total_seconds():.0f} s."
        if skew < SKEW_WARNING:
            return Check(name, Verdict.OK, found)
        verdict = Verdict.FAILED if skew >= SKEW_FAILED else Verdict.WARNING
        return Check(
            name,
            verdict,
            found,
            "Webhooks and sign-ins are refused when clocks differ.",
            "Turn time synchronisation on.",
        )

    def _disk(self, name: str) -> Check:
        free = shutil.disk_usage(self._ward.path.resolve().parent).free
        found = f"{free / (1 << 30):.1f} GB free beside the database."
        if free >= DISK_WARNING_BYTES:
            return Check(name, Verdict.OK, found)
        verdict = Verdict.FAILED if free < DISK_FAILED_BYTES else Verdict.WARNING
        return Check(name, verdict, found, "A full disk stops every write.", "Free some space, or move ACH_DESK_DB.")

    def _database(self, name: str) -> Check:
        if findings := self._ward.integrity():
            return Check(
                name,
                Verdict.FAILED,
                f"SQLite finds: {findings[0]}",
                "The file is damaged.",
                "Stop the desk and restore the newest backup (`ach-desk restore`).",
            )
        return Check(name, Verdict.OK, f"{self._ward.path} is sound.")

    def _audit(self, name: str) -> Check:
        if findings := self._ward.audit():
            return Check(
                name,
                Verdict.FAILED,
                findings[0],
                "Somebody changed the trail outside the desk.",
                "Keep the file, compare it with the backups, and find out who had access.",
            )
        return Check(name, Verdict.OK, "The chain of audit rows is whole.")

    def _keys(self, name: str) -> Check:
        if not self._ward.secrets_readable():
            return Check(
                name,
                Verdict.FAILED,
                "Stored tokens cannot be read with the keys in ACH_DESK_KEY.",
                "The key that they were written with is missing; linked banks cannot be used.",
                "Add the old key after the new one, separated by a comma.",
            )
        count = len(self._settings.keys)
        if count > 1:
            return Check(
                name,
                Verdict.WARNING,
                f"{count} keys are set; every stored token can be read.",
                "Old keys are needed only until a rotation has ended.",
                "Run `ach-desk keys rotate`, then take the old keys out.",
            )
        return Check(name, Verdict.OK, "One key, 256 bits, and it opens every stored token.")

    def _sync(self, name: str) -> Check:
        last = self._ward.last_sync()
        if last is None:
            return Check(
                name,
                Verdict.WARNING,
                "No sync has finished yet.",
                "The payments table is empty.",
                "Run `ach-desk sync`.",
            )
        age = self._now() - last
        if age < SYNC_WARNING:
            return Check(name, Verdict.OK, f"Finished {age.total_seconds() / 60:.0f} minutes ago.")
        verdict = Verdict.FAILED if age >= SYNC_FAILED else Verdict.WARNING
        return Check(
            name,
            verdict,
            f"Finished {age.total_seconds() / 3600:.0f} hours ago.",
            "Statuses on the pages are as old as that.",
            "See whether `ach-desk serve` runs, and what its log says.",
        )

    def _reads(self, name: str) -> Check:
        used, allowed = self._ward.reads_left()
        found = f"{used:,} of {allowed:,} reads used in 30 days."
        if used < allowed * 0.8:
            return Check(name, Verdict.OK, found)
        return Check(
            name,
            Verdict.FAILED if used >= allowed else Verdict.WARNING,
            found,
            "Beyond its allowance Stripe may slow this account down.",
            "The automatic sync has lengthened its interval; avoid `--full`.",
        )


def examine(desk: Desk, actor: Actor) -> list[Check]:
    """Every check of a desk as it stands."""
    store = desk.store

    def count_accepted() -> int:
        return sum(debit.state is DebitState.SUBMITTED for debit in store.debits.recent(None, 50))

    def reads() -> tuple[int, int]:
        status = desk.sync.status()
        return status.reads_this_month, status.allowance

    ward = Ward(
        path=desk.settings.db,
        integrity=store.database.check_integrity,
        audit=store.trail.verify,
        secrets_readable=store.sealed.are_readable,
        last_sync=lambda: desk.sync.status().last_finished_at,
        reads_left=reads,
        debits_accepted=count_accepted,
    )
    return Doctor(desk.settings, ward, desk.plaid, desk.stripe, desk.clock.real).examine(actor)
