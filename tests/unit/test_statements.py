"""Any files in any order give the same lines, each once; what is kept is said with its proof."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as some

from dashboard.cli.parser import build_parser
from dashboard.cli.statements import import_file
from dashboard.domain.clock import FixedClock
from dashboard.domain.csv_profiles import CsvProfile
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.settings import Settings
from dashboard.statements import NothingRead, Statements
from dashboard.store import Store
from tests import statement_files as files

FRED = Actor("fred", frozenset({Role.FINANCE}))


@pytest.fixture
def statements(store: Store, clock: FixedClock) -> Statements:
    return Statements(store, clock)


def kept(statements: Statements, account: str = "Operating") -> Counter[tuple[str, int, str]]:
    rows = statements._store.database.handle.query("SELECT * FROM bank_line WHERE account = ?", [account])
    return Counter((row["posted_on"], row["cents"], row["text"]) for row in rows)


@pytest.mark.parametrize("bank", files.banks())
def test_a_file_that_comes_twice_adds_nothing(statements: Statements, bank: str) -> None:
    first = statements.take(FRED, files.banks()[bank], account="Operating")
    again = statements.take(FRED, files.banks()[bank], account=" operating ")
    assert (first.new, first.known, again.new, again.known) == (first.read, 0, 0, first.read)
    assert sum(kept(statements).values()) == first.read
    assert len(statements.files(FRED, "Operating")) == 1


def test_what_is_printed_has_every_number(statements: Statements) -> None:
    result = statements.take(FRED, files.mt940(":61:nonsense", closing="17025,32"), account="Operating")
    assert result.as_dict() == {
        "format": "mt940",
        "lines": 5,
        "read": 4,
        "refused": 1,
        "new": 4,
        "known": 0,
        "opening_cents": 1_000_000,
        "closing_cents": 1_702_532,
        "ties": True,
    }
    (file,) = statements.files(FRED, "Operating")
    assert [(one.line, one.reason) for one in statements.refusals(FRED, file["id"])] == [
        (18, "“nonsense” is no statement line (field 61).")
    ]


def as_chase(rows: list[tuple[int, int, int]]) -> bytes:
    """Rows of day, cents and kind, as Chase writes them: without balances, so that twins are twins."""
    out = io.StringIO()
    out.write("Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\r\n")
    for day, cents, kind in rows:
        on = date(2026, 11, 1) + timedelta(days=day)
        out.write(f"X,{on.month:02}/{on.day:02}/{on.year},TEXT {kind},{cents / 100:.2f},T,,,\r\n")
    return out.getvalue().encode()


ROWS = some.lists(
    some.tuples(some.integers(0, 4), some.sampled_from([100, 250, -100]), some.integers(0, 1)), min_size=1, max_size=14
)
SPANS = some.lists(some.tuples(some.integers(0, 4), some.integers(0, 4)), max_size=6)


@given(ROWS, SPANS, some.randoms(use_true_random=False))
@trying(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_overlap_split_order_or_repetition_gives_the_same_lines(
    statements: Statements, rows: list[tuple[int, int, int]], spans: list[tuple[int, int]], chance: object
) -> None:
    """Files of whole days: spans of them, some twice, and every day by itself, in any order, newest first or last."""
    account = f"Operating {len(statements.accounts(FRED))}"
    parts = [[row for row in rows if min(span) <= row[0] <= max(span)] for span in spans]
    parts += [[row for row in rows if row[0] == day] for day in range(5)]
    parts += parts[:2]
    chance.shuffle(parts)  # type: ignore[attr-defined]
    for part in filter(None, parts):
        chance.shuffle(part)  # type: ignore[attr-defined]  # a bank may list a day in any order
        statements.take(FRED, as_chase(part), account=account)
    expected = Counter(
        ((date(2026, 11, 1) + timedelta(days=day)).isoformat(), cents, f"TEXT {kind}") for day, cents, kind in rows
    )
    assert kept(statements, account) == expected


def test_twins_of_one_day_are_both_kept_and_a_later_file_with_one_more_adds_one(statements: Statements) -> None:
    statements.take(FRED, as_chase([(0, 100, 0), (0, 100, 0)]), account="A")
    assert statements.take(FRED, as_chase([(0, 100, 0)] * 3), account="A").new == 1
    assert statements.take(FRED, as_chase([(0, 100, 0)]), account="A").new == 0
    assert sum(kept(statements, "A").values()) == 3


def test_spaces_and_case_of_a_text_make_no_other_line(statements: Statements) -> None:
    statements.take(FRED, as_chase([(0, 100, 0)]), account="A")
    assert statements.take(FRED, as_chase([(0, 100, 0)]).replace(b"TEXT 0", b"Text  0 "), account="A").new == 0


def test_the_same_line_in_two_accounts_is_two_lines(statements: Statements) -> None:
    assert [statements.take(FRED, as_chase([(0, 100, 0)]), account=name).new for name in ("A", "B")] == [1, 1]
    assert [one["name"] for one in statements.accounts(FRED)] == ["A", "B"]


def test_a_check_keeps_nothing(statements: Statements, store: Store) -> None:
    assert statements.check(FRED, files.camt(), account="A").new == 4
    assert statements.accounts(FRED) == [] and not kept(statements, "A")


def test_a_file_of_another_account_or_currency_is_refused(statements: Statements) -> None:
    statements.take(FRED, files.camt(), account="A")
    with pytest.raises(InputError, match="their numbers end in 4444 and 6789"):
        statements.take(FRED, files.camt().replace(b"123456789", b"444444444"), account="A")
    with pytest.raises(InputError, match="The file is in EUR, and the account A in USD"):
        statements.take(FRED, files.camt().replace(b"USD", b"EUR"), account="A")
    assert sum(kept(statements, "A").values()) == 4


def test_the_same_days_in_another_format_are_pointed_out(statements: Statements) -> None:
    assert statements.take(FRED, files.camt(), account="A").findings == ()
    (said,) = statements.take(FRED, files.mt940(), account="A").findings
    assert said.startswith("4 lines of the same days came in another form (camt.053)")


def test_where_no_row_can_be_read_the_file_is_refused_with_every_reason(statements: Statements) -> None:
    with pytest.raises(NothingRead, match="None of the file's 1 row can be read: line 2: “x” is no date") as refused:
        statements.take(FRED, as_chase([(0, 100, 0)]).replace(b"11/01/2026", b"x"), account="A")
    assert refused.value.result.refused == 1 and statements.accounts(FRED) == []


def test_files_chain_from_one_to_the_next_or_it_is_said_by_how_much(statements: Statements) -> None:
    def day(number: int, opening: int, closing: int) -> bytes:
        cents = closing - opening
        return (
            f":20:X\n:25:1\n:28C:{number}\n:60F:C26110{number}USD{opening},00\n"
            f":61:26110{number}{'C' if cents > 0 else 'D'}{abs(cents)},00NTRFNONREF\n"
            f":62F:C26110{number}USD{closing},00\n-"
        ).encode()

    for number, opening, closing in ((1, 100, 150), (4, 90, 95), (2, 150, 120)):
        assert statements.take(FRED, day(number, opening, closing), account="A").ties is True
    chains = {row["begins_on"]: row["chains"] for row in statements.files(FRED, "A")}
    assert chains == {"2026-11-01": None, "2026-11-02": 0, "2026-11-04": -3_000}
    statements.take(FRED, day(3, 120, 90), account="A")
    assert {row["begins_on"]: row["chains"] for row in statements.files(FRED, "A")}["2026-11-04"] == 0


def test_a_mapping_is_kept_in_versions_and_a_file_says_which_one_read_it(statements: Statements, store: Store) -> None:
    made = CsvProfile("House  bank", "Day", "DD.MM.YYYY", ("What",), header=("Day", "What", "Sum"), amount="Sum")
    assert statements.keep_profile(FRED, made).version == 1
    assert statements.keep_profile(FRED, made).version == 2
    statements.take(FRED, b"Day,What,Sum\n24.11.2026,x,1.00\n", account="A")
    (file,) = statements.files(FRED, "A")
    assert (file["profile"], file["profile_version"]) == ("House bank", 2)
    assert [one.version for one in statements.profiles(FRED)] == [2]
    with pytest.raises(InputError, match="cannot be used"):
        statements.keep_profile(FRED, CsvProfile("x", "Day", "DD.MM.YYYY", ("What",)))
    with pytest.raises(InputError, match="cannot be used"):
        statements.keep_profile(FRED, CsvProfile("Wells Fargo", "Day", "DD.MM.YYYY", ("What",), amount="Sum"))


@pytest.mark.parametrize("role", [Role.OPS])
def test_who_is_at_the_counter_sees_no_bank_statement(statements: Statements, role: Role) -> None:
    with pytest.raises(AccessDenied, match="import bank statements"):
        statements.take(Actor("olga", frozenset({role})), files.camt(), account="A")


def test_each_import_is_in_the_trail(statements: Statements, store: Store) -> None:
    statements.take(FRED, files.camt(), account="A")
    rows = list(store.database.handle.query("SELECT actor, action, facts FROM audit"))
    (row,) = [row for row in rows if row["action"] == "statement.imported"]
    assert row["actor"] == "fred" and json.loads(row["facts"])["added"] == 4


def run(settings: Settings, *arguments: str) -> int:
    """The command as the parser reads it, with these settings."""
    return import_file(settings, build_parser().parse_args(["statement", "import", *arguments]))


def test_the_command_prints_one_object_and_says_what_was_refused(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.sta"
    path.write_bytes(files.mt940(":61:nonsense"))
    assert run(settings, str(path), "--account", "Operating", "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["ties"] is True and said.out.count("\n") == 1
    assert said.err == "line 18: “nonsense” is no statement line (field 61).\n"
    assert run(settings, str(path), "--account", "Operating") == 0
    assert "5 rows: 4 read (0 new, 4 known), 1 refused. It ties: $10,000.00" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"hello", b"Date,Description,Amount,Running Bal.\nx,y,z,\n", None])
def test_the_command_refuses_a_file_with_the_reason_and_ends_with_1(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)
    assert run(settings, str(path), "--account", "Operating", "--json") == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["new"] == 0 and "Nothing was imported" in said.err and "Traceback" not in said.err
