"""The router: which pages this person has, and what is on all of them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the checkout
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from components.document import document  # noqa: E402
from dashboard.domain.models import Actor, Mode  # noqa: E402
from dashboard.staff.access import Permission, can  # noqa: E402
from dashboard.store.encryption.columns import LOST_KEY  # noqa: E402
from dashboard.ui import actions, errors, layout, session, sign_in_gate  # noqa: E402
from dashboard.ui.linking import handover  # noqa: E402

PAGES = ROOT / "pages"

# File, title, icon, what a person must be allowed to see it; in the order of the navigation.
SECTIONS: dict[str, list[tuple[str, str, str, Permission]]] = {
    "Counter": [
        ("onboard", "Onboard", ":material/person_add:", Permission.LINK_BANK),
        ("institutions", "Institutions", ":material/account_balance:", Permission.LINK_BANK),
        ("attention", "Needs attention", ":material/notification_important:", Permission.VIEW_ACCOUNTS),
        ("health", "Account health", ":material/ecg_heart:", Permission.VIEW_ACCOUNTS),
        ("customers", "Customers", ":material/group:", Permission.VIEW_CUSTOMERS),
    ],
    "Finance": [
        ("payments", "Payments", ":material/payments:", Permission.VIEW_PAYMENTS),
        ("payment", "Payment", ":material/receipt_long:", Permission.VIEW_PAYMENTS),
        ("payouts", "Payouts", ":material/account_balance_wallet:", Permission.VIEW_PAYMENTS),
        ("statements", "Bank statements", ":material/receipt:", Permission.VIEW_STATEMENTS),
        ("accounts", "Linked accounts", ":material/link:", Permission.VIEW_ACCOUNTS),
        ("debit", "New debit", ":material/south_west:", Permission.CREATE_DEBIT),
        ("approvals", "Approvals", ":material/how_to_reg:", Permission.VIEW_PAYMENTS),
    ],
    "Desk": [
        ("audit", "Audit trail", ":material/history_edu:", Permission.VIEW_AUDIT),
        ("setup", "Setup", ":material/settings:", Permission.VIEW_SETUP),
    ],
}
HIDDEN = frozenset({"payment"})  # reached from a row, or by its address, not from the navigation
PERSON_PAGE = ("me", "Your sign-in", ":material/account_circle:")
SANDBOX_PAGE = ("sandbox", "Sandbox", ":material/science:", Permission.MOVE_SANDBOX_CLOCK)


def list_pages(actor: Actor, mode: Mode, *, signed_in: bool) -> dict[str, list[st.Page]]:
    """The pages that this person may see, by section; the others are absent, and their addresses say why."""
    sections = {name: list(pages) for name, pages in SECTIONS.items()}
    if mode is Mode.SANDBOX:
        sections["Desk"].append(SANDBOX_PAGE)
    visible = {name: [page for page in pages if can(actor, page[3])] for name, pages in sections.items()}
    listed = {
        name: [
            st.Page(
                PAGES / f"{stem}.py",
                title=title,
                icon=icon,
                url_path=stem,
                visibility="hidden" if stem in HIDDEN else "visible",
            )
            for page in pages
            for stem, title, icon, _ in [page]
        ]
        for name, pages in visible.items()
        if pages
    }
    first = next((page[0] for pages in visible.values() for page in pages), PERSON_PAGE[0])
    listed[""] = [
        # The default page answers at the address / only, so it is none of the others: each keeps its own address.
        st.Page(partial(open_first, first), title="ACH Desk", url_path="first", default=True, visibility="hidden"),
        *(
            st.Page(sign_in_gate.refuse_page(title), title=title, url_path=stem, visibility="hidden")
            for pages in sections.values()
            for stem, title, _, permission in pages
            if not can(actor, permission)
        ),
    ]
    if signed_in:
        stem, title, icon = PERSON_PAGE
        listed.setdefault("Desk", []).append(st.Page(PAGES / f"{stem}.py", title=title, icon=icon, url_path=stem))
    return listed


def open_first(stem: str) -> None:
    """From the address / to the first page that this person may see, with all that the address says."""
    st.switch_page(PAGES / f"{stem}.py", query_params={name: str(value) for name, value in st.query_params.items()})


st.set_page_config(page_title="ACH Desk", page_icon=str(ROOT / "dashboard" / "ui" / "icon.png"), layout="wide")
with errors.shown():
    desk = session.desk()
    paths = [*(page[0] for pages in SECTIONS.values() for page in pages), PERSON_PAGE[0], SANDBOX_PAGE[0]]
    handover.gate(desk, paths)
    person = sign_in_gate.enter(paths)
    if person:
        sign_in_gate.watch_session(person)
        chosen = st.navigation(list_pages(person, desk.mode, signed_in=desk.settings.open_id is not None))
        st.set_page_config(page_title=f"{chosen.title} · ACH Desk")
        layout.mark_mode(desk.mode, navigated=True)
        layout.mark_sidebar(desk.mode)
        if not desk.reads_secrets:
            errors.show(LOST_KEY)
        sign_in_gate.show_person(person)
        actions.begin(chosen.url_path)
        chosen.run()
        actions.end()
    document()
