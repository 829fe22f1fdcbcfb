"""A file of customers is checked line by line, and taken whole or not at all."""

from __future__ import annotations

import pytest

from dashboard.customers import Customers
from dashboard.customers.importing import LINE_LIMIT, SIZE_LIMIT, CustomerImport
from dashboard.domain.errors import InputError
from dashboard.domain.models import HolderType
from tests.unit.desk_fixture import DeskFixture

HEAD = "name,email,reference,holder_type\n"


@pytest.fixture
def importing(given: DeskFixture) -> CustomerImport:
    return CustomerImport(given.store, given.clock)


@pytest.fixture
def customers(given: DeskFixture) -> Customers:
    return Customers(given.store, given.clock)


def test_a_dry_run_says_what_each_line_is_and_keeps_nothing(
    given: DeskFixture, importing: CustomerImport, customers: Customers
) -> None:
    content = (
        HEAD
        + "Ada Lane,ada@example.com,A-1,\n"
        + "Bo Ltd,bo@example.com,A-2,Company\n"
        + "Jenny Again,JENNY@example.com,A-3,individual\n"
        + "Ada Twice,Ada@example.com,A-4,individual\n"
        + "No Mail,nomail,A-5,trust\n"
        + "\n"
        + "Taken,taken@example.com,c-1,individual\n"
        + "Same,same@example.com,a-1,individual\n"
    ).encode()
    plan = importing.check(given.actor, content)
    assert [line.number for line in plan.taken(with_duplicates=False)] == [2, 3]
    assert [line.number for line in plan.doubtful] == [4, 5]
    assert plan.doubtful[0].duplicates == ("Jenny Rosen (C-1) has this e-mail.",)
    assert plan.doubtful[1].duplicates == ("Line 2 has the same e-mail.",)
    mistakes = {line.number: line.mistakes for line in plan.wrong}
    assert mistakes[6] == ("This is not an e-mail address.", "The account holder is an individual or a company.")
    assert mistakes[8] == ("The reference belongs to Jenny Rosen.",)
    assert mistakes[9] == ("Line 2 has the same reference.",)
    assert [one.id for one in customers.find(given.actor)] == [given.customer.id]


def test_what_is_right_is_added_in_one_go_and_audited(
    given: DeskFixture, importing: CustomerImport, customers: Customers
) -> None:
    content = (HEAD + "Ada,ada@example.com,A-1,\nBo Ltd,bo@example.com,A-2,company\n").encode()
    assert importing.add_all(given.actor, content) == 2
    (bo,) = customers.find(given.actor, "A-2")
    assert (bo.name, bo.holder_type) == ("Bo Ltd", HolderType.COMPANY)
    row = given.store.trail.read(bo.id)[0]
    assert row.action == "customer.added" and row.facts["line"] == 3 and "Bo Ltd" not in str(row.facts)
    digest = importing.check(given.actor, content).digest[:16]
    assert given.store.trail.read(digest)[0].facts == {"added": 2, "wrong": 0, "doubtful": 0}
    with pytest.raises(InputError):
        importing.add_all(given.actor, content, leave_out_wrong=True)  # a second press of the button adds nobody twice


def test_a_mistake_stops_the_file_unless_its_line_is_left_out(
    given: DeskFixture, importing: CustomerImport, customers: Customers
) -> None:
    content = (HEAD + "Ada,ada@example.com,A-1,\nBo,nomail,A-2,\nJenny,jenny@example.com,A-3,\n").encode()
    with pytest.raises(InputError, match="1 line with a mistake"):
        importing.add_all(given.actor, content)
    assert len(customers.find(given.actor)) == 1
    assert importing.add_all(given.actor, content, leave_out_wrong=True) == 1
    assert importing.add_all(given.actor, content, leave_out_wrong=True, with_duplicates=True) == 1
    assert customers.find(given.actor, "A-3") and not customers.find(given.actor, "A-2")


