"""What a notice says: one sentence with its amounts and codes, and the page where something can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo

from dashboard.domain.cases import CaseKind
from dashboard.domain.formatting import count, day, money, time_of
from dashboard.domain.notices import Notice, NoticeKind
from dashboard.domain.return_codes import explain


@dataclass(frozen=True)
class NoticeWords:
    """A sentence for a person, and the page (by its file's name) with its query."""

    text: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Whom it is told: in which zone, on which day, and the customer's name where it may be said."""

    zone: tzinfo
    today: date
    name: str = ""


def notice_words(notice: Notice, reader: Reader) -> NoticeWords:
    """The words of a notice."""
    return WORDS[notice.fact.kind](notice, reader)


def title_of(notices: int, business: str) -> str:
    """The title of a message."""
    return f"{business}: {count(notices, 'notice')} from ACH Desk"


def _payout_failed(notice: Notice, reader: Reader) -> NoticeWords:
    facts = notice.fact.facts
    arrival = day(notice.fact.happened_at.date(), reader.today)
    text = (
        f"A payout of {_money(facts)}, expected {arrival}, failed: your bank did not take it. Its money is back on the"
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
    return NoticeWords(f"A payment{whose} of {_money(facts)} {did}{why}.", "payment", {"payment": notice.fact.subject})


def _backup_failed(notice: Notice, reader: Reader) -> NoticeWords:
    at = notice.fact.happened_at
    when = f"{day(at.astimezone(reader.zone).date(), reader.today)}, {time_of(at, reader.zone)}"
    return NoticeWords(
        f"A backup failed on {when}. It is tried again; this is said once until one works. Setup says more.",
        "setup",
    )


WORDS: Mapping[NoticeKind, Callable[[Notice, Reader], NoticeWords]] = {
    NoticeKind.PAYOUT_FAILED: _payout_failed,
    NoticeKind.LATE_RETURN: _late_return,
    NoticeKind.BACKUP_FAILED: _backup_failed,
}


def _money(facts: Mapping[str, str | int]) -> str:
    return money(int(facts["cents"]), str(facts["currency"]))
