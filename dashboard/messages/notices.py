"""What a notice says: one sentence with its amounts and codes, and the page where something can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from urllib.parse import parse_qsl

from dashboard.domain.cases import CaseKind
from dashboard.domain.formatting import count, day, money, month_of, time_of
from dashboard.domain.notices import REMINDER, Notice, NoticeKind
from dashboard.domain.return_codes import explain


@dataclass(frozen=True)
class NoticeWords:
    """A sentence for a person, and the page (by its file's name) with its query; `points` are more of the same."""

    text: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    points: Sequence[NoticeWords] = ()


@dataclass(frozen=True)
class Reader:
    """Who reads it: in which zone, on which day, and the customer's name where it may be said."""

    zone: tzinfo
    today: date
    name: str = ""


def notice_words(notice: Notice, reader: Reader) -> NoticeWords:
    """The words of a notice."""
    return WORDS[notice.fact.kind](notice, reader)


def title_of(notices: Sequence[Notice], business: str) -> str:
    """The title of a message: what it is, or how many there are."""
    what = TITLES[notices[0].fact.kind] if len(notices) == 1 else f"{count(len(notices), 'notice')} from ACH Desk"
    return f"{business}: {what}"


def _payout_failed(notice: Notice, reader: Reader) -> NoticeWords:
    arrival = day(notice.fact.happened_at.date(), reader.today)
    text = (
        f"A payout of {_money(notice)}, expected {arrival}, failed: your bank did not take it. Its money is back on the"
        " Stripe balance; check the bank account in Stripe."
    )
    return NoticeWords(text, "payouts", {"payout": notice.fact.subject})


def _late_return(notice: Notice, reader: Reader) -> NoticeWords:
    facts = notice.fact.facts
    code = str(facts["code"])
    meaning = explain(code)
    why = "" if meaning is None else f": {code}" if meaning.title == code else f": {meaning.title} ({code})"
    whose = f" of {reader.name}" if reader.name else ""
    did = {
        CaseKind.INQUIRY.value: "is asked about by the customer's bank, which has taken nothing yet",
        CaseKind.DISPUTE.value: "was taken back by the customer's bank, and Stripe takes an answer",
    }.get(str(facts["kind"]), "was taken back by the customer's bank after it had succeeded")
    return NoticeWords(f"A payment{whose} of {_money(notice)} {did}{why}.", "payment", {"payment": notice.fact.subject})


def _refund_failed(notice: Notice, reader: Reader) -> NoticeWords:
    whose = f" to {reader.name}" if reader.name else ""
    text = f"A refund of {_money(notice)}{whose} did not arrive: its amount is yours again. Pay it back another way."
    return NoticeWords(text, "payment", {"payment": notice.fact.subject})


def _debit_unknown(notice: Notice, reader: Reader) -> NoticeWords:
    since = _moment(notice.fact.happened_at, reader)
    return NoticeWords(
        f"It is not known whether a {notice.fact.facts['what']} of {_money(notice)} was sent. It is looked for since"
        f" {since}; do not send it again.",
        "inbox",
    )


def _approval_waits(notice: Notice, reader: Reader) -> NoticeWords:
    what = str(notice.fact.facts["what"]).replace("_", "-")
    still = " for more than a business day" if notice.fact.level == REMINDER else ""
    text = f"A {what} of {_money(notice)} waits{still} for a second person to approve it."
    return NoticeWords(text, "approvals", {"approval": notice.fact.subject})


def _return_rate(notice: Notice, reader: Reader) -> NoticeWords:
    facts = notice.fact.facts
    where = "at" if notice.fact.level.endswith("limit") else "at half of"
    name = "" if notice.fact.subject == "overall" else f"{notice.fact.subject} "
    text = (
        f"The {name}return rate is {facts['rate']}, {where} Nacha's limit of {facts['limit']}: {facts['returned']} of"
        f" {count(int(facts['originated']), 'debit')} in 60 days."
    )
    return NoticeWords(text, "payments", {"look": "Return rates"})


def _line_unmatched(notice: Notice, reader: Reader) -> NoticeWords:
    posted = day(notice.fact.happened_at.date(), reader.today)
    return NoticeWords(
        f"A line of {_money(notice)} from Stripe on the bank statement of {posted} belongs to no payout, after three"
        " business days.",
        "matching",
    )


def _payout_unmatched(notice: Notice, reader: Reader) -> NoticeWords:
    arrival = day(notice.fact.happened_at.date(), reader.today)
    return NoticeWords(
        f"A payout of {_money(notice)} should have arrived {arrival} and is not on the bank statement, after three"
        " business days.",
        "matching",
    )


def _sync_silent(notice: Notice, reader: Reader) -> NoticeWords:
    last = _moment(datetime.fromtimestamp(int(notice.fact.subject), reader.zone), reader)
    return NoticeWords(
        f"No sync with Stripe has finished since {last}: what the pages say is that old. See whether the desk's sync"
        " runs, and its log.",
        "setup",
    )


def _reads_high(notice: Notice, reader: Reader) -> NoticeWords:
    used, allowed = int(notice.fact.facts["used"]), int(notice.fact.facts["allowed"])
    text = f"{used:,} of {count(allowed, 'read')} that Stripe allows in 30 days are used; the sync asks less often now."
    return NoticeWords(text, "setup")


def _backup_failed(notice: Notice, reader: Reader) -> NoticeWords:
    when = _moment(notice.fact.happened_at, reader)
    return NoticeWords(
        f"A backup failed {when}. It is tried again; this is said once until one works. Setup says more.", "setup"
    )


def _report(notice: Notice, reader: Reader) -> NoticeWords:
    month = date.fromisoformat(f"{notice.fact.subject}-01")
    text = (
        f"The report of {month_of(month)}: collected, refunds, returns, fees and net. A mail has it as PDF and Excel."
    )
    return NoticeWords(text, "close")


def _summary(notice: Notice, reader: Reader) -> NoticeWords:
    facts = notice.fact.facts
    points: list[NoticeWords] = []

    def add(name: str, sentence: str, page: str = "payments", query: Mapping[str, str] | None = None) -> None:
        if number := int(facts.get(name, 0)):
            total = facts.get(f"{name}_sum", "")
            linked = query if query is not None else dict(parse_qsl(str(facts.get(f"{name}_query", ""))))
            text = f"{sentence}: {number:,}" + (f", {total}" if total else "")
            points.append(NoticeWords(text, page, linked))

    add("failed", "Failed or returned since the last close")
    add("doubt", "Debits to be looked into", "inbox", {})
    add("overdue", "Payments without an answer from the bank, past their day")
    add("cases", "Cases past their day", "cases", {"overdue": "1"})
    add("approvals", "Waiting for a second person", "approvals", {})
    add("unmatched", "Payouts and bank lines without each other", "matching", {})
    add("proposals", "Proposed matches to confirm", "matching", {})
    trouble = bool(points)
    add("succeeded", "Succeeded since the last close")
    add("paid_out", "Paid out since the last close")
    on = day(date.fromisoformat(notice.fact.subject), reader.today)
    head = f"The morning of {on}" + ("" if trouble else ": nothing waits for anybody")
    transit = facts.get("transit_sum", "")
    if transit:
        points.append(NoticeWords(f"On the way to your bank: {transit}", "payouts"))
    return NoticeWords(f"{head}.", "payments", {"look": "Since the last close"}, points)


WORDS: Mapping[NoticeKind, Callable[[Notice, Reader], NoticeWords]] = {
    NoticeKind.PAYOUT_FAILED: _payout_failed,
    NoticeKind.LATE_RETURN: _late_return,
    NoticeKind.REFUND_FAILED: _refund_failed,
    NoticeKind.DEBIT_UNKNOWN: _debit_unknown,
    NoticeKind.APPROVAL_WAITS: _approval_waits,
    NoticeKind.RETURN_RATE: _return_rate,
    NoticeKind.LINE_UNMATCHED: _line_unmatched,
    NoticeKind.PAYOUT_UNMATCHED: _payout_unmatched,
    NoticeKind.SYNC_SILENT: _sync_silent,
    NoticeKind.READS_HIGH: _reads_high,
    NoticeKind.BACKUP_FAILED: _backup_failed,
    NoticeKind.REPORT: _report,
    NoticeKind.SUMMARY: _summary,
}
TITLES: Mapping[NoticeKind, str] = {
    NoticeKind.PAYOUT_FAILED: "a payout failed",
    NoticeKind.LATE_RETURN: "a payment came back",
    NoticeKind.REFUND_FAILED: "a refund did not arrive",
    NoticeKind.DEBIT_UNKNOWN: "an outcome is unknown for a day",
    NoticeKind.APPROVAL_WAITS: "something waits for approval",
    NoticeKind.RETURN_RATE: "a return rate nears its limit",
    NoticeKind.LINE_UNMATCHED: "a bank line without a payout",
    NoticeKind.PAYOUT_UNMATCHED: "a payout is not on the bank statement",
    NoticeKind.SYNC_SILENT: "the sync with Stripe is silent",
    NoticeKind.READS_HIGH: "Stripe's reads are nearly used up",
    NoticeKind.BACKUP_FAILED: "a backup failed",
    NoticeKind.REPORT: "the report of the month",
    NoticeKind.SUMMARY: "the morning in the desk",
}


def _money(notice: Notice) -> str:
    return money(int(notice.fact.facts["cents"]), str(notice.fact.facts["currency"]))


def _moment(at: datetime, reader: Reader) -> str:
    return f"{day(at.astimezone(reader.zone).date(), reader.today)}, {time_of(at, reader.zone)}"
