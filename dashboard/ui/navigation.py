"""The pages of the desk in the order of the navigation, what a person must be allowed to see each, and shortcuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dashboard.domain.models import Actor, Mode
from dashboard.staff.access import Permission, can


class PageEntry(NamedTuple):
    """A page: its file's name, which is its address, its title, its icon, and what a person must be allowed."""

    stem: str
    title: str
    icon: str
    permission: Permission


SECTIONS: dict[str, list[PageEntry]] = {
    "Today": [PageEntry("inbox", "Inbox", ":material/inbox:", Permission.VIEW_CUSTOMERS)],
    "Counter": [
        PageEntry("onboard", "Onboard", ":material/person_add:", Permission.LINK_BANK),
        PageEntry("institutions", "Institutions", ":material/account_balance:", Permission.LINK_BANK),
        PageEntry("health", "Account health", ":material/ecg_heart:", Permission.VIEW_ACCOUNTS),
        PageEntry("mandates", "Needs a mandate", ":material/contract:", Permission.VIEW_ACCOUNTS),
        PageEntry("customers", "Customers", ":material/group:", Permission.VIEW_CUSTOMERS),
    ],
    "Finance": [
        PageEntry("payments", "Payments", ":material/payments:", Permission.VIEW_PAYMENTS),
        PageEntry("payment", "Payment", ":material/receipt_long:", Permission.VIEW_PAYMENTS),
        PageEntry("cases", "Cases", ":material/assignment_return:", Permission.VIEW_PAYMENTS),
        PageEntry("payouts", "Payouts", ":material/account_balance_wallet:", Permission.VIEW_PAYMENTS),
        PageEntry("statements", "Bank statements", ":material/receipt:", Permission.VIEW_STATEMENTS),
        PageEntry("matching", "Payouts at the bank", ":material/join_inner:", Permission.VIEW_STATEMENTS),
        PageEntry("close", "Month close", ":material/event_available:", Permission.VIEW_STATEMENTS),
        PageEntry("accounts", "Linked accounts", ":material/link:", Permission.VIEW_ACCOUNTS),
        PageEntry("debit", "New debit", ":material/south_west:", Permission.CREATE_DEBIT),
        PageEntry("batches", "Batches", ":material/playlist_add_check:", Permission.VIEW_PAYMENTS),
        PageEntry("approvals", "Approvals", ":material/how_to_reg:", Permission.VIEW_PAYMENTS),
        PageEntry("notices", "Notices", ":material/notifications:", Permission.VIEW_PAYMENTS),
    ],
    "Desk": [
        PageEntry("audit", "Audit trail", ":material/history_edu:", Permission.VIEW_AUDIT),
        PageEntry("setup", "Setup", ":material/settings:", Permission.VIEW_SETUP),
    ],
}
HIDDEN = frozenset({"payment"})  # reached from a row, or by its address, not from the navigation
PERSON_PAGE = ("me", "Your sign-in", ":material/account_circle:")
SANDBOX_PAGE = PageEntry("sandbox", "Sandbox", ":material/science:", Permission.MOVE_SANDBOX_CLOCK)


@dataclass(frozen=True)
class Shortcut:
    """Something that can be done, and the page where it is done."""

    words: str
    page: str
    permission: Permission
    query: Mapping[str, str] = field(default_factory=dict)


ACTIONS = (
    Shortcut("Debit a bank account", "debit", Permission.CREATE_DEBIT),
    Shortcut("Debit many accounts by a file", "batches", Permission.CREATE_DEBIT),
    Shortcut("Link a bank", "onboard", Permission.LINK_BANK),
    Shortcut("Add a customer", "onboard", Permission.LINK_BANK),
    Shortcut("Collect missing mandates", "mandates", Permission.VIEW_ACCOUNTS, {"status": "needs"}),
    Shortcut("Import customers", "customers", Permission.EDIT_CUSTOMERS, {"customers-look": "Import"}),
    Shortcut("Since the last close", "payments", Permission.VIEW_PAYMENTS, {"look": "Since the last close"}),
    Shortcut("Failed and returned payments", "payments", Permission.VIEW_PAYMENTS, {"status": "failed,returned_late"}),
    Shortcut("Overdue cases", "cases", Permission.VIEW_PAYMENTS, {"overdue": "1"}),
    Shortcut("Overdue payments", "payments", Permission.VIEW_PAYMENTS, {"overdue": "1"}),
    Shortcut("Unmatched bank lines", "statements", Permission.VIEW_STATEMENTS, {"status": "unmatched"}),
    Shortcut("Import a bank statement", "statements", Permission.IMPORT_STATEMENTS, {"statements-look": "Import"}),
    Shortcut("Charts of payments", "payments", Permission.VIEW_PAYMENTS, {"look": "Charts"}),
    Shortcut("Return rates", "payments", Permission.VIEW_PAYMENTS, {"look": "Return rates"}),
    Shortcut("Export payments", "payments", Permission.EXPORT, {"look": "Export"}),
)


def list_sections(mode: Mode) -> dict[str, list[PageEntry]]:
    """Every page by section, whoever asks."""
    sections = {name: list(pages) for name, pages in SECTIONS.items()}
    if mode is Mode.SANDBOX:
        sections["Desk"].append(SANDBOX_PAGE)
    return sections


def list_pages(actor: Actor, mode: Mode) -> list[PageEntry]:
    """The pages of the navigation that this person may see."""
    pages = (page for pages in list_sections(mode).values() for page in pages)
    return [page for page in pages if page.stem not in HIDDEN and can(actor, page.permission)]
