"""Small changes to a module's code, each of which a test should notice.

Changed: comparisons, conditions, arithmetic, numbers, codes, members of enums, entries of tables, arguments given by
name, statements, and the words of SQL. Not changed, by rule: annotations, docstrings, names that index a row (a wrong
one cannot pass any test), and texts: a string is a code only if it is made of small letters, digits, `_`, `.`, `:`.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z][a-z0-9_.:]*")
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE|ON CONFLICT|ORDER BY|FROM|AND|SET|VALUES)\b")
SQL_WORDS = (  # what to look for, and what to write in its place
    (r"\bAND\b", "OR"),
    (r"\bOR\b(?! IGNORE| REPLACE)", "AND"),
    (r"\bNOT (?=EXISTS|IN\b|NULL)", ""),
    (r"(?<!NOT )\bEXISTS(?= \()", "NOT EXISTS"),
    (r"(?<!NOT )\bIN(?= \()", "NOT IN"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bDESC\b", "ASC"),
    (r"\bORDER BY (\w+)(?! DESC)", r"ORDER BY \1 DESC"),
    (r"\bLEFT JOIN\b", "JOIN"),
    (r"\bOR IGNORE\b", "OR REPLACE"),
    (r"\bsum\(", "max("),
    (r"\bmax\(", "min("),
    (r" = ", " <> "),
    (r" <> ", " = "),
    (r" < ", " <= "),
    (r" > ", " >= "),
    (r" <= ", " < "),
    (r" >= ", " > "),
    (r" \+ ", " - "),
    (r"'[a-z_.]+'", "'changed'"),
)
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


@dataclass
class Mutant:
    """One change: where it is (`scope` is the function), what stood there and what stands there now."""

    scope: str
    line: int
    before: str
    after: str
    holder: ast.AST = field(repr=False)
    name: str = field(repr=False)
    place: int | None = field(repr=False)
    new: ast.AST | None = field(repr=False)
    in_function: bool = field(repr=False)
    in_table: bool = field(repr=False, default=False)

    @property
    def key(self) -> str:
        """What names it while lines move."""
        return f"{self.scope}: {self.before} -> {self.after}"

    def apply(self) -> None:
        """Change the tree that it was found in, for good."""
        if self.place is None:
            setattr(self.holder, self.name, self.new)
        elif self.new is None:
            del getattr(self.holder, self.name)[self.place]
        else:
            getattr(self.holder, self.name)[self.place] = self.new
        ast.fix_missing_locations(self.new or self.holder)


def find_mutants(tree: ast.Module, enums: dict[str, list[str]]) -> list[Mutant]:
    """Every change of this module, in the order of its lines; apply at most one of them to a tree."""
    found: list[Mutant] = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            continue  # names for readers
        of_it = list(_visit(ast.Module([statement], []), "module", enums, inside=False))
        for one in of_it:
            one.in_table = isinstance(statement, ast.Assign | ast.AnnAssign)
            if isinstance(one.holder, ast.Module):  # the statement itself is replaced
                one.holder, one.place = tree, tree.body.index(statement)
        found += of_it
    seen: dict[str, int] = {}
    for one in found:  # the same change twice in one function: the second is told from the first by its number
        seen[one.key] = seen.get(one.key, 0) + 1
        if seen[one.key] > 1:
            one.before += f" (no. {seen[one.key]})"
    return found


@lru_cache(maxsize=1)
def read_enums() -> dict[str, list[str]]:
    """The members of each enum of the product, by the enum's name."""
    found = {}
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Enum") for base in node.bases):
                found[node.name] = [
                    line.targets[0].id
                    for line in node.body
                    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
                ]
    return found


def _visit(node: ast.AST, scope: str, enums: dict[str, list[str]], *, inside: bool) -> Iterator[Mutant]:
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_comment", "ctx"} or _is_index(node, name):
            continue
        children = value if isinstance(value, list) else [value]
        for place, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_docstring(node, name, place, child):
                continue
            at = place if isinstance(value, list) else None
            in_body = inside or (isinstance(node, ast.FunctionDef) and name == "body")
            inner = _scope(scope, child)
            for new in _replace(child, enums):
                yield Mutant(inner, _line(child, node), *_show_both(child, new), node, name, at, new, in_body)
            if at is not None and _may_go(node, name, value, child):
                yield Mutant(inner, _line(child, node), _show(child), "nothing", node, name, at, None, in_body)
            yield from _visit(child, inner, enums, inside=in_body)


def _scope(scope: str, node: ast.AST) -> str:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return scope
    return node.name if scope == "module" else f"{scope}.{node.name}"


