"""The parts of the documents that are made from the code. `python -m tests.documents` writes them anew."""

from __future__ import annotations

from pathlib import Path

from dashboard.settings import KEYS

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def settings_table() -> str:
    """README's table of settings."""
    rows = ["| setting | what it is | default |", "|---|---|---|"]
    for key in KEYS:
        default = "must be set" if key.default is None else f"`{key.default}`" if key.default else "none"
        if " " in default and key.default is not None:
            default = key.default or default
        rows.append(f"| `{key.name}` | {key.what}{' (secret)' if key.secret else ''} | {default} |")
    return "\n".join(rows)


def with_part(text: str, part: str) -> str:
    """The document with its generated part replaced."""
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{part}\n{END}{rest.split(END, 1)[1]}"


def generated() -> dict[Path, str]:
    """Each document that has generated parts, as it should read."""
    readme = ROOT / "README.md"
    return {readme: with_part(readme.read_text(), settings_table())}


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text)
