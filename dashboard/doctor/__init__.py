"""Checks of the whole setup (keys, Stripe integration, database, disk, sync), each with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from dashboard.desk import Desk
from dashboard.doctor.checks import Check, Step, Verdict
from dashboard.doctor.machine import DeskChecks, Ward
from dashboard.doctor.providers import PlaidProbe, ProviderChecks, StripeProbe
from dashboard.domain.errors import DeskError, ProviderError
from dashboard.domain.models import Actor, DebitState
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store.audit_trail import TrailFilter

__all__ = ["Check", "Doctor", "Step", "Verdict", "Ward", "examine"]


class Doctor:
    """Runs every check; one that raises becomes a finding, so that the others still run."""

    def __init__(
        self, settings: Settings, ward: Ward, plaid: PlaidProbe, stripe: StripeProbe, now: Callable[[], datetime]
    ) -> None:
        self._providers = ProviderChecks(settings, plaid, stripe, now, ward.debits_accepted)
        self._desk = DeskChecks(settings, ward, now)

    def examine(self, actor: Actor) -> list[Check]:
        """All findings, in the order of the setup."""
        require(actor, Permission.VIEW_SETUP)
        return list(self._run())

    def _run(self) -> Iterator[Check]:
        providers, desk = self._providers, self._desk
        for step, name, check in (
            (Step.PLAID, "Plaid keys", providers.plaid_keys),
            (Step.PLAID, "Environments match", desk.environments),
            (Step.PLAID, "Plaid's Stripe integration", providers.integration),
            (Step.PLAID, "Plaid Signal", providers.signal),
            (Step.STRIPE, "Stripe key", providers.stripe_key),
            (Step.STRIPE, "Stripe key's permissions", providers.permissions),
            (Step.STRIPE, "Stripe account takes ACH", providers.ach),
            (Step.STRIPE, "PaymentIntents with Plaid", providers.enabled),
            (Step.STRIPE, "Approvals at Stripe", desk.approvals_at_stripe),
            (Step.STRIPE, "Last sync", desk.sync),
            (Step.STRIPE, "Reads left at Stripe", desk.reads),
            (Step.DESK, "Clock", providers.clock),
            (Step.DESK, "Processes", desk.processes),
            (Step.DESK, "Disk", desk.disk),
            (Step.DESK, "Database", desk.database),
            (Step.DESK, "Audit trail", desk.audit),
            (Step.DESK, "Encryption keys", desk.keys),
            (Step.DESK, "Key strength", desk.strength),
            (Step.DESK, "Sign-in", desk.sign_in),
            (Step.DESK, "Contact in authorizations", desk.contact),
            (Step.DESK, "Last backup", desk.backup),
            (Step.DESK, "Daily job", desk.retention),
            (Step.DESK, "Notices", desk.notices),
        ):
            try:
                found = check(name)
            except ProviderError as error:
                found = Check(name, Verdict.FAILED, error.what, error.meaning, error.action, error.request_id)
            except DeskError as error:
                found = Check(name, Verdict.FAILED, error.what, error.meaning, error.action)
            yield replace(found, step=step)


def examine(desk: Desk, actor: Actor) -> list[Check]:
    """Every check of a desk as it stands; that somebody looked is in the trail."""
    require(actor, Permission.VIEW_SETUP)
    store = desk.store
    store.trail.note_view(actor, "setup.checked", "setup", desk.clock.now())

    def count_accepted() -> int:
        return sum(debit.state is DebitState.SUBMITTED for debit in store.debits.recent(None, 50))

    def reads() -> tuple[int, int]:
        status = desk.sync.status()
        return status.reads_this_month, status.allowance

    def last_backup() -> datetime | None:
        made = store.trail.search(TrailFilter(action="backup.made"), limit=1)
        return made[0].at if made else None

    ward = Ward(
        path=desk.settings.db,
        integrity=store.database.check_integrity,
        audit=store.trail.verify,
        secrets_readable=store.sealed.are_readable,
        last_sync=lambda: desk.sync.status().last_finished_at,
        reads_left=reads,
        debits_accepted=count_accepted,
        last_backup=last_backup,
        last_retention=desk.retention.last_run,
        proves_by_sign_in=desk.sign_in.proves_by_sign_in,
        channels=lambda: desk.notices.channels(actor),
        processes=lambda: store.processes.all(desk.clock.real()),
        at_stripe=store.at_stripe.count,
    )
    return Doctor(desk.settings, ward, desk.plaid, desk.stripe, desk.clock.real).examine(actor)
