"""The list of banks: read from Plaid page by page, or handed over by the classic handler; kept with its age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor, Institution, InstitutionList
from dashboard.gateways.link_provider import LinkProvider
from dashboard.messages.problems import explained
from dashboard.staff.access import Permission, require
from dashboard.store import Store

LONGEST_LIST = 20_000  # Plaid covers about 12,000 institutions
LONGEST_NAME = 200


class Institutions:
    """The banks that can be linked."""

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock, *, by_id: bool = False) -> None:
        """`by_id` opens Link at a bank by Plaid's id (PLAID_INSTITUTION_ID)."""
        self._store, self._plaid, self._clock, self._by_id = store, plaid, clock, by_id

    def hint(self, institution: Institution) -> str | None:
        """What Link is opened with at a bank: its id, a routing number or a type; None where it has to be searched."""
        return institution.id if self._by_id else institution.hint

    def list(self, actor: Actor) -> InstitutionList:
        """The list as it was last read; empty, with no time, where it never was."""
        require(actor, Permission.LINK_BANK)
        return self._store.institutions.load()

    def refresh(self, actor: Actor) -> InstitutionList:
        """Read every page and keep it; the old list stays where a page fails. Raises ProviderError."""
        require(actor, Permission.LINK_BANK)
        with explained():
            found = [*self._plaid.institutions()]
        return self._keep(actor, found)

    def keep(self, actor: Actor, institutions: object) -> InstitutionList:
        """Keep what the classic handler's `institutions` array holds: those with `auth: true` (the guide), or
        without the mark where the page has chosen them already.

        Raises InputError where it is no such array; it comes from a browser.
        """
        require(actor, Permission.LINK_BANK)
        if not isinstance(institutions, list | tuple) or len(institutions) > LONGEST_LIST:
            raise _unusable()
        return self._keep(actor, [bank for row in institutions if (bank := _read_classic(row)) is not None])

    def _keep(self, actor: Actor, found: Sequence[Institution]) -> InstitutionList:
        now = self._clock.now()
        with self._store.transaction():
            self._store.institutions.replace(found, now)
            self._store.trail.append(actor, "institutions.read", "institutions", now, count=len(found))
        return self._store.institutions.load()


def _read_classic(row: object) -> Institution | None:
    if not isinstance(row, Mapping):
        raise _unusable()
    kind, name = row.get("type"), row.get("name")
    if not isinstance(kind, str) or not isinstance(name, str) or not kind or not name:
        raise _unusable()
    if row.get("auth", True) is not True:
        return None
    if len(kind) > LONGEST_NAME or len(name) > LONGEST_NAME:
        raise _unusable()
    products = ("auth", *(("connect",) if row.get("connect") is True else ()))
    return Institution(id=kind, name=name, products=products, hint=kind)


def _unusable() -> InputError:
    return InputError(
        "The browser sent a list of banks that cannot be read.",
        action="Reload the page; if it continues, check PLAID_LINK_URL.",
        code="invalid_institutions",
    )
