"""After the customer has signed in again (Plaid: update mode): the connection is asked, its accounts are found again.

The access token stays and nothing is exchanged. The accounts' ids may be new ones, so they are matched anew. Banks that
hand out tokenized account numbers may hand out another one: those accounts get a new bank account at Stripe, under the
authorization that the customer has given (Plaid, Auth: after an update at PNC the token for Stripe is to be made anew).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderRejected
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, AttemptKind, AttemptState, BankAccount, Generation, LinkAttempt
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.plaid_replies import ProviderAccount
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import Done
from dashboard.linking.plaid_steps import read_work
from dashboard.linking.questions import KIND
from dashboard.store import Store
from dashboard.store.sql import to_epoch


class Relinking:
    """Finishes relinks, and begins renewals."""

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock, jobs: Jobs) -> None:
        self._store, self._plaid, self._clock, self._jobs = store, plaid, clock, jobs
        self._recorder, self._remapping = ItemStateRecorder(store, clock), Remapping(store, clock)

    def check(self, run: Run) -> None:
        """The one step of a relink; it begins renewals. Both calls read, so they may be repeated.

        Raises ProviderRejected where the bank still asks for a sign-in, ProviderError.
        """
        attempt = read_work(self._store, run).attempt
        actor, item_id = run.job.actor, str(attempt.item_id)
        token = self._store.items.access_token(item_id)
        found = self._plaid.item(token)
        self._recorder.record_answer(actor, item_id, found)
        if found.error_code is not None:
            raise ProviderRejected(
                f"The bank still rejects the connection ({found.error_code}).",
                provider="plaid",
                code=found.error_code,
                request_id=found.request_id,
                meaning="It was not relinked.",
                action="Sign in again with the customer.",
            )
        offered = self._plaid.accounts(token)
        renewals: list[str] = []
        with self._store.transaction():
            accounts, pairs = self._remapping.remap(actor, item_id, offered)
            self._store.health.note_accounts(item_id, self._clock.now())
            for account in accounts:
                if account.id in pairs and pairs[account.id].persistent_id is not None:
                    id = self.begin_renewal(actor, account.id)
                    renewals += [id] if id else []
            first = next((account for account in accounts if account.id in pairs), None)
            with run.moving(
                Done(),
                "relink.repaired",
                customer=attempt.customer_id,
                item=item_id,
                found=len(pairs),
                lost=len(accounts) - len(pairs),
            ):
                self._store.attempts.save(
                    attempt.id,
                    bank_account_id=first.id if first else None,
                    account_id=pairs[first.id].id if first else None,
                )
        for id in renewals:
            self.start(id)

    def start(self, attempt_id: str) -> None:
        """After the commit: go on with an attempt now, where it is not through."""
        job = self._store.jobs.find(KIND, attempt_id)
        if job is not None and not job.state.is_ended:
            self._jobs.start(job.id)

    def begin_renewal(self, actor: Actor, bank_account_id: str) -> str | None:
        """Inside the caller's transaction: an attempt that makes the account's bank account at Stripe anew.

        None where it cannot be: the account has ended, no authorization stands, or the generation has no such call.
        Where one is on its way already, that one.
        """
        account = self._store.accounts.get(bank_account_id)
        item = self._store.items.get(account.item_id) if account else None
        if account is None or item is None or account.ended or item.generation is Generation.CLASSIC:
            return None
        running = self._store.attempts.renewal_of(account.id)
        if running is not None:
            return running
        mandate = next(iter(self._store.mandates.list(account.id)), None)
        if mandate is None or self._store.revocations.get(mandate.stripe_mandate_id) is not None:
            return None
        now = self._clock.now()
        attempt = LinkAttempt(
            id=new_id("link"),
            customer_id=account.customer_id,
            generation=item.generation,
            state=AttemptState.EXCHANGED,
            operator=actor.name,
            created_at=now,
            updated_at=now,
            kind=AttemptKind.RENEWAL,
            item_id=item.id,
            account_id=account.plaid_account_id,
            bank_account_id=account.id,
            institution_id=item.institution_id,
            institution_name=account.institution_name,
        )
        evidence = {
            **mandate.evidence,
            "accepted": mandate.acceptance,
            "accepted_at": int(mandate.accepted_at.timestamp()),
            "carried_from": mandate.stripe_mandate_id,
            "authorization": {
                "text": mandate.text,
                "version": mandate.text_version,
                "language": str(mandate.evidence.get("language") or "en"),
            },
        }
        self._store.attempts.add(attempt, operator_address=actor.address, evidence=evidence)
        self._jobs.order(
            KIND,
            attempt.id,
            actor,
            step="tokenize",
            action="renewal.begun",
            customer=account.customer_id,
            account=account.id,
        )
        return attempt.id


class Remapping:
    """Finds a connection's accounts again after a sign-in or a change at the bank."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def remap(
        self, actor: Actor, item_id: str, offered: Sequence[ProviderAccount]
    ) -> tuple[Sequence[BankAccount], dict[str, ProviderAccount]]:
        """Inside the caller's transaction: keep the ids at Plaid as they are now, and which accounts are gone there.

        Returns the connection's accounts, and what each that was found is at Plaid, by our ids.
        """
        now = self._clock.now()
        accounts = [one for one in self._store.accounts.of_item(item_id) if one.ended is None]
        pairs = match_accounts(accounts, offered)
        for account in accounts:
            found = pairs.get(account.id)
            if found is None:
                if account.missing_since is None:
                    self._store.accounts.edit(account.id, {"missing_since": to_epoch(now)}, now)
                    self._store.trail.append(actor, "account.missing", account.id, now, item=item_id)
                continue
            values: dict[str, object] = {"missing_since": None, "persistent_id": found.persistent_id}
            if found.id != account.plaid_account_id:
                values["plaid_account_id"] = found.id
                before, after = {"plaid_account": account.plaid_account_id}, {"plaid_account": found.id}
                self._store.trail.append(actor, "account.remapped", account.id, now, before=before, after=after)
            self._store.accounts.edit(account.id, values, now)
        return accounts, pairs


def match_accounts(accounts: Sequence[BankAccount], offered: Sequence[ProviderAccount]) -> dict[str, ProviderAccount]:
    """Which account of Plaid's each of ours is now, by our ids: the same id, else the same persistent id (the same
    account however often it is linked), else the one and only with its name, mask and subtype.

    None of Plaid's is given to two of ours.
    """
    found: dict[str, ProviderAccount] = {}
    left = list(offered)
    rules: tuple[Callable[[BankAccount, ProviderAccount], bool], ...] = (
        lambda ours, theirs: ours.plaid_account_id == theirs.id,
        lambda ours, theirs: ours.persistent_id is not None and ours.persistent_id == theirs.persistent_id,
        lambda ours, theirs: _looks(ours) == _looks(theirs),
    )
    for rule in rules:
        for account in accounts:
            fitting = [one for one in left if account.id not in found and rule(account, one)]
            if len(fitting) == 1:
                found[account.id] = fitting[0]
                left.remove(fitting[0])
    return found


def _looks(account: BankAccount | ProviderAccount) -> tuple[str, str | None, str | None]:
    return account.name, account.mask, account.subtype
