"""The parts of the documents that are made from the code. `python -m tests.documents` writes them anew."""

from __future__ import annotations

import ast
import re
import tempfile
from pathlib import Path

from dashboard.domain import exported_tables
from dashboard.domain.models import Role
from dashboard.domain.return_codes import as_markdown
from dashboard.gateways import stripe_permissions
from dashboard.privacy.retention import write_table
from dashboard.settings import KEYS
from dashboard.staff.access import ALLOWED, Permission
from dashboard.store.engine.database import Database
from dashboard.store.migrations import migrate
from tests import licenses
from tests.unit.test_layers import LAYERS

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


def roles_table() -> str:
    """The deployment guide's table of roles, from `access.ALLOWED`; who may debit is a setting of its own."""
    rows = [f"| may | {' | '.join(role.value for role in Role)} |", f"|---|{':-:|' * len(Role)}"]
    for permission in Permission:
        marks = ["✓" if permission in ALLOWED[role] else "" for role in Role]
        if permission is not Permission.OWN_STEP:  # nobody's on the staff: the customer's, on a device handed to them
            rows.append(f"| {permission.value} | {' | '.join(marks)} |")
    return "\n".join(rows)


def folders_drawing() -> str:
    """ARCHITECTURE's list of folders, from the top layer down, each with the first sentence of its docstring."""
    lines = []
    for layer in reversed((*LAYERS, "sandbox")):
        places = (f"dashboard/{layer}/__init__.py", f"dashboard/{layer}.py", f"{layer}/__init__.py")
        path = next(ROOT / place for place in places if (ROOT / place).exists())
        name = str(path.relative_to(ROOT)).replace("__init__.py", "")
        lines.append(f"{name:<26} {first_sentence(path)}")
    return "\n".join(("```", *lines, "```"))


def tests_table() -> str:
    """ARCHITECTURE's table of what the tests prove, by folder, from the docstring of each."""
    rows = ["| folder | what it proves |", "|---|---|"]
    for path in sorted((ROOT / "tests").glob("*/__init__.py")):
        if ast.get_docstring(ast.parse(path.read_text())):
            rows.append(f"| `tests/{path.parent.name}` | {first_sentence(path)} |")
    return "\n".join(rows)


def make_table() -> str:
    """ARCHITECTURE's table of the verbs of make, from the comment of each."""
    verbs = re.findall(r"^([a-z]+):.*?## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return "\n".join(
        ("| command | what it does |", "|---|---|", *(f"| `make {verb}` | {what} |" for verb, what in verbs))
    )


def first_sentence(path: Path) -> str:
    """The first sentence of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return re.split(r"(?<=\.)\s", docstring.split("\n\n")[0].replace("\n", " "))[0]


def schema() -> str:
    """Every table, index and trigger of a database that was made just now, as SQLite keeps them."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "desk.db")
        migrate(database)
        rows = list(
            database.handle.query(
                "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
                " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlite%'"
                " ORDER BY tbl_name, type = 'trigger', type = 'index', name"
            )
        )
        database.close()
    parts, tables = [], [row["name"] for row in rows if row["type"] == "table"]
    for table in tables:
        own = [row for row in rows if row["tbl_name"] == table]
        sql = "\n".join(f"{reflow(row['sql'])};" for row in own)
        parts.append(f"## {table}\n\n```sql\n{sql}\n```")
    return "\n\n".join(parts)


def reflow(sql: str) -> str:
    """A statement with one column or constraint a line for a table, and on one line else."""
    words = " ".join(sql.split())
    if not words.upper().startswith("CREATE TABLE"):
        return words
    head, rest = words.split("(", 1)
    columns, depth, start = [], 0, 0
    for place, character in enumerate(rest):
        depth += (character == "(") - (character == ")")
        if depth < 0 or (depth == 0 and character == ","):
            columns.append(rest[start:place].strip())
            start = place + 1
        if depth < 0:
            break
    listed = ",\n".join(f"  {column}" for column in columns)
    return f"{head}(\n{listed}\n){rest[start:].rstrip()}"


def generated() -> dict[Path, str]:
    """Each document that has generated parts, as it should read."""
    readme, docs = ROOT / "README.md", ROOT / "docs"
    kept, codes, licensed = (docs / f"{name}.md" for name in ("retention", "codes", "licenses"))
    guide, tables, drawn = docs / "deployment.md", docs / "schema.md", ROOT / "ARCHITECTURE.md"
    data = docs / "data.md"
    architecture = with_part(drawn.read_text(), "folders", folders_drawing())
    architecture = with_part(architecture, "make", make_table())
    return {
        drawn: with_part(architecture, "tests", tests_table()),
        guide: with_part(
            with_part(guide.read_text(), "roles", roles_table()), "permissions", stripe_permissions.as_markdown()
        ),
        data: with_part(data.read_text(), "tables", exported_tables.as_markdown()),
        tables: with_part(tables.read_text(), "schema", schema()),
        readme: with_part(readme.read_text(), "settings", settings_table()),
        codes: with_part(codes.read_text(), "codes", as_markdown()),
        licensed: with_part(licensed.read_text(), "licenses", licenses.write_table(licensed.read_text())),
        kept: with_part(kept.read_text(), "retention", write_table()),
    }


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text)
