"""The files of an evidence pack: the same facts, moment and end of the trail give the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dashboard.domain.csv_lines import csv_file, csv_line
from dashboard.domain.errors import Refused
from dashboard.domain.evidence import Facts
from dashboard.domain.formatting import bare_money, money, stamp
from dashboard.store.audit_verification import TrailEnd

TEMPLATE = Path(__file__).with_name("evidence.typ")
STANDARD: Literal["a-2b"] = "a-2b"  # PDF/A-2b (ISO 19005-2): what is shown stays shown, fonts within
SHOWN = 0x250  # below it are the letters that the fonts within Typst surely have
NONE = "No authorization is recorded at this desk. See what was never recorded in summary.pdf and manifest.json.\n"


def write_pack(facts: Facts, as_of: datetime, end: TrailEnd, settings_digest: str) -> bytes:
    """The ZIP. Stored and not compressed, since another zlib compresses otherwise. Raises Refused."""
    files: dict[str, bytes] = {"summary.pdf": write_summary(facts, as_of, end)}
    payments: Sequence[Facts] = facts["payments"]
    single = len(payments) == 1 and facts["subject"] == payments[0]["id"]
    if not single:
        files["returns.csv"] = csv_file([csv_line(RETURN_HEADS), *(csv_line(_return_line(one)) for one in payments)])
    for one in payments:
        folder = "" if single else f"{one['id']}/"
        files[f"{folder}authorization.txt"] = _write_authorization(one["authorization"]).encode()
        files[f"{folder}timeline.csv"] = csv_file([csv_line(("When", "What", "By")), *map(csv_line, one["timeline"])])
    manifest = {
        "format": "ach-desk evidence 1",
        "subject": facts["subject"],
        "as_of": as_of.astimezone(UTC).isoformat(timespec="seconds"),
        "business": facts["business"],
        "files": {name: {"sha256": _digest(content), "bytes": len(content)} for name, content in files.items()},
        "audit_trail": {"rows": end.seq, "head": end.digest},
        "settings_sha256": settings_digest,
        "never_recorded": {one["id"]: one["never_recorded"] for one in payments},
    }
    files["manifest.json"] = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    out = io.BytesIO()
    made = as_of.astimezone(UTC)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:
        for name, content in files.items():
            entry = zipfile.ZipInfo(
                name, (made.year, made.month, made.day, made.hour, made.minute, made.second // 2 * 2)
            )
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            pack.writestr(entry, content)
    return out.getvalue()


def digest_facts(facts: Facts) -> str:
    """SHA-256 of the facts in one spelling."""
    return _digest(json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def write_summary(facts: Facts, as_of: datetime, end: TrailEnd) -> bytes:
    """The PDF/A, which allows no empty box: letters that its fonts lack are written as numbers. Raises Refused."""
    import typst

    data = {**_say(facts), "as_of": stamp(as_of, UTC), "head": end.digest, "rows": end.seq}
    day = as_of.astimezone(UTC)
    data |= {"date": [day.year, day.month, day.day], "spelled": False}
    for again in (False, True):
        text = json.dumps(_spell(data) | {"spelled": True} if again else data, ensure_ascii=False)
        try:
            made = typst.compile(
                TEMPLATE.read_bytes(),
                sys_inputs={"evidence": text},
                ignore_system_fonts=True,
                pdf_standards=STANDARD,
                timestamp=int(as_of.timestamp()),
            )
        except typst.TypstError as error:
            problem = error
        else:
            return bytes(made)
    raise Refused(
        f"The PDF could not be set ({problem.message}).",
        meaning="No pack was made.",
        action="Tell whoever looks after the desk.",
        code="evidence_pdf",
    )


def _say(facts: Facts) -> dict[str, Any]:
    return {
        "business": facts["business"],
        "title": facts["title"],
        "label": facts["label"],
        "zone": facts["zone"],
        "payments": [_say_payment(one) for one in facts["payments"]],
    }


def _say_payment(one: Facts) -> dict[str, Any]:
    authorization = one["authorization"] or {}
    rows = [
        ("Amount", money(one["amount_cents"], one["currency"])),
        ("Status", one["status"]),
        ("Created", one["created"]),
        ("Customer", one["customer"]),
        ("Reference", one["reference"]),
        ("Bank account", f"{one['bank']} ••{one['last4']}" if one["last4"] else one["bank"]),
        ("Holder", one["holder"]),
        ("Rail", one["rail"]),
        ("On the bank statement", one["descriptor"]),
        ("Trace number", one["trace"]),
        ("Return", " · ".join(part for part in (one["return_code"], one["return_words"]) if part)),
        *one["ids"].items(),
    ]
    given = [
        ("Given", authorization.get("accepted", "")),
        ("How", authorization.get("how", "")),
        ("Before", authorization.get("before", "")),
        ("Words", " ".join(filter(None, ("version", authorization.get("version"), authorization.get("language"))))),
        *authorization.get("facts", {}).items(),
        *((f"Customer's {name}", said) for name, said in authorization.get("device", {}).items()),
        ("Copy mailed to the customer", authorization.get("copy", "")),
        ("Revoked", authorization.get("revoked", "")),
    ]
    return {
        "id": one["id"],
        "rows": [[name, str(said)] for name, said in rows if said],
        "given": [[name, str(said)] for name, said in given if said] if authorization else [],
        "text": authorization.get("text", ""),
        "checks": one["checks"],
        "timeline": one["timeline"],
        "missing": one["never_recorded"],
    }


def _write_authorization(authorization: Mapping[str, Any] | None) -> str:
    """The words as they were accepted, and nothing else; where there are none, that."""
    return f"{authorization['text']}\n" if authorization and authorization["text"] else NONE


RETURN_HEADS = ("Payment", "Amount", "Currency", "Status", "Created", "Customer", "Reference", "Code", "Trace")


def _return_line(one: Facts) -> Sequence[object]:
    names = ("status", "created", "customer", "reference", "return_code", "trace")
    return (
        one["id"],
        bare_money(one["amount_cents"], one["currency"]),
        one["currency"].upper(),
        *(one[name] for name in names),
    )


def _spell(value: Any) -> Any:
    """Letters that the fonts may lack as `[U+5BA2]`."""
    if isinstance(value, str):
        return "".join(one if ord(one) < SHOWN or one in "–—·•“”‘’…" else f"[U+{ord(one):04X}]" for one in value)
    if isinstance(value, dict):
        return {name: _spell(one) for name, one in value.items()}
    return [_spell(one) for one in value] if isinstance(value, list | tuple) else value


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