def _line(node: ast.AST, holder: ast.AST) -> int:
    return getattr(node, "lineno", getattr(holder, "lineno", 0))


def _show(node: ast.AST | None) -> str:
    text = "nothing" if node is None else " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:60]} … {text[-28:]}"


def _show_both(old: ast.AST, new: ast.AST) -> tuple[str, str]:
    """What the two differ in, where they are too long to be shown."""
    if isinstance(old, ast.If | ast.While | ast.IfExp) and isinstance(new, ast.If | ast.While | ast.IfExp):
        return f"if {_show(old.test)}", _show(new.test)
    if isinstance(old, ast.Dict) and isinstance(new, ast.Dict):
        place = next(n for n, key in enumerate(old.keys) if key not in new.keys)
        return f"{_show(old.keys[place])}: {_show(old.values[place])}", "nothing"
    if isinstance(old, ast.Constant) and isinstance(new, ast.Constant) and isinstance(old.value, str):
        return _show_sql(old.value, str(new.value))
    return _show(old), _show(new)


def _show_sql(old: str, new: str) -> tuple[str, str]:
    """The words around the place where two texts part."""
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    tail = next((n for n, (a, b) in enumerate(zip(old[:start:-1], new[:start:-1], strict=False)) if a != b), 0)
    low = max(0, start - 30)
    return tuple(" ".join(one[low : len(one) - tail + 20].split()) for one in (old, new))  # type: ignore[return-value]


def _is_index(node: ast.AST, name: str) -> bool:
    """Whether this is the name in `row["name"]`."""
    return isinstance(node, ast.Subscript) and name == "slice" and isinstance(node.slice, ast.Constant)


def _is_docstring(node: ast.AST, name: str, place: int, child: ast.AST) -> bool:
    return name == "body" and isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)


def _is_text(node: ast.AST) -> bool:
    """Whether this is read by people: it is not a code, and not SQL."""
    if isinstance(node, ast.JoinedStr):
        return not any(isinstance(part, ast.Constant) and SQL.search(str(part.value)) for part in node.values)
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) and _is_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not CODE.fullmatch(node.value)


def _may_go(holder: ast.AST, name: str, children: list[ast.AST], child: ast.AST) -> bool:
    """Whether this may be left out: an entry of a list or set, an argument given by name, a statement that acts."""
    if isinstance(child, ast.keyword):
        return isinstance(holder, ast.Call) and child.arg is not None and not _is_text(child.value)
    if isinstance(holder, ast.List | ast.Set | ast.Tuple):
        return name == "elts" and len(children) > 1 and isinstance(getattr(holder, "ctx", ast.Load()), ast.Load)
    return False


def _replace(node: ast.AST, enums: dict[str, list[str]]) -> Iterator[ast.AST]:
    """What may stand in this node's place."""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in COMPARED[type(op)]:
                ops = list(node.ops)
                ops[place] = other()
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
        for place in range(len(node.values)):
            left = node.values[:place] + node.values[place + 1 :]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif isinstance(node, ast.BinOp) and type(node.op) in CALCULATED and not _is_text(node):
        yield ast.BinOp(node.left, CALCULATED[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        for value in (True, False):
            if not (isinstance(node, ast.While) and value):
                changed = copy.copy(node)
                changed.test = ast.Constant(value)
                yield changed
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise) or _acts(node):
        yield ast.Pass()
    elif isinstance(node, ast.AugAssign) and type(node.op) in CALCULATED:
        yield ast.AugAssign(node.target, CALCULATED[type(node.op)](), node.value)
        yield ast.Pass()
    elif isinstance(node, ast.Dict) and len(node.keys) > 1:
        for place in range(len(node.keys)):
            yield ast.Dict(node.keys[:place] + node.keys[place + 1 :], node.values[:place] + node.values[place + 1 :])
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        members = enums.get(node.value.id, [])
        if node.attr in members and len(members) > 1:
            yield ast.Attribute(node.value, members[(members.index(node.attr) + 1) % len(members)], node.ctx)
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(NAMES[node.id], node.ctx)
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in _values(node.value))


def _values(value: object) -> Iterator[str | float]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
    elif isinstance(value, str) and CODE.fullmatch(value):
        yield f"{value}_changed"
    elif isinstance(value, str) and SQL.search(value):
        for word, other in SQL_WORDS:
            for match in re.finditer(word, value):
                yield value[: match.start()] + match.expand(other) + value[match.end() :]


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _acts(node: ast.AST) -> bool:
    """A statement that only has an effect: a call, or a value put into a row or an object."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Await | ast.Yield | ast.YieldFrom)
    return isinstance(node, ast.Assign) and all(isinstance(one, ast.Subscript) for one in node.targets)
