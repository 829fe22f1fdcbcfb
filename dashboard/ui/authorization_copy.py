"""The customer's printable copy of their authorization: one page of HTML that needs nothing else."""

from __future__ import annotations

import html
from datetime import datetime, tzinfo

from dashboard.customer_words import WORDS, Language
from dashboard.mandates import Authorization
from dashboard.ui import format

STYLE = (
    "body{font:12pt/1.5 Georgia,serif;max-width:42rem;margin:3rem auto;padding:0 1.5rem;color:#111;background:#fff}"
    "h1{font-size:1.5rem}dl{display:grid;grid-template-columns:12rem 1fr;gap:.3rem 1rem}dt{color:#555}dd{margin:0;"
    "overflow-wrap:anywhere}blockquote{margin:1.5rem 0;padding:1rem 1.25rem;border:1px solid #999}"
    "@media print{body{margin:0;max-width:none}}@page{margin:2cm}"
)


def write_copy(authorization: Authorization, zone: tzinfo) -> str:
    """The copy, in the language in which the customer read it; times in this zone."""
    mandate, account = authorization.mandate, authorization.account
    words = WORDS[authorization.language]
    how = words.copy_online if authorization.is_online else words.copy_offline.format(operator=mandate.operator)
    facts = mandate.evidence
    device = [str(facts[name]) for name in ("user_agent", "ip_address", "screen") if facts.get(name)]
    numbers = [mandate.stripe_mandate_id, mandate.setup_intent_id, mandate.link_session_id, mandate.text_version]
    rows = [
        (words.copy_customer, authorization.customer.name),
        (words.bank_label, account.institution_name),
        (words.account_label, format.account(account.name, account.mask)),
        (words.copy_given, _moment(mandate.accepted_at, zone)),
        (words.copy_how, how),
        ("", " · ".join(device) if authorization.is_online else ""),
        (words.copy_numbers, " · ".join(number for number in numbers if number)),
        (words.copy_revoked, _moment(authorization.revocation.revoked_at, zone) if authorization.revocation else ""),
    ]
    listed = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in rows if value)
    business = html.escape(authorization.business_name)
    return (
        f'<!doctype html><html lang="{authorization.language.value}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{words.copy_title} · {business}</title>'
        f"<style>{STYLE}</style><h1>{words.copy_title}</h1><p><strong>{business}</strong></p>"
        f"<blockquote>{html.escape(mandate.text)}</blockquote><dl>{listed}</dl>"
        f"<p>{html.escape(words.copy_keep.format(business=authorization.business_name))}</p></html>"
    )


def name_copy(authorization: Authorization) -> str:
    """The name of the file that the copy is downloaded as."""
    word = "autorizacion" if authorization.language is Language.SPANISH else "authorization"
    return f"{word}-{authorization.mandate.stripe_mandate_id}.html"


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
