"""The person behind a request or a page: by their sign-in, their device, and whether that is in a customer's hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashboard.desk import Desk
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Mode
from dashboard.settings import explain_sign_in
from dashboard.staff.access import demo_actor, with_approvals, with_debits
from dashboard.staff.sign_in import visit_id
from dashboard.web.devices import TWO
from dashboard.web.local_key import local_visit


@dataclass(frozen=True)
class Visitor:
    """What a request says beside its sign-in: device (digest), the cookie of a desk without sign-in, address."""

    device: str
    local: str = ""
    address: str = ""


def visit_of(desk: Desk, claims: Mapping[str, object], local: str) -> str:
    """The sign-in that a browser comes by; empty in a sandbox without sign-in, and for whoever is not signed in."""
    if claims:
        return visit_id(claims)
    return (local_visit(local) or "") if desk.settings.open_id is None else ""


def find_person(desk: Desk, claims: Mapping[str, object], visitor: Visitor, *, active: bool = False) -> Actor:
    """Who acts, with whatever they may do; a customer with nothing where the device was handed over.

    `active` where the person did something, which keeps the visit open. Raises AccessDenied: `two_cookies`,
    `elsewhere`, `signed_out`, `no_role`, or why the visit is over.
    """
    device, local, address = visitor.device, visitor.local, visitor.address
    if device == TWO:
        raise AccessDenied(
            "This browser sends two cookies of the name by which the desk knows it, so none of them is believed.",
            meaning="Nothing is shown. Another site under the same domain may have set one.",
            action="Remove this site's cookies in the browser, then sign in again.",
            code="two_cookies",
        )
    visit = visit_of(desk, claims, local)
    if desk.handover.find(device, visit):
        # Whoever holds it is no member of staff, and a sign-in that lapses meanwhile must not lose a customer's link.
        person = Actor("a customer at a device that was handed over", frozenset(), address)
    elif desk.settings.open_id is None:
        if desk.mode is not Mode.SANDBOX and local_visit(local) is None:
            raise AccessDenied(
                "This desk has no sign-in, so only this machine may use it.",
                meaning="Anyone who came this way could do everything here.",
                action="Open the address that `ach-desk serve` printed. To use it from elsewhere,"
                f" {explain_sign_in()}.",
                code="elsewhere",
            )
        person = _by_settings(desk, replace(demo_actor(address), visit=visit))
    elif not claims:
        raise AccessDenied("Nobody is signed in.", action="Sign in.", code="signed_out")
    else:
        person = _by_settings(desk, desk.sign_in.enter(claims, address, active=active))
    return desk.handover.bind(person, device, visit)


def _by_settings(desk: Desk, person: Actor) -> Actor:
    """What the settings say of who debits and who approves."""
    debiting = with_debits(person, desk.settings.debit_rules.roles)
    return with_approvals(debiting, desk.settings.approvals.roles)
