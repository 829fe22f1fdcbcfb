"""MT940, SWIFT's customer statement, also with the banks' habits: headers around it, own tags, texts over lines.

Source: SWIFT category 9, MT940: 20, 25, 28(C), 60F/60M, 61, 86, 62F/62M. A day is the entry date of field 61 where it
has one (MMDD, of the value date's year or the one beside it), else its value date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dashboard.domain.bank_values import Unreadable, make_day, read_cents
from dashboard.domain.statements import FileLine, Format, Refusal, Statement, StatementFile
from dashboard.statements.text import refuse

_TAG = re.compile(r"^:(?P<tag>[0-9]{2}[A-Z]?|NS):(?P<rest>.*)$")
_BALANCE = re.compile(r"(?P<side>[CD])(?P<day>[0-9]{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9]+,[0-9]*)\s*")
_LINE = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4}|\s{4})?(?P<side>R?[CD]|E[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>[0-9]+,[0-9]*|[0-9]+,?)\s*(?P<type>[A-Z][A-Z0-9]{3})?(?P<reference>.*)"
)
_SUBFIELD = re.compile(r"\?[0-9]{2}")
_WORDS = re.compile(r"\?(?:2[0-9]|3[23]|6[0-3])")


@dataclass
class _Field:
    tag: str
    line: int
    rows: list[str]

    @property
    def value(self) -> str:
        return "\n".join(self.rows)


@dataclass
class _Open:
    """A statement as far as it was read."""

    line: int
    number: str = ""
    currency: str = ""
    opening: int | None = None
    closing: int | None = None
    lines: list[FileLine] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    awaits: FileLine | None = None

    def close(self) -> Statement:
        """The statement, complete."""
        if self.awaits:
            self.lines.append(self.awaits)
            self.awaits = None
        return Statement(
            lines=tuple(self.lines),
            refusals=tuple(self.refusals),
            number=self.number,
            currency=self.currency,
            opening=self.opening,
            closing=self.closing,
            findings=tuple(self.findings),
        )


def is_mt940(text: str) -> bool:
    """Whether a text has the fields of an MT940."""
    head = text[:65_536]
    return bool(re.search(r"(?m)^\s*(?:\{4:\s*)?:20:", head) and re.search(r"(?m)^:(?:60[FM]|61|25|28C?):", head))


def read_mt940(text: str) -> StatementFile:
    """Every statement of the file. Raises InputError where there is none, or a field stands outside of one."""
    statements: list[Statement] = []
    outside: list[Refusal] = []
    current: _Open | None = None
    for one in _fields(text):
        if one.tag == "20":
            if current:
                statements.append(current.close())
            current = _Open(one.line)
        elif current is None or (one.tag == "61" and current.closing is not None):
            if one.tag == "61":
                outside.append(Refusal(one.line, "The line stands outside of a statement."))
        else:
            _take(current, one)
    if current:
        statements.append(current.close())
    if not statements or not any(one.opening is not None or one.lines or one.refusals for one in statements):
        raise refuse("The MT940 file has no statement in it.")
    return StatementFile(Format.MT940, tuple(statements), tuple(outside))


def _fields(text: str) -> Iterator[_Field]:
    current: _Field | None = None
    for number, row in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        row = re.sub(r"^\s*(?:\{[1-3]:[^}]*\})*(?:\{4:)?(?=:20:)", "", row) if ":20:" in row else row
        if matched := _TAG.match(row):
            if current:
                yield current
            current = _Field(matched["tag"], number, [matched["rest"]])
        elif row.startswith(("-}", "-XXX")) or row.rstrip() == "-":
            if current:
                yield current
            current = None
        elif current:
            current.rows.append(row)
    if current:
        yield current


def _take(current: _Open, one: _Field) -> None:
    if one.tag == "25":
        current.number = one.rows[0].strip()
    elif one.tag in {"60F", "60M", "62F", "62M"}:
        _take_balance(current, one)
    elif one.tag == "61":
        if current.awaits:
            current.lines.append(current.awaits)
            current.awaits = None
        try:
            current.awaits = _read_line(one, current.currency)
        except Unreadable as error:
            current.refusals.append(Refusal(one.line, f"{str(error)[0].upper()}{str(error)[1:]}."))
    elif one.tag in {"86", "NS"} and current.awaits:
        line = current.awaits
        words = read_information(one.rows) if one.tag == "86" else " ".join(row[2:].strip() for row in one.rows)
        current.lines.append(
            FileLine(line.number, line.posted_on, line.cents, words or line.text, line.reference, line.hint)
        )
        current.awaits = None


def _take_balance(current: _Open, one: _Field) -> None:
    matched = _BALANCE.fullmatch(one.rows[0])
    if matched is None:
        current.findings.append(f"Line {one.line}: “{one.rows[0].strip()}” is no balance.")
        return
    currency = matched["currency"].lower()
    if current.currency and currency != current.currency:
        current.findings.append(f"Line {one.line}: the balance is in another currency ({currency.upper()}).")
        return
    current.currency = currency
    try:
        cents = read_cents(matched["amount"], currency=currency, decimal=",")
    except Unreadable as error:
        current.findings.append(f"Line {one.line}: the balance cannot be read: {error}.")
        return
    cents = cents if matched["side"] == "C" else -cents
    if one.tag.startswith("60"):
        current.opening = cents
    else:
        if current.awaits:
            current.lines.append(current.awaits)
            current.awaits = None
        current.closing = cents


def _read_line(one: _Field, currency: str) -> FileLine:
    matched = _LINE.fullmatch(one.rows[0])
    if matched is None:
        raise Unreadable(f"“{one.rows[0].strip()}” is no statement line (field 61)")
    value = _read_value_day(matched["value"])
    posted = _read_entry_day(matched["entry"], value)
    amount = matched["amount"] if "," in matched["amount"] else f"{matched['amount']},"
    cents = read_cents(amount, currency=currency or "eur", decimal=",")
    if matched["side"] in {"D", "RC", "ED"}:  # RC takes back a credit; E is expected
        cents = -cents
    if matched["side"].startswith("E"):
        raise Unreadable("the movement is only expected")
    own, _, banks = matched["reference"].partition("//")
    own, extra = own.strip(), " ".join(row.strip() for row in one.rows[1:] if row.strip())
    text = " ".join(filter(None, (matched["type"], own if own != "NONREF" else "", extra)))
    return FileLine(
        number=one.line,
        posted_on=posted,
        cents=cents,
        text=text or "Statement line",
        reference=banks.strip() or ("" if own in {"NONREF", "KREF+"} else own),
        hint=banks.strip(),
    )


def _read_value_day(said: str) -> date:
    """The value date YYMMDD. Raises Unreadable for a day that the calendar does not have."""
    return make_day(2000 + int(said[:2]), int(said[2:4]), int(said[4:]), said)


def _read_entry_day(said: str | None, value: date) -> date:
    """MMDD of the year that brings it nearest to the value date."""
    if not said or not said.strip():
        return value
    month, day = int(said[:2]), int(said[2:])
    year = value.year + (1 if value.month - month > 6 else -1 if month - value.month > 6 else 0)
    return make_day(year, month, day, said)


def read_information(rows: list[str]) -> str:
    """Field 86 as words: of the German and other structured forms only what names the payment and the other party."""
    if not _SUBFIELD.search("".join(rows)):
        return " ".join(" ".join(row.split()) for row in rows if row.strip())
    joined = "".join(rows)  # a line is cut at its length, inside a word too
    pieces = re.split(r"(\?[0-9]{2})", joined)
    words = [piece for mark, piece in zip(pieces[1::2], pieces[2::2], strict=False) if _WORDS.fullmatch(mark)]
    title = next((piece for mark, piece in zip(pieces[1::2], pieces[2::2], strict=False) if mark == "?00"), "")
    return " ".join(" ".join((title, *words)).split())
