"""A file of customers is checked line by line, and taken whole or not at all."""

from __future__ import annotations

import pytest

from dashboard.customer_import import LINE_LIMIT, SIZE_LIMIT, CustomerImport
from dashboard.customers import Customers
from dashboard.errors import InputError
from dashboard.models import HolderType
from tests.unit.worlds import World

HEAD = "name,email,reference,holder_type\n"


@pytest.fixture
def importing(world: World) -> CustomerImport:
    return CustomerImport(world.store, world.clock)


@pytest.fixture
def customers(world: World) -> Customers:
    return Customers(world.store, world.clock)


def test_a_dry_run_says_what_each_line_is_and_keeps_nothing(
    world: World, importing: CustomerImport, customers: Customers
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
    plan = importing.check(world.actor, content)
    assert [line.number for line in plan.taken(with_twins=False)] == [2, 3]
    assert [line.number for line in plan.doubtful] == [4, 5]
    assert plan.doubtful[0].twins == ("Jenny Rosen (C-1) has this e-mail.",)
    assert plan.doubtful[1].twins == ("Line 2 has the same e-mail.",)
    mistakes = {line.number: line.mistakes for line in plan.wrong}
    assert mistakes[6] == ("This is not an e-mail address.", "The account holder is an individual or a company.")
    assert mistakes[8] == ("The reference belongs to Jenny Rosen.",)
    assert mistakes[9] == ("Line 2 has the same reference.",)
    assert [one.id for one in customers.find(world.actor)] == [world.customer.id]


def test_what_is_right_is_added_in_one_go_and_audited(
    world: World, importing: CustomerImport, customers: Customers
) -> None:
    content = (HEAD + "Ada,ada@example.com,A-1,\nBo Ltd,bo@example.com,A-2,company\n").encode()
    assert importing.take(world.actor, content) == 2
    (bo,) = customers.find(world.actor, "A-2")
    assert (bo.name, bo.holder_type) == ("Bo Ltd", HolderType.COMPANY)
    row = world.store.trail.read(bo.id)[0]
    assert row.action == "customer.added" and row.facts["line"] == 3 and "Bo" not in str(row.facts)
    digest = importing.check(world.actor, content).digest[:16]
    assert world.store.trail.read(digest)[0].facts == {"added": 2, "wrong": 0, "doubtful": 0}
    with pytest.raises(InputError):
        importing.take(world.actor, content, leave_out_wrong=True)  # a second press of the button adds nobody twice


def test_a_mistake_stops_the_file_unless_its_line_is_left_out(
    world: World, importing: CustomerImport, customers: Customers
) -> None:
    content = (HEAD + "Ada,ada@example.com,A-1,\nBo,nomail,A-2,\nJenny,jenny@example.com,A-3,\n").encode()
    with pytest.raises(InputError, match="1 lines have a mistake"):
        importing.take(world.actor, content)
    assert len(customers.find(world.actor)) == 1
    assert importing.take(world.actor, content, leave_out_wrong=True) == 1
    assert importing.take(world.actor, content, leave_out_wrong=True, with_twins=True) == 1
    assert customers.find(world.actor, "A-3") and not customers.find(world.actor, "A-2")


def test_a_failure_in_the_middle_leaves_nobody_behind(
    world: World, importing: CustomerImport, customers: Customers
) -> None:
    world.store.database.handle.execute(
        "CREATE TRIGGER stop BEFORE INSERT ON customer WHEN NEW.reference = 'A-2' BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    content = (HEAD + "Ada,ada@example.com,A-1,\nBo,bo@example.com,A-2,\n").encode()
    with pytest.raises(Exception, match="x"):
        importing.take(world.actor, content)
    assert len(customers.find(world.actor)) == 1


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
    world: World, importing: CustomerImport, content: bytes, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        importing.check(world.actor, content)
    assert caught.value.code == code and caught.value.action


def test_files_of_spreadsheets_are_read_too(world: World, importing: CustomerImport) -> None:
    content = "\ufeffReference;E-Mail;Name\r\nA-1;ada@example.com;Ada Löwe\r\n".encode()
    (line,) = importing.check(world.actor, content).lines
    assert (line.name, line.email, line.reference, line.holder_type) == (
        "Ada Löwe",
        "ada@example.com",
        "A-1",
        "individual",
    )


def test_an_export_comes_back_as_it_was(world: World, importing: CustomerImport, customers: Customers) -> None:
    customers.add(world.actor, "=Sum Ltd", "-odd@example.com", "+49", "company")
    content = "".join(customers.export(world.actor, "+49")).replace("'+49", "'+50").encode()
    (line,) = importing.check(world.actor, content).lines
    assert (line.name, line.email, line.reference, line.holder_type) == (
        "=Sum Ltd",
        "-odd@example.com",
        "+50",
        "company",
    )
