"""CAMT.053, the ISO 20022 bank statement, of any version and with or without its namespace.

Source: ISO 20022 camt.053.001.02 to .08. The amount is the entry's: the details below it may add up to something else
(charges, batches), and only the entry is what the account moved by. A DTD or an entity is refused before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from dashboard.domain.bank_values import Unreadable, make_day, read_cents
from dashboard.domain.stated_periods import Days, whole_days
from dashboard.domain.statements import FileLine, Format, Refusal, Statement, StatementFile
from dashboard.statements.text import refuse

DEEPEST = 60
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
# The elements that are kept; everything below another one is passed over.
NEEDED = frozenset(
    re.findall(
        r"\w+",
        "Document BkToCstmrStmt BkToCstmrAcctRpt BkToCstmrDbtCdtNtfctn Stmt Acct Id IBAN Othr Ccy Bal Tp CdOrPrtry Cd"
        " Amt CdtDbtInd Ntry Sts BookgDt ValDt Dt DtTm NtryDtls TxDtls RmtInf Ustrd RltdPties Dbtr Cdtr Nm Pty Refs"
        " EndToEndId TxId InstrId NtryRef AcctSvcrRef AddtlNtryInf BkTxCd Prtry FrToDt FrDtTm ToDtTm FrDt ToDt",
    )
)
MESSAGES = {
    "BkToCstmrAcctRpt": "an account report of the day (camt.052), which may still change",
    "BkToCstmrDbtCdtNtfctn": "a notification (camt.054), whose entries the statement has again",
}


@dataclass(slots=True)
class Node:
    """An element by its local name, with the line where it begins."""

    name: str
    line: int
    currency: str = ""
    text: str = ""
    parts: list[Node] = field(default_factory=list)

    def each(self, *path: str) -> Iterator[Node]:
        """Every element at the end of a path of names."""
        for part in self.parts:
            if part.name == path[0]:
                if len(path) == 1:
                    yield part
                else:
                    yield from part.each(*path[1:])

    def first(self, *path: str) -> Node | None:
        """The first element at the end of a path of names."""
        return next(self.each(*path), None)

    def value(self, *path: str) -> str:
        """The text of the first element at the end of a path of names, or an empty one."""
        found = self.first(*path)
        return found.text.strip() if found else ""


class _Reader(ContentHandler):
    """Makes a tree of what a statement needs, that knows its lines; bounded in depth."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", 0)
        self._stack, self._place, self._skipped = [self.root], None, 0

    def setDocumentLocator(self, locator: Any) -> None:
        """Keep what knows the line."""
        self._place = locator

    def startElement(self, name: str, attributes: Any) -> None:
        """Go down."""
        if len(self._stack) + self._skipped > DEEPEST:
            raise refuse("The XML is nested too deeply for a statement.")
        bare = name.rpartition(":")[2]
        if self._skipped or bare not in NEEDED:
            self._skipped += 1
            return
        line = self._place.getLineNumber() if self._place else 0
        node = Node(bare, line, str(attributes.get("Ccy", "")).lower() if bare == "Amt" else "")
        self._stack[-1].parts.append(node)
        self._stack.append(node)

    def characters(self, content: str) -> None:
        """Take a piece of a text."""
        if not self._skipped and (content.strip() or self._stack[-1].text):
            self._stack[-1].text += content

    def endElement(self, name: str) -> None:
        """Go up."""
        if self._skipped:
            self._skipped -= 1
        else:
            self._stack.pop()


def is_xml(text: str) -> bool:
    """Whether a text begins as XML does."""
    head = text.lstrip()
    return head.startswith(("<?xml", "<Document", "<!DOCTYPE")) or ":Document" in head[:200]


def read_camt(content: bytes) -> StatementFile:
    """Every statement of the file. Raises InputError where it is none, or has a DTD."""
    reader = _Reader()
    try:
        parseString(content, reader, forbid_dtd=True)
    except DefusedXmlException:
        raise refuse(
            "The XML has a DTD or an entity, which no bank statement needs.", "Ask who made the file.", "statement_dtd"
        ) from None
    except SAXException as error:
        line = getattr(error, "getLineNumber", lambda: 0)()
        raise refuse(f"Line {line} is no XML ({error.getMessage()}).") from None
    except (LookupError, ValueError) as error:  # the XML names an encoding that there is not
        raise refuse(f"The XML cannot be read ({error}).") from None
    document = reader.root.first("Document")
    if document is None:
        raise refuse("The XML is no bank statement: it has no Document.")
    for name, what in MESSAGES.items():
        if document.first(name):
            raise refuse(f"The file is {what}.", "Download the statement itself (camt.053).")
    statements = [_read_statement(node) for node in document.each("BkToCstmrStmt", "Stmt")]
    if not statements:
        raise refuse("The CAMT file has no statement in it.")
    return StatementFile(Format.CAMT, tuple(statements))


