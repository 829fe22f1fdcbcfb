"""Every table of the books as `ach-desk export` gives it out: its columns, what they hold, and which month a row is of.

The one declaration: files, manifest and `docs/data.md` are made from it. Raise `SCHEMA_VERSION` with any change of a
column, so that a warehouse notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.domain.table_files import Kind

SCHEMA_VERSION = 2


@dataclass(frozen=True)
class ExportedColumn:
    """One column; of cents, `currency` names the column that says which currency they are of."""

    name: str
    kind: Kind
    what: str
    currency: str = ""


@dataclass(frozen=True)
class ExportedTable:
    """One table and the order of its rows; `month` says by what a row belongs to a month."""

    name: str
    what: str
    month: str
    order: str
    columns: tuple[ExportedColumn, ...]


def _text(name: str, what: str) -> ExportedColumn:
    return ExportedColumn(name, Kind.TEXT, what)


def _time(name: str, what: str) -> ExportedColumn:
    return ExportedColumn(name, Kind.TIME, what)


def _day(name: str, what: str) -> ExportedColumn:
    return ExportedColumn(name, Kind.DAY, what)


def _flag(name: str, what: str) -> ExportedColumn:
    return ExportedColumn(name, Kind.FLAG, what)


def _cents(name: str, what: str, currency: str = "currency") -> ExportedColumn:
    return ExportedColumn(name, Kind.CENTS, what, currency)


_CURRENCY = _text("currency", "in lower case, as Stripe writes it")

PAYMENTS = ExportedTable(
    "payments",
    "One row for each ACH payment, ours or not, with its state as it was read last.",
    "`created_at`",
    "`created_at`, then `id`",
    (
        _text("id", "Stripe's charge; before there is one its PaymentIntent, or our debit"),
        _time("created_at", "when it was made"),
        _cents("amount_cents", "what was asked of the customer"),
        _CURRENCY,
        _text("state", "where it stands"),
        _time("due_at", "when its state's date is, such as the expected answer"),
        _text("reason", "why it failed or came back, as Stripe or the network said it"),
        _text("rail", "`us_bank_account` or, of the old rail, `ach_debit`"),
        _text("customer_id", "Stripe's customer"),
        _text("customer", "the customer's name"),
        _text("email", "the customer's e-mail"),
        _text("bank", "the customer's bank"),
        _text("last4", "the last four digits of the account"),
        _text("reference", "invoice or other reference"),
        _cents("fee_cents", "Stripe's fee", "balance_currency"),
        _cents("net_cents", "what the balance got", "balance_currency"),
        _text("balance_currency", "of fee and net, which Stripe may have converted to"),
        _cents("refunded_cents", "what was refunded of it"),
        _day("available_on", "when the money is available at Stripe"),
        _text("payout_id", "the payout that carried it"),
        _text("intent_id", "Stripe's PaymentIntent"),
        _text("debit_id", "our order, where it is ours"),
    ),
)
REFUNDS = ExportedTable(
    "refunds",
    "One row for each refund.",
    "`created_at`",
    "`id`",
    (
        _text("id", "Stripe's refund"),
        _time("created_at", "when it was made"),
        _cents("amount_cents", "what goes back to the customer"),
        _CURRENCY,
        _text("status", "as Stripe says it"),
        _text("charge_id", "the payment"),
        _text("reason", "as Stripe says it"),
        _text("failure_reason", "why it did not arrive"),
    ),
)
DISPUTES = ExportedTable(
    "disputes",
    "One row for each dispute, a late return among them.",
    "`created_at`",
    "`id`",
    (
        _text("id", "Stripe's dispute"),
        _time("created_at", "when it was made"),
        _cents("amount_cents", "what is disputed"),
        _CURRENCY,
        _text("status", "as Stripe says it"),
        _text("charge_id", "the payment"),
        _text("reason", "as Stripe says it"),
    ),
)
PAYOUTS = ExportedTable(
    "payouts",
    "One row for each payout from Stripe to the bank.",
    "`created_at`, when it left the Stripe balance",
    "`id`",
    (
        _text("id", "Stripe's payout"),
        _time("created_at", "when it left the Stripe balance"),
        _day("arrives_on", "the bank's day on which it arrives"),
        _cents("amount_cents", "what the bank gets; a negative one is taken from it"),
        _CURRENCY,
        _text("status", "as Stripe says it"),
        _flag("automatic", "whether Stripe made it by its schedule"),
        _text("reconciliation", "whether Stripe has listed its parts"),
        _flag("itemized", "whether its parts were read"),
        _text("trace", "the trace number at the bank"),
        _text("source_type", "which balance it left, in Stripe's word: bank_account, card, fpx; empty where not known"),
    ),
)
BALANCE_TRANSACTIONS = ExportedTable(
    "balance_transactions",
    "One row for each thing that moved the Stripe balance: the parts of payouts, and what is in none yet.",
    "`created_at`; a payout has parts of earlier months too",
    "`id`",
    (
        _text("id", "Stripe's balance transaction"),
        _time("created_at", "when the balance moved"),
        _text("type", "as Stripe says it"),
        _cents("amount_cents", "before the fee; negative where the balance falls"),
        _cents("fee_cents", "Stripe's fee"),
        _cents("net_cents", "amount less fee"),
        _CURRENCY,
        _text("status", "as Stripe says it"),
        _day("available_on", "when the money is available"),
        _text("source_id", "what it is of: a payment, refund, dispute or payout"),
        _text("payout_id", "the payout that it is a part of"),
    ),
)
BANK_LINES = ExportedTable(
    "bank_lines",
    "One row for each line of the bank statements.",
    "`posted_on`, the bank's own day",
    "`account`, then `posted_on`, then `id`",
    (
        _text("id", "ours, the same for the same line"),
        _text("account", "your name for the account"),
        _day("posted_on", "the bank's own day"),
        _cents("amount_cents", "negative where money left the account"),
        _CURRENCY,
        _text("text", "as the bank wrote it"),
        _text("reference", "as the bank wrote it"),
        ExportedColumn("ordinal", Kind.INTEGER, "which one among equal lines of its day"),
        _text("file_id", "the imported file"),
        ExportedColumn("line", Kind.INTEGER, "where it stands in that file"),
    ),
)
MATCHES = ExportedTable(
    "matches",
    "One row for each decision that payouts and bank lines belong together, or do not.",
    "the day of its first bank line; of one without lines `made_at`",
    "`id`",
    (
        _text("id", "ours"),
        _text("state", "`confirmed`, `rejected` or `withdrawn`"),
        _text("how", "the pass that proposed it, or by hand"),
        _text("why", "in words"),
        _text("made_by", "who decided"),
        _time("made_at", "when"),
        _text("ended_by", "who undid it"),
        _time("ended_at", "when"),
    ),
)
MATCH_PARTS = ExportedTable(
    "match_parts",
    "One row for each bank line and payout of a match.",
    "its match's",
    "`match_id`, then `kind`, then `part_id`",
    (
        _text("match_id", "`matches.id`"),
        _text("kind", "`line` or `payout`"),
        _text("part_id", "`bank_lines.id` or `payouts.id`"),
        _cents("amount_cents", "of the line or payout"),
        _CURRENCY,
        _flag("live", "whether the match is in force"),
    ),
)
CASES = ExportedTable(
    "cases",
    "One row for each payment that was in trouble.",
    "`happened_at`",
    "`id`",
    (
        _text("id", "ours"),
        _text("payment_id", "`payments.id`"),
        _text("kind", "what happened"),
        _text("cause", "what it is about at Stripe"),
        _text("code", "the return code, where one is known"),
        _text("step", "what is to be done next"),
        _text("state", "`open`, `waiting`, `review`, `presented` or `closed`"),
        _text("outcome", "how it ended"),
        _text("assignee", "whose it is"),
        _cents("amount_cents", "what is at stake"),
        _CURRENCY,
        _time("happened_at", "when it happened"),
        _time("opened_at", "when the case was opened"),
        _day("due_on", "by when it is decided"),
        _day("until_on", "until when the customer is waited for"),
        _time("closed_at", "when it was decided"),
        _text("closed_by", "who decided"),
        _text("approver", "the second person"),
    ),
)
CASE_EVENTS = ExportedTable(
    "case_events",
    "One row for each thing that happened to a case.",
    "`at`",
    "`case_id`, then `at`",
    (
        _text("case_id", "`cases.id`"),
        _time("at", "when"),
        _text("person", "who"),
        _text("what", "what was done"),
        _text("note", "what they wrote"),
    ),
)
JOURNAL = ExportedTable(
    "journal",
    "One row for each line of the journal entries, as `ach-desk journal export` writes them.",
    "`day`",
    "`day`, then `number`, then `place`",
    (
        _text("number", "the entry's, the same at every export"),
        _day("day", "a day of the business; of a payout, of the bank"),
        _text("memo", "what it is about"),
        ExportedColumn("place", Kind.INTEGER, "the line in its entry, from 1"),
        _text("account", "what the account is for"),
        _text("account_name", "its name in your books"),
        _cents("amount_cents", "a debit is positive, a credit negative; an entry adds up to 0"),
        _CURRENCY,
    ),
)
TABLES = (
    *(PAYMENTS, REFUNDS, DISPUTES, PAYOUTS, BALANCE_TRANSACTIONS, BANK_LINES, MATCHES, MATCH_PARTS, CASES, CASE_EVENTS),
    JOURNAL,
)


def as_markdown() -> str:
    """Each table with its columns, for `docs/data.md`."""
    return "\n\n".join("\n".join(_section(table)) for table in TABLES)


def _section(table: ExportedTable) -> Iterator[str]:
    yield f"### {table.name}\n\n{table.what} Month: {table.month}. Order: {table.order}.\n"
    yield "| column | type | what it is |\n|---|---|---|"
    for column in table.columns:
        of = f"; of `{column.currency}`" if column.currency else ""
        yield f"| `{column.name}` | {column.kind}{of} | {column.what} |"
