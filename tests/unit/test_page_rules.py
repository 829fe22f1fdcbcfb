"""What every page keeps to: presses are acted upon in callbacks, and text that is not ours goes through one helper."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sources import ROOT, over_each, parse

ACTIONS = ROOT / "dashboard" / "ui" / "actions.py"
DRAWN = sorted(
    path
    for place in ("pages", "dashboard/ui", "components")
    for path in (ROOT / place).rglob("*.py")
    if path != ACTIONS
)
BUTTONS = {"button", "form_submit_button", "menu_button", "chat_input"}
SIGN_IN = {"session.sign_in", "st.logout", "sign_out", "_go_on"}  # of the door (ui/sign_in_gate.py): no use case


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(parse(path)) if isinstance(node, ast.Call))


def is_ours(call: ast.Call) -> bool:
    """Whether the call is one of `actions.button` and `actions.submit`, or of what a page made of them."""
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "actions"


@over_each(DRAWN)
def test_no_press_is_read_from_a_return_value(path: Path) -> None:
    """A return value is lost where the next run comes before the line that reads it."""
    for call in calls(path):
        if isinstance(call.func, ast.Attribute) and call.func.attr in BUTTONS and not is_ours(call):
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            acts = next((ast.unparse(one.value) for one in call.keywords if one.arg == "on_click"), "")
            assert acts in SIGN_IN, f"{where}: use dashboard/ui/actions.py, which acts in the callback"


@over_each(DRAWN)
def test_work_reads_fields_and_never_the_session(path: Path) -> None:
    """To touch `st.*` before a use case is where Streamlit ends the run, and with it the press."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef) and "actions.Fields" in ast.unparse(node.args):
            touched = [ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.Attribute)]
            assert not [one for one in touched if one.startswith("st.")], f"{path.relative_to(ROOT)}: {node.name}"


# Whose texts are Markdown: the first argument and these keywords of these calls; what `layout` is given it makes plain.
MARKDOWN = {
    *("markdown", "write", "caption", "title", "header", "subheader", "info", "warning", "error", "success", "toast"),
    *("button", "form_submit_button", "submit", "download_button", "link_button", "page_link", "popover", "expander"),
    *("tabs", "checkbox", "toggle", "radio", "selectbox", "multiselect", "text_input", "text_area", "number_input"),
    *("date_input", "file_uploader", "segmented_control", "pills", "spinner", "metric", "badge", "dialog", "status"),
    *("empty", "progress"),
}
NAMED = {"label", "help", "body", "text", "about", "why", "action", "slow", "sorry"}
PASS_ON = {"dashboard/ui/actions.py", "dashboard/ui/layout.py", "dashboard/ui/errors.py"}
OURS = {"words", "format", "WORDS[lock.language]"}  # sentences of the customer's screens, dates and numbers
NOT_OURS = {"format.money", "format.account"}  # a dollar sign begins a formula, a bank names the account


