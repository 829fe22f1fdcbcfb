"""The customer's printable copy of their authorization: one page of HTML with a button that prints it."""

from __future__ import annotations

import html
from datetime import tzinfo

from dashboard.mandates import Authorization
from dashboard.mandates.copies import copy_of
from dashboard.messages.customer_screens import WORDS

STYLE = (
    "body{font:12pt/1.5 Georgia,serif;max-width:42rem;margin:3rem auto;padding:0 1.5rem;color:#111;background:#fff}"
    "h1{font-size:1.5rem}dl{display:grid;grid-template-columns:12rem 1fr;gap:.3rem 1rem}dt{color:#555}dd{margin:0;"
    "overflow-wrap:anywhere}blockquote{margin:1.5rem 0;padding:1rem 1.25rem;border:1px solid #999}"
    "button{font:inherit;font-size:1.1rem;padding:.7rem 1.6rem;margin-bottom:1.5rem}"
    "@media print{body{margin:0;max-width:none}button{display:none}}@page{margin:2cm}"
)
SCRIPT_NAME = "authorization-copy.js"  # of its own: the content security policy lets no script stand in the page
SCRIPT = 'document.querySelector("button").addEventListener("click", () => print());\n'


def write_copy(authorization: Authorization, zone: tzinfo) -> str:
    """The copy, in the language in which the customer read it; times in this zone."""
    words, copy = WORDS[authorization.language], copy_of(authorization, zone)
    listed = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in copy.facts)
    business = html.escape(copy.business)
    return (
        f'<!doctype html><html lang="{authorization.language.value}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{copy.title} · {business}</title>'
        f'<style>{STYLE}</style><script src="{SCRIPT_NAME}" defer></script>'
        f'<button type="button">{words.copy_print}</button>'
        f"<h1>{copy.title}</h1><p><strong>{business}</strong></p>"
        f"<blockquote>{html.escape(copy.text)}</blockquote><dl>{listed}</dl>"
        f"<p>{html.escape(copy.keep)}</p></html>"
    )
