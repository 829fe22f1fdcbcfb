"""The changes that `make mutants` tries are real ones, and what is excused is still there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.__main__ import read_accepted
from tests.mutants.changes import ROOT, find_mutants, read_enums
from tests.mutants.targets import TARGETS, files_of

SOURCE = '''
"""A module."""
from __future__ import annotations
LIMIT = 3
NAMES = {"a": Color.RED, "b": Color.BLUE}

def pay(amount: int, *, note: str = "none") -> int:
    """Pay."""
    if amount > LIMIT and not is_late(amount, owner=note, meaning="It is late."):
        raise Refused("Too late.", code="late")
    save(amount + 1)
    return db.query("SELECT id FROM debit WHERE state = 'created' AND id IN (?)")
'''
EXPECTED = {
    "module: 3 -> 4",
    "module: 'a': Color.RED -> nothing",
    "module: Color.BLUE -> Color.RED",
    "pay: none -> none_changed",
    "pay: if amount > LIMIT and (not is_late(amount, owner=note, meaning='It is late.')) -> False",
    "pay: amount > LIMIT -> amount >= LIMIT",
    "pay: amount > LIMIT -> amount <= LIMIT",
    "pay: not is_late(amount, owner=note, meaning='It is late.') -> is_late(amount, owner=note, meaning='It is late.')",
    "pay: owner=note -> nothing",
    "pay: raise Refused('Too late.', code='late') -> pass",
    "pay: late -> late_changed",
    "pay: save(amount + 1) -> pass",
    "pay: amount + 1 -> amount - 1",
}


def changes_of(source: str) -> list[str]:
    return [one.key for one in find_mutants(ast.parse(source), {"Color": ["RED", "BLUE"]})]


def test_every_kind_of_change_is_tried_and_no_text_is() -> None:
    found = changes_of(SOURCE)
    assert set(found) >= EXPECTED, EXPECTED - set(found)
    assert len(found) == len(set(found)), "each has a name of its own"
    assert sum("SELECT" in one or "WHERE" in one for one in found) >= 4, "the words of SQL are changed as well"
    assert not any("meaning='It is late.' ->" in one or "Too late. ->" in one for one in found)


def test_each_change_is_made_by_itself_and_can_be_compiled() -> None:
    texts = set()
    for number in range(len(changes_of(SOURCE))):
        tree = ast.parse(SOURCE)
        mutant = find_mutants(tree, {"Color": ["RED", "BLUE"]})[number]
        mutant.apply()
        compile(tree, "changed", "exec")
        texts.add(ast.unparse(tree))
    assert ast.unparse(ast.parse(SOURCE)) not in texts and len(texts) == len(changes_of(SOURCE))


@pytest.mark.parametrize("module", TARGETS)
def test_every_module_and_its_tests_are_where_they_are_said_to_be(module: str) -> None:
    assert (ROOT / module).is_file()
    assert all((ROOT / path).is_file() for path in files_of(module))


def test_what_is_excused_is_a_change_that_is_still_tried_and_has_a_reason() -> None:
    keys = {module: set[str]() for module, _ in read_accepted()}
    for module in keys:
        keys[module] = {one.key for one in find_mutants(ast.parse(Path(ROOT / module).read_text()), read_enums())}
    for (module, key), reason in read_accepted().items():
        assert key in keys[module], f"{module} | {key}"
        assert len(reason) > 20