class Texts:
    """What a function draws as Markdown, and whether it may: constants, numbers, and what went through `plain`."""

    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function
        self.labels = {one.arg for one in (*function.args.args, *function.args.kwonlyargs) if one.arg == "label"}
        self.values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._give(target, node.value)
            elif isinstance(node, ast.AugAssign):
                self._give(node.target, node.value)
            elif isinstance(node, ast.For | ast.comprehension):
                self._give(node.target, node.iter)

    def _give(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            for part in target.elts:
                self._give(part, value)

    def unsafe(self) -> Iterator[str]:
        for node in ast.walk(self.function):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            if name not in MARKDOWN or owner.startswith(("desk", "layout")):
                continue
            first = node.args[:1] if name != "progress" else node.args[1:]
            for text in [*first, *(one.value for one in node.keywords if one.arg in NAMED)]:
                if not self.is_safe(text):
                    yield f"line {node.lineno}: {name}({ast.unparse(text)[:90]})"

    def is_safe(self, node: ast.expr, seen: tuple[str, ...] = ()) -> bool:
        def safe(*nodes: ast.expr) -> bool:
            return all(self.is_safe(one, seen) for one in nodes)

        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts):
                return safe(*parts)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return safe(*parts)
            case ast.FormattedValue(value=value, format_spec=spec):
                return (spec is not None and ast.unparse(spec)[-2] in ",%dfg") or safe(value)
            case ast.IfExp(body=one, orelse=other):
                return safe(one, other)
            case ast.BinOp(left=one, right=other):
                return safe(one) and (isinstance(node.op, ast.Mult) or safe(other))
            case ast.Starred(value=value) | ast.Subscript(value=value):
                return safe(value)
            case ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
                return safe(value)
            case ast.Attribute(value=value, attr=attribute):
                return (
                    attribute in {"value", "word", "icon"}
                    or attribute.isupper()
                    or ast.unparse(value) in OURS
                    or ast.unparse(node) in OURS
                )
            case ast.Name(id=name):
                if name.isupper() or name in seen or name in self.labels:
                    return True
                given = self.values.get(name)
                return given is not None and all(self.is_safe(value, (*seen, name)) for value in given)
            case ast.Call():
                return self._is_safe_call(node, seen)
        return False

    def _is_safe_call(self, node: ast.Call, seen: tuple[str, ...]) -> bool:
        name = ast.unparse(node.func)
        arguments = [*node.args, *(one.value for one in node.keywords)]
        if name in {"plain", "plain_lines", "marked", "len", "int", "session.zone"}:
            return True
        if name.startswith("format.") and name not in NOT_OURS:
            return True
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "format", "join", "items", "strip"}:
            return self.is_safe(node.func.value, seen) and (
                node.func.attr == "get" or all(self.is_safe(one, seen) for one in arguments)
            )
        return name in {"zip", "enumerate"} and all(self.is_safe(one, seen) for one in arguments)


@over_each(DRAWN)
def test_a_table_whose_rows_are_picked_is_another_one_where_its_rows_are_others(path: Path) -> None:
    """A pick is a place: under the same key it would stay where a colleague's match has put another row."""
    for call in calls(path):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "dataframe":
            given = {one.arg: ast.unparse(one.value) for one in call.keywords}
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            assert "on_select" not in given or given["key"].startswith("layout.table_key("), where


@over_each(DRAWN)
def test_text_that_is_not_ours_is_made_plain_before_it_is_drawn(path: Path) -> None:
    """Streamlit reads it as Markdown: a name may be a link, a picture, a formula or a color."""
    if str(path.relative_to(ROOT)) in PASS_ON:
        return
    functions = [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef)]
    found = sorted({line for function in functions for line in Texts(function).unsafe()})
    assert not found, f"{path.relative_to(ROOT)}: {found}; use dashboard/ui/text.py"


@over_each(DRAWN)
def test_no_heading_makes_an_address_of_its_words(path: Path) -> None:
    """Streamlit writes them into a link beside the heading, a customer's name among them."""
    for call in calls(path):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        where = f"{path.relative_to(ROOT)}:{call.lineno}"
        if name in {"title", "header", "subheader"} and ast.unparse(call.func).split(".")[0] not in {"layout", "words"}:
            assert any(one.arg == "anchor" for one in call.keywords), where
        if name == "markdown" and call.args and isinstance(call.args[0], ast.JoinedStr):
            first = call.args[0].values[0]
            text = first.value if isinstance(first, ast.Constant) else ""
            assert not str(text).startswith("#") or "plain(" not in ast.unparse(call), where


@pytest.mark.parametrize(
    "drawn",
    [
        'st.markdown(f"**{customer.name}**")',
        "name = customer.name\n    st.button(name)",
        'st.caption("by " + operator)',
        'place.expander(label="ok", help=reason)',
        'st.info("x".join(names))',
        'st.header(f"Debit {format.money(5)}")',
    ],
)
def test_the_check_itself_finds_a_name_that_is_drawn_raw(drawn: str) -> None:
    function = ast.parse(f"def draw(customer):\n    {drawn}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert list(Texts(function).unsafe())


def test_a_rule_over_every_file_names_all_that_break_it() -> None:
    def look(path: Path) -> None:
        assert path.name == "README.md"

    over_each([ROOT / "README.md"])(look)()
    with pytest.raises(AssertionError, match=r"(?s)SECURITY.md.*Makefile"):
        over_each([ROOT / "SECURITY.md", ROOT / "README.md", ROOT / "Makefile"])(look)()