def test_a_failure_in_the_middle_leaves_nobody_behind(
    given: DeskFixture, importing: CustomerImport, customers: Customers
) -> None:
    given.store.database.handle.execute(
        "CREATE TRIGGER stop BEFORE INSERT ON customer WHEN NEW.reference = 'A-2' BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    content = (HEAD + "Ada,ada@example.com,A-1,\nBo,bo@example.com,A-2,\n").encode()
    with pytest.raises(Exception, match="x"):
        importing.add_all(given.actor, content)
    assert len(customers.find(given.actor)) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_columns"),
        (b"name,mail,reference\nAda,a@b.example,1\n", "import_columns"),
        (b"name,email,reference\n", "import_empty"),
        (b"name,email,reference\n\xff\xfe,a@b.example,1\n", "import_not_text"),
        (b'name,email,reference\n"Ada"x,a@b.example,1\n', "import_not_csv"),
        (b"name,email,reference\n" + b"x" * SIZE_LIMIT, "import_too_large"),
        (b"name,email,reference\n" + b"A,a@b.example,1\n" * (LINE_LIMIT + 1), "import_too_long"),
        (b"name,email,reference\n" + b"x" * 140_000 + b",a@b.example,1\n", "import_not_csv"),
    ],
    ids=["empty", "columns", "head alone", "not text", "quotes", "too large", "too long", "a giant cell"],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(
    given: DeskFixture, importing: CustomerImport, content: bytes, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        importing.check(given.actor, content)
    assert caught.value.code == code and caught.value.action


def test_files_of_spreadsheets_are_read_too(given: DeskFixture, importing: CustomerImport) -> None:
    content = "\ufeffReference;E-Mail;Name\r\nA-1;ada@example.com;Ada Löwe\r\n".encode()
    (line,) = importing.check(given.actor, content).lines
    assert (line.name, line.email, line.reference, line.holder_type) == (
        "Ada Löwe",
        "ada@example.com",
        "A-1",
        "individual",
    )


def test_an_export_comes_back_as_it_was(given: DeskFixture, importing: CustomerImport, customers: Customers) -> None:
    customers.add(given.actor, "=Sum Ltd", "-odd@example.com", "+49", "company")
    content = "".join(customers.export(given.actor, "+49")).replace("'+49", "'+50").encode()
    (line,) = importing.check(given.actor, content).lines
    assert (line.name, line.email, line.reference, line.holder_type) == (
        "=Sum Ltd",
        "-odd@example.com",
        "+50",
        "company",
    )


def lines_of(importing: CustomerImport, given: DeskFixture, text: str | bytes) -> list[tuple[str, str, str]]:
    content = text if isinstance(text, bytes) else text.encode()
    return [
        (line.name, line.reference, " ".join(line.mistakes)) for line in importing.check(given.actor, content).lines
    ]


def test_a_line_with_more_cells_than_the_head_is_refused(given: DeskFixture, importing: CustomerImport) -> None:
    ((_, _, why),) = lines_of(importing, given, "name,email,reference\nRosen, Jenny,j@example.com,A-1\n")
    assert why == "The line has 4 cells, the head 3: put a text with a separator in it in quotes."


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("name,email,reference,Email", "names the column “email” twice"),
        ("name,email,reference,E-Mail", "names two columns that mean the same"),
        ("name,email,reference,note,NOTE", "names the column “note” twice"),
    ],
)
def test_a_column_named_twice_is_refused(given: DeskFixture, importing: CustomerImport, head: str, words: str) -> None:
    with pytest.raises(InputError, match=f"Line 1 {words}"):
        importing.check(given.actor, f"{head}\nAda,a@b.example,1,x,y\n".encode())


@pytest.mark.parametrize("cell", ["1.00012E+11", "1,00012E+11", '"=""00123"""', '="00123"', "####", "#N/A"])
def test_what_excel_mangled_is_refused_with_the_fix(given: DeskFixture, importing: CustomerImport, cell: str) -> None:
    ((_, _, why),) = lines_of(importing, given, f"name;email;reference\nAda;a@b.example;{cell}\n")
    assert "format the column as Text" in why


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nname;email;reference\r\nAda Löwe;a@b.example;A-1\r\n".encode(),
        "name\temail\treference\nAda Löwe\ta@b.example\tA-1\n".encode(),
        "name\temail\treference\r\nAda Löwe\ta@b.example\tA-1\r\n".encode("utf-16"),
        b"\xfe\xff" + "name,email,reference\nAda Löwe,a@b.example,A-1\n".encode("utf-16-be"),
    ],
    ids=["sep", "tabs", "utf-16", "utf-16 big-endian"],
)
def test_what_spreadsheets_save_is_read(given: DeskFixture, importing: CustomerImport, content: bytes) -> None:
    assert lines_of(importing, given, content) == [("Ada Löwe", "A-1", "")]