def _read_statement(node: Node) -> Statement:
    currencies = {one.currency for one in node.each("Ntry", "Amt")}
    stated = node.value("Acct", "Ccy").lower()
    currency = stated or (next(iter(currencies)) if len(currencies) == 1 else "")
    currency = currency or next((one.currency for one in node.each("Bal", "Amt")), "")
    lines: list[FileLine] = []
    refusals: list[Refusal] = []
    for entry in node.each("Ntry"):
        status = entry.value("Sts", "Cd") or entry.value("Sts")
        if status in {"PDNG", "INFO", "FUTR"}:
            refusals.append(Refusal(entry.line, f"The bank has not booked it yet ({status}).", pending=True))
            continue
        try:
            lines.append(_read_entry(entry, currency))
        except Unreadable as error:
            refusals.append(Refusal(entry.line, f"{str(error)[0].upper()}{str(error)[1:]}."))
    opening, closing, notes = _read_balances(node, currency)
    return Statement(
        lines=tuple(lines),
        refusals=tuple(refusals),
        number=node.value("Acct", "Id", "IBAN") or node.value("Acct", "Id", "Othr", "Id"),
        currency=currency,
        opening=opening,
        closing=closing,
        notes=notes,
        stated=read_stated(node),
    )


def _read_entry(entry: Node, currency: str) -> FileLine:
    cents = _read_amount(entry, currency)
    booked = entry.value("BookgDt", "Dt") or entry.value("BookgDt", "DtTm")
    booked = booked or entry.value("ValDt", "Dt") or entry.value("ValDt", "DtTm")
    details = entry.first("NtryDtls", "TxDtls") or Node("", entry.line)
    words = [one.text.strip() for one in entry.each("NtryDtls", "TxDtls", "RmtInf", "Ustrd")]
    other = "Dbtr" if entry.value("CdtDbtInd") == "CRDT" else "Cdtr"
    party = details.value("RltdPties", other, "Nm") or details.value("RltdPties", other, "Pty", "Nm")
    words = [*([party] if party else []), *words, entry.value("AddtlNtryInf")]
    refs = [
        *(details.value("Refs", name) for name in ("EndToEndId", "TxId", "InstrId")),
        entry.value("NtryRef"),
        entry.value("AcctSvcrRef"),
    ]
    reference = next((one for one in refs if one and one not in {"NOTPROVIDED", "NONREF"}), "")
    return FileLine(
        number=entry.line,
        posted_on=read_iso_day(booked),
        cents=cents,
        text=" ".join(filter(None, words)) or entry.value("BkTxCd", "Prtry", "Cd") or "Entry",
        reference=reference,
        hint=entry.value("AcctSvcrRef") or entry.value("NtryRef"),
    )


def _read_amount(node: Node, currency: str) -> int:
    amount = node.first("Amt")
    if amount is None:
        raise Unreadable("the amount is missing")
    said = amount.currency
    if currency and said and said != currency:
        raise Unreadable(f"the amount is in {said.upper()}, the account in {currency.upper()}")
    if amount.text.strip().startswith("-"):
        raise Unreadable(f"“{amount.text.strip()}” has a sign, which CdtDbtInd says")
    cents = read_cents(amount.text, currency=said or currency or "usd")
    side = node.value("CdtDbtInd")
    if side not in {"CRDT", "DBIT"}:
        raise Unreadable(f"“{side}” is neither credit (CRDT) nor debit (DBIT)")
    return cents if side == "CRDT" else -cents


def _read_balances(node: Node, currency: str) -> tuple[int | None, int | None, tuple[str, ...]]:
    """OPBD, or what the statement before closed with (PRCD); CLBD."""
    found: dict[str, int] = {}
    notes = []
    for balance in node.each("Bal"):
        code = balance.value("Tp", "CdOrPrtry", "Cd")
        if code not in {"OPBD", "PRCD", "CLBD"} or code in found:
            continue
        try:
            found[code] = _read_amount(balance, currency)
        except Unreadable as error:
            notes.append(f"Line {balance.line}: the balance {code} cannot be used: {error}.")
    return found.get("OPBD", found.get("PRCD")), found.get("CLBD"), tuple(notes)


def read_stated(node: Node) -> Days | None:
    """The whole days of FrToDt; None where it does not say both ends readably, or only a part of one day."""
    begins = node.value("FrToDt", "FrDtTm") or node.value("FrToDt", "FrDt")
    ends = node.value("FrToDt", "ToDtTm") or node.value("FrToDt", "ToDt")
    try:
        first, last = read_iso_day(begins), read_iso_day(ends)
    except Unreadable:
        return None
    from_, to = begins[11:16], ends[11:16]
    is_whole = to in {"", "23:59", "24:00"} or (to == "00:00" and first == last)  # midnight ends the day before
    return whole_days(first, last, begins_whole=from_ in {"", "00:00"}, ends_whole=is_whole)


def read_iso_day(text: str) -> date:
    """The day of `2026-11-24` or `2026-11-24T22:00:00-05:00`, as it stands. Raises Unreadable."""
    matched = _ISO_DAY.match(text)
    if matched is None:
        raise Unreadable(f"“{text}” is no date" if text else "the booking date is missing")
    year, month, day = map(int, matched.groups())
    return make_day(year, month, day, text)
