"""What Ctrl+K finds: payments, customers, accounts, payouts, pages and actions, each as far as a person may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from dashboard.accounts.lists import AccountFilter
from dashboard.desk import Desk
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.domain.searches import check_search, find_hits, search_key, search_words
from dashboard.payments.lists import PaymentOrder
from dashboard.staff.access import Permission, can, require
from dashboard.ui import format
from dashboard.ui.navigation import ACTIONS, list_pages
from dashboard.ui.payments.grid import status_of
from dashboard.web.grid_routes import Asked, read_zone

MOST = 5  # of each kind; whoever wants more goes to the list


@dataclass(frozen=True)
class Hit:
    """One thing that was found, and where it is: a page by its file's name, with its address parameters."""

    kind: str
    title: str
    about: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)


def find(desk: Desk, actor: Actor, text: str, zone: tzinfo) -> list[Hit]:
    """What fits the text, pages and actions first where their words do. Raises InputError, AccessDenied.

    Whoever may see nothing of the desk, such as a customer at a device that was handed over, is refused.
    """
    if not can(actor, Permission.VIEW_PAYMENTS):
        require(actor, Permission.VIEW_CUSTOMERS)
    words = search_words(check_search(text))
    places = list(_places(desk, actor, words))
    if not words:
        return places
    return [*places, *_payments(desk, actor, text, zone), *_others(desk, actor, text, zone)]


def answer(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """The same for the browser: texts in pieces, each with whether the search hit it."""
    text, zone = str(asked["text"]), read_zone(asked)
    hits, words = find(desk, actor, text, zone), search_words(text)
    return {
        "hits": [
            {
                "kind": hit.kind,
                "title": pieces(hit.title, words),
                "about": pieces(hit.about, words),
                "page": hit.page,
                "query": dict(hit.query),
            }
            for hit in hits
        ],
        "said": f"{format.count(len(hits), 'result')}." if hits else f"Nothing matches “{text.strip()}”.",
    }


def pieces(text: str, words: tuple[str, ...]) -> list[tuple[str, bool]]:
    """A text in order, each piece with whether the search hit it."""
    found, at = list[tuple[str, bool]](), 0
    for start, end in find_hits(text, words):
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in (*found, (text[at:], False)) if piece[0]]


def _places(desk: Desk, actor: Actor, words: Sequence[str]) -> Iterator[Hit]:
    """Pages and actions in whose words every word of the search is; the pages where nothing is searched for."""
    for page in list_pages(actor, desk.mode):
        if all(word in search_key(page.title) for word in words):
            yield Hit("Page", page.title, "", page.stem)
    for action in ACTIONS:
        if words and can(actor, action.permission) and all(word in search_key(action.words) for word in words):
            yield Hit("Action", action.words, "", action.page, action.query)


def _payments(desk: Desk, actor: Actor, text: str, zone: tzinfo) -> Iterator[Hit]:
    if not can(actor, Permission.VIEW_PAYMENTS):
        return
    wanted = PaymentFilter(text=text.strip())
    found = desk.payment_lists.block(actor, PaymentOrder(wanted), size=MOST)
    now = desk.clock.now()
    for row in found.rows:
        if row is not None:
            about = (
                row.customer or row.email,
                row.reference,
                format.moment(row.created, zone, now),
                f"{row.bank} ••{row.last4}" if row.last4 else row.bank,
                row.id,
            )
            title = f"{format.money(row.amount, row.currency)} {status_of(row)}"
            yield Hit("Payment", title, _join(about), "payment", {"payment": row.id})
    if found.total > MOST:
        words = f"All {format.payments(found.total)} that match"
        yield Hit("Payments", words, "in the table", "payments", wanted.to_query())


def _others(desk: Desk, actor: Actor, text: str, zone: tzinfo) -> Iterator[Hit]:
    now = desk.clock.now()
    if can(actor, Permission.VIEW_CUSTOMERS):
        for one in desk.customers.find(actor, text, MOST):
            about = _join((one.email, one.reference, one.stripe_customer_id, one.id))
            yield Hit("Customer", one.name, about, "customers", {"customer": one.id})
    if can(actor, Permission.VIEW_ACCOUNTS):
        for row in desk.account_lists.first(actor, ListOrder(AccountFilter(text=text), "linked"), MOST):
            title = f"{row.owner} · {format.account(row.account.name, row.account.mask)}"
            about = _join((row.account.institution_name, row.status, row.account.stripe_bank_account_id))
            yield Hit("Account", title, about, "accounts", {"account": row.account.id})
    if can(actor, Permission.VIEW_PAYMENTS):
        today = now.astimezone(zone).date()
        for line in desk.payout_lists.first(actor, ListOrder(PayoutFilter(text=text), "arrival"), MOST):
            title = f"{format.money(line.amount, line.currency)} on {format.day(line.arrival, today)}"
            yield Hit("Payout", title, _join((line.trace, line.id)), "payouts", {"payout": line.id})


def _join(parts: Sequence[str | None]) -> str:
    return " · ".join(part for part in parts if part)
