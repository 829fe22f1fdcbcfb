"""The parts of the documents that are made from the code. `python -m tests.documents` writes them anew."""

from __future__ import annotations

from pathlib import Path

from dashboard.retention import write_table
from dashboard.return_codes import as_markdown
from dashboard.settings import KEYS
from tests import licences

ROOT = Path(__file__).resolve().parent.parent


def settings_table() -> str:
    """README's table of settings."""
    rows = ["| setting | what it is | default |", "|---|---|---|"]
    for key in KEYS:
        default = "must be set" if key.default is None else f"`{key.default}`" if key.default else "none"
        if " " in default and key.default is not None:
            default = key.default or default
        rows.append(f"| `{key.name}` | {key.what}{' (secret)' if key.secret else ''} | {default} |")
    return "\n".join(rows)


def with_part(text: str, name: str, part: str) -> str:
    """The document with one of its generated parts replaced."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = text.split(begin, 1)
    return f"{before}{begin}\n{part}\n{end}{rest.split(end, 1)[1]}"


def generated() -> dict[Path, str]:
    """Each document that has generated parts, as it should read."""
    readme, docs = ROOT / "README.md", ROOT / "docs"
    kept, codes, licensed = (docs / f"{name}.md" for name in ("retention", "codes", "licences"))
    return {
        readme: with_part(readme.read_text(), "settings", settings_table()),
        codes: with_part(codes.read_text(), "codes", as_markdown()),
        licensed: with_part(licensed.read_text(), "licences", licences.write_table(licensed.read_text())),
        kept: with_part(kept.read_text(), "retention", write_table()),
    }


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text)
