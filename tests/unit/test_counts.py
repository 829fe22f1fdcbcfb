"""A number and the word after it agree: `1 customer`, never `1 customers`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dashboard.domain.formatting import count

ROOT = Path(__file__).parents[2]
THINGS = (
    "customer|account|payment|debit|line|row|payout|refund|bank|key|read|object|field|day|hour|minute|item|return|job"
    "|token|secret|note|event|connection|mandate|file"
)
PLURAL = re.compile(rf" (?:(?!from )[a-z]+ )?(?:{THINGS})s\b")


@pytest.mark.parametrize(("number", "words"), [(0, "0 customers"), (1, "1 customer"), (1234, "1,234 customers")])
def test_a_count_and_its_word_agree(number: int, words: str) -> None:
    assert count(number, "customer") == words


def plurals(source: str) -> list[str]:
    """The values in texts that a plural follows whatever they are; limits (in capitals) are constants above one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant):
                    name = ast.unparse(value.value)
                    said = str(text.value)
                    if PLURAL.match(said) and not re.search(r"\b[A-Z][A-Z_]{3,}\b", name):
                        found.append(f"{node.lineno}: {name}{said}")
    return found


def test_the_house_test_sees_the_kind() -> None:
    assert plurals("f'{number} customers'") and not plurals("f'{LIMIT} customers'")


def test_no_text_writes_a_plural_after_a_number_by_itself() -> None:
    files = [path for folder in ("dashboard", "pages") for path in (ROOT / folder).rglob("*.py")]
    files = [path for path in files if "sandbox" not in path.parts]  # it speaks as the providers do
    wrong = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in plurals(path.read_text())]
    wrong += [
        str(path.relative_to(ROOT))
        for path in files
        if path.name != "formatting.py" and re.search(r"== 1 else ['\"]{2}s|else ['\"]s['\"]", path.read_text())
    ]
    assert not wrong, wrong
