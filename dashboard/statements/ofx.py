"""OFX and QFX: version 1 (SGML, closing tags left out) and 2 (XML), by one reader of tags that expands nothing.

Source: OFX 1.6 and 2.2, chapters 3.2.8 (dates), 11.4 (statements). `DTPOSTED` is read as it stands: its time and zone
would move a day, and the bank's own page shows the day that stands there. `DTSTART` and `DTEND` are days, or moments of
which only the whole days between are covered: many banks write the moment of the download.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import escape

from dashboard.domain.bank_values import Unreadable, make_day, read_cents
from dashboard.domain.stated_periods import Days, whole_days
from dashboard.domain.statements import FileLine, Format, Refusal, Statement, StatementFile
from dashboard.statements.text import refuse

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z0-9_.]+)[^<>]*?(?P<empty>/?)>|<[!?][^>]*>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_DAY = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9](?![0-9]))(?P<time>.*)", re.DOTALL)
WHOLE_DAYS = ("", "0000", "1200")  # times that stand for a day: none, midnight (OFX 3.2.8.2), many banks' noon
LAST_MINUTE = "2359"
_ENTITIES = {
    "&lt;": "<",
    "&gt;": ">",
    "&nbsp;": " ",
    "&quot;": '"',
    "&apos;": "'",
    "&#39;": "'",
    "&#x27;": "'",
    "&amp;": "&",
}
_ENTITY = re.compile("|".join(_ENTITIES))
# The aggregates: what has parts. Everything else is a value that ends at the next tag.
STATEMENTS = {"STMTRS", "CCSTMTRS", "INVSTMTRS"}
AGGREGATES = {
    *STATEMENTS,
    *("OFX", "SIGNONMSGSRSV1", "SONRS", "FI", "STATUS", "BANKMSGSRSV1", "CREDITCARDMSGSRSV1", "INVSTMTMSGSRSV1"),
    *("STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS", "BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "BANKTRANLIST"),
    *("INVTRANLIST", "INVBANKTRAN", "STMTTRN", "STMTTRNP", "BANKTRANLISTP", "LEDGERBAL", "AVAILBAL", "CURRENCY"),
    *("ORIGCURRENCY", "PAYEE", "BANKACCTTO", "CCACCTTO", "BAL", "BALLIST"),
}


@dataclass
class Node:
    """An aggregate with its values and parts; `line` is where it begins."""

    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    parts: list[Node] = field(default_factory=list)

    def find(self, *names: str) -> Iterator[Node]:
        """Every part of one of these names, at any depth, in the order of the file."""
        for part in self.parts:
            if part.name in names:
                yield part
            yield from part.find(*names)

    def get(self, name: str) -> str:
        """A value, or an empty text."""
        return self.values.get(name, "")


def is_ofx(text: str) -> bool:
    """Whether a text says that it is OFX."""
    head = text[:8_192].upper()
    return head.lstrip().startswith("OFXHEADER") or "<OFX>" in head or "<?OFX" in head


def read_ofx(text: str) -> StatementFile:
    """Every statement of the file. Raises InputError where there is none."""
    root = _read_tags(text)
    statements = [_read_statement(node) for node in root.find(*STATEMENTS)]
    if not statements:
        for status in root.find("STATUS"):
            if status.get("CODE") not in {"", "0"}:
                raise refuse(
                    f"Line {status.line}: the bank's own answer is an error ({status.get('CODE')}"
                    f" {status.get('MESSAGE')}).",
                )
        raise refuse("The OFX file has no statement in it.")
    return StatementFile(Format.OFX, tuple(statements))


def _read_tags(text: str) -> Node:
    begin = re.search("<OFX>", text, re.IGNORECASE)
    head = text[: begin.start() if begin else 0]
    if not begin or "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise refuse("The OFX file has a DOCTYPE or an ENTITY." if begin else "The OFX file has no <OFX> in it.")
    line, last = head.count("\n") + 1, begin.start()
    text = _CDATA.sub(lambda found: escape(found[1]), text)
    root = Node("", line)
    stack, pending = [root], ""
    for tag in _TAG.finditer(text, begin.start()):
        if pending:
            value = text[last : tag.start()].strip()
            if pending not in stack[-1].values:  # a second one, as an e-mail's, says nothing of the line
                stack[-1].values[pending] = _ENTITY.sub(lambda found: _ENTITIES[found[0]], value)
            pending = ""
        line += text.count("\n", last, tag.start())
        last_line = line
        line += text.count("\n", tag.start(), tag.end())
        last = tag.end()
        name = (tag["name"] or "").upper()
        if not name or tag["empty"]:
            continue
        if tag["close"]:
            if any(node.name == name for node in stack[1:]):
                while stack.pop().name != name:
                    pass
        elif name in AGGREGATES:
            stack.append(Node(name, last_line))
            stack[-2].parts.append(stack[-1])
        else:
            pending = name
    if len(stack) > 1:
        raise refuse(f"The OFX file ends inside <{stack[-1].name}>, which begins in line {stack[-1].line}.")
    return root


def _read_statement(node: Node) -> Statement:
    currency = node.get("CURDEF").lower()
    account = next(node.find("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"), Node("", node.line))
    lines: list[FileLine] = []
    refusals: list[Refusal] = []
    for row in node.find("STMTTRN", "STMTTRNP"):
        if row.name == "STMTTRNP":
            refusals.append(Refusal(row.line, "The bank has not booked it yet (pending).", pending=True))
            continue
        try:
            lines.append(_read_line(row, currency))
        except Unreadable as error:
            refusals.append(Refusal(row.line, f"{str(error)[0].upper()}{str(error)[1:]}."))
    closing, notes = _read_balance(node, currency)
    return Statement(
        lines=tuple(lines),
        refusals=tuple(refusals),
        number=account.get("ACCTID"),
        currency=currency,
        closing=closing,
        notes=notes,
        stated=read_stated(node),
    )


def _read_line(row: Node, currency: str) -> FileLine:
    posted = read_ofx_day(row.get("DTPOSTED"))
    for part in row.find("ORIGCURRENCY", "CURRENCY"):
        said = part.get("CURSYM").lower()
        if part.name == "CURRENCY" and currency and said not in {"", currency}:
            raise Unreadable(f"the amount is in {said.upper()}, the account in {currency.upper()}")
    amount = row.get("TRNAMT")
    cents = read_cents(amount, currency=currency or "usd", decimal=_decimal_of(amount))
    payee = next((part.get("NAME") for part in row.find("PAYEE")), "")
    name, memo = row.get("NAME") or payee, row.get("MEMO")
    text = name if memo.startswith(name) and name == memo[: len(name)] and not memo[len(name) :].strip() else ""
    text = text or " ".join(one for one in (name, memo) if one)
    number = row.get("CHECKNUM") or row.get("REFNUM")
    return FileLine(row.line, posted, cents, text or row.get("TRNTYPE"), number, row.get("FITID"))


def _decimal_of(amount: str) -> str:
    """OFX 3.2.9.1: a comma or a point stands before the fraction; where there are both, it is the last one."""
    return "," if amount.rfind(",") > amount.rfind(".") else "."


def read_ofx_day(text: str) -> date:
    """The day of `20261124`, `20261124220000.000[-5:EST]`, as it stands. Raises Unreadable."""
    matched = _DAY.fullmatch(text.strip())
    if matched is None:
        raise Unreadable(f"“{text}” is no OFX date" if text.strip() else "the date (DTPOSTED) is missing")
    return make_day(int(matched["year"]), int(matched["month"]), int(matched["day"]), text)


def read_stated(node: Node) -> Days | None:
    """The whole days from DTSTART to DTEND of a statement's list; None where it does not say both readably."""
    for part in node.find("BANKTRANLIST", "INVTRANLIST"):
        begins, ends = part.get("DTSTART"), part.get("DTEND")
        try:
            first, last = read_ofx_day(begins), read_ofx_day(ends)
        except Unreadable:
            continue
        return whole_days(
            first,
            last,
            begins_whole=_time_of(begins) in WHOLE_DAYS,
            ends_whole=_time_of(ends) in (*WHOLE_DAYS, LAST_MINUTE),
        )
    return None


def _time_of(text: str) -> str:
    """Hours and minutes of an OFX date, or an empty text."""
    matched = _DAY.fullmatch(text.strip())
    found = re.match("[0-9]{4}", matched["time"]) if matched else None
    return found[0] if found else ""


def _read_balance(node: Node, currency: str) -> tuple[int | None, tuple[str, ...]]:
    for balance in node.find("LEDGERBAL"):
        amount = balance.get("BALAMT")
        if amount:
            try:
                return read_cents(amount, currency=currency or "usd", decimal=_decimal_of(amount)), ()
            except Unreadable as error:
                return None, (f"Line {balance.line}: the closing balance cannot be read: {error}.",)
    return None, ()