@pytest.mark.parametrize(("encoding", "words"), [("cp1252", "Line 2 has a letter"), ("utf-16-le", "UTF-16 without")])
def test_other_encodings_are_refused_with_advice(
    given: DeskFixture, importing: CustomerImport, encoding: str, words: str
) -> None:
    content = "name,email,reference\nAda Lowe\u00e9,a@b.example,A-1\n".encode(encoding)
    if encoding != "cp1252":
        content = content.replace("é".encode(encoding), b"e\x00")
    with pytest.raises(InputError, match=words) as caught:
        importing.check(given.actor, content)
    assert "CSV UTF-8" in caught.value.action


def test_a_name_with_a_joiner_passes_and_one_of_nothing_else_does_not(
    given: DeskFixture, importing: CustomerImport
) -> None:
    text = "name,email,reference\nعلی\u200cرضا,a@b.example,A-1\n\u200c\u200d,b@b.example,A-2\n"
    (good, bad) = lines_of(importing, given, text)
    assert good == ("علی\u200cرضا", "A-1", "") and bad[2]


def test_references_of_one_file_compare_folded(given: DeskFixture, importing: CustomerImport) -> None:
    text = "name,email,reference\nA,a@b.example,STRASSE-1\nB,b@b.example,straße-1\nC,c@b.example,ＳＴＲＡＳＳＥ-1\n"
    assert [why for *_, why in lines_of(importing, given, text)] == ["", *["Line 2 has the same reference."] * 2]


@pytest.mark.parametrize(
    ("head", "cell", "kind"),
    [
        ("Kind", "Company", "company"),
        ("Kind", "Person", "individual"),
        ("Holder type", "COMPANY", "company"),
        ("holder_type", "person", "individual"),
        ("Kind", "", "individual"),
    ],
)
def test_a_kind_is_read_by_the_words_of_the_page_and_of_our_own_workbook(
    given: DeskFixture, importing: CustomerImport, head: str, cell: str, kind: str
) -> None:
    """A column that nobody knew was passed over: every company became a person."""
    content = (
        f"Name,E-mail,Reference,{head},Stripe customer,Added,Id\nAcme,a@b.example,A-1,{cell},,2026-11-29 10:30,x\n"
    )
    (line,) = importing.check(given.actor, content.encode()).lines
    assert (line.holder_type, line.mistakes) == (kind, ())


def test_a_kind_that_is_none_is_refused(given: DeskFixture, importing: CustomerImport) -> None:
    ((_, _, why),) = lines_of(importing, given, "name,email,reference,kind\nAcme,a@b.example,A-1,trust\n")
    assert "individual or a company" in why


@pytest.mark.parametrize(
    ("content", "said", "advice"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "an Excel workbook and no CSV", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "an Excel workbook and no CSV", "CSV UTF-8"),
        ("name,email,reference\nÄda,a@b.example,1\n".encode("utf-16-le"), "UTF-16 without its mark", "CSV UTF-8"),
        ("name,email,reference\nÄda,a@b.example,1\n".encode("utf-16-be"), "UTF-16 without its mark", "CSV UTF-8"),
        ("name,email,reference\nÄda,a@b.example,1\n".encode("utf-16")[:-1], "UTF-16 that is cut short", "again"),
        (b"\xff\xfe\x00\xd8\x00\x00", "UTF-16 that is cut short", "again"),
    ],
)
def test_what_is_no_csv_is_named_as_what_it_is(
    given: DeskFixture, importing: CustomerImport, content: bytes, said: str, advice: str
) -> None:
    with pytest.raises(InputError) as caught:
        importing.check(given.actor, content)
    assert said in caught.value.what and advice in caught.value.action, caught.value.sentences()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_each_mark_between_cells_is_read_with_the_line_that_says_so_and_without(
    given: DeskFixture, importing: CustomerImport, mark: str
) -> None:
    body = "\n".join([mark.join(("name", "email", "reference")), mark.join(("Rosen Jenny", "j@b.example", "A-1")), ""])
    for text, number in ((body, 2), (f"sep={mark}\n{body}", 3), (f"\ufeffSEP={mark}\r\n{body}", 3)):
        (line,) = importing.check(given.actor, text.encode()).lines
        assert (line.name, line.number, line.mistakes) == ("Rosen Jenny", number, ())
