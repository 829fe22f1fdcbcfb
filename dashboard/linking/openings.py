"""Opening Link: an attempt of its own first, then the token; for a new link, or to relink one (Plaid: update mode)."""

from __future__ import annotations

import re

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, InputError, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Generation, Item, LinkAttempt, LinkOpening, Secret
from dashboard.gateways.link_provider import LinkProvider
from dashboard.messages.customer_screens import Language
from dashboard.messages.problems import explain, explained
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.linking.attempts import AttemptWork
from dashboard.store.mandates.acceptances import Acceptance

ROUTING_NUMBER = re.compile(r"\d{9}")
INSTITUTION_ID = re.compile(r"ins_[0-9]{1,9}")  # Plaid's id of a bank
CLASSIC_TYPE = re.compile(r"[a-z0-9_]{1,60}")


class Openings:
    """Makes what opens Link, once for each attempt."""

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock, settings: Settings) -> None:
        self._store, self._plaid, self._clock, self._settings = store, plaid, clock, settings

    def open(
        self,
        actor: Actor,
        customer_id: str,
        *,
        hint: str | None = None,
        accepted: Acceptance | None = None,
        hosted: bool = False,
        relinks: Item | None = None,
    ) -> LinkOpening:
        """A new attempt and what opens Link for it; `relinks` is the connection to sign in to again.

        Raises InputError for a hint that Link does not take, Refused where there is no update mode, ProviderError.
        """
        institution_id, number = self._bank(hint)
        access_token = self._find_token(relinks) if relinks else None
        missing = relinks is not None and any(
            one.missing_since and not one.ended for one in self._store.accounts.of_item(relinks.id)
        )
        now = self._clock.now()
        attempt = LinkAttempt(
            id=new_id("link"),
            customer_id=customer_id,
            generation=self._plaid.generation,
            state=AttemptState.OPENED,
            operator=actor.name,
            created_at=now,
            updated_at=now,
            kind=AttemptKind.RELINK if relinks else AttemptKind.LINK,
            item_id=relinks.id if relinks else None,
            institution_id=relinks.institution_id if relinks else None,
            institution_name=relinks.institution_name if relinks else None,
        )
        facts = {"item": relinks.id} if relinks else {}
        with self._store.transaction():
            self._store.attempts.add(attempt, operator_address=actor.address, hint=hint)
            self._store.trail.append(
                actor, f"{attempt.kind.value}.opened", attempt.id, now, customer=customer_id, hint=hint, **facts
            )
            if accepted is not None:
                self._keep_acceptance(actor, attempt, accepted)
        language = accepted.language if accepted else Language.ENGLISH.value
        try:
            with explained():
                token = self._plaid.create_link_token(
                    customer_id,
                    hint=number,
                    institution_id=institution_id,
                    language=language,
                    hosted=hosted,
                    access_token=access_token,
                    select_accounts=missing,
                )
        except DeskError as error:
            with self._store.transaction():
                self._store.attempts.move(attempt.id, AttemptState.EXITED, explain(error))
                self._store.trail.append(
                    actor, f"{attempt.kind.value}.not_opened", attempt.id, now, problem=error.what, **facts
                )
            raise
        if token is None:
            config = self.classic_config(hint)
        else:
            config = {} if hosted else {"token": token.token.reveal()}
            with self._store.transaction():
                self._store.attempts.save(
                    attempt.id, secrets={"link_token": token.token}, link_expires_at=token.expires_at
                )
                if token.hosted_url is not None and token.expires_at is not None:
                    self._store.hosted.add(
                        attempt.id, Secret(token.hosted_url), token.expires_at, now, self._clock.real()
                    )
        return LinkOpening(
            attempt_id=attempt.id,
            generation=attempt.generation,
            script_url=self._settings.plaid_link_url,
            config=config,
            expires_at=token.expires_at if token else None,
        )

    def _bank(self, hint: str | None) -> tuple[str | None, str | None]:
        """A hint as Plaid's id of the bank and its routing number, or a type; an id only where the setting allows it.

        Raises InputError.
        """
        if hint is None:
            return None, None
        if self._settings.plaid_names_bank and INSTITUTION_ID.fullmatch(hint):
            number = self._store.institutions.hint(hint)
            return hint, number if number and ROUTING_NUMBER.fullmatch(number) else None
        classic = self._plaid.generation is Generation.CLASSIC
        if not (CLASSIC_TYPE if classic else ROUTING_NUMBER).fullmatch(hint):
            raise InputError("This bank cannot be opened directly.", action="Search for it in Link.", code="hint")
        return None, hint

    def _find_token(self, item: Item) -> Secret:
        if item.generation is Generation.CLASSIC or self._plaid.generation is Generation.CLASSIC:
            raise Refused(
                "A connection of the classic generation cannot be relinked.",
                meaning="Nothing was changed.",
                action="Link the bank again and choose to replace the account.",
                code="no_update_mode",
            )
        return self._store.items.access_token(item.id)

    def _keep_acceptance(self, actor: Actor, attempt: LinkAttempt, accepted: Acceptance) -> None:
        self._store.acceptances.add(attempt.id, accepted)
        self._store.trail.append(
            actor,
            "authorization.accepted",
            attempt.id,
            self._clock.now(),
            customer=attempt.customer_id,
            how=accepted.how,
            version=accepted.version,
            language=accepted.language,
        )

    def reopen(self, attempt_id: str) -> LinkOpening:
        """What opens Link for an attempt that was started before: the same token.

        Raises Refused where the token has expired or the attempt is past Link.
        """
        work = self._store.attempts.work(attempt_id)
        if work is None or work.attempt.state is not AttemptState.OPENED or self._is_stale(work):
            raise Refused(
                "This Link session can no longer be opened.",
                meaning="It was used or has expired. It linked nothing.",
                action="Press Try again for a new one.",
                code="link_over",
            )
        token = work.link_token
        config: dict[str, object] = {"token": token.reveal()} if token else self.classic_config(work.hint)
        return LinkOpening(
            attempt_id, work.attempt.generation, self._settings.plaid_link_url, config, work.link_expires_at
        )

    def _is_stale(self, work: AttemptWork) -> bool:
        return work.link_expires_at is not None and work.link_expires_at <= self._clock.now()

    def classic_config(self, hint: str | None) -> dict[str, object]:
        """What makes a classic handler (the guide's `Plaid.create`), opened for a type of bank where one is named."""
        settings = self._settings
        return {
            "env": settings.plaid_env,
            "clientName": settings.plaid_client_name,
            "key": settings.plaid_public_key,
            "product": "auth",
            "open_type": hint,
        }
