"""Every action that takes a person asks first whether they may: found in the code, tried as each role."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.access import ALLOWED, Permission
from dashboard.debits import Debits
from dashboard.errors import AccessDenied
from dashboard.models import Actor, Role
from dashboard.settings import DebitRules
from tests.unit.test_house import ROOT, room_of

# These are asked about a person, or by one about themselves; the rest acts for somebody and must ask.
ABOUT_PEOPLE = {"dashboard.access", "dashboard.sign_in"}
ASKED_BY_HELPER = {"_require": Permission.CREATE_DEBIT, "_lock": Permission.OWN_STEP}
# What anybody may ask for: whether the operator has a PIN, and whose the device is.
FREE = {"Handover.has_pin", "Handover.bind"}


@dataclass(frozen=True)
class Action:
    """A public function with an `actor`, and what it asks for."""

    module: str
    name: str
    permission: Permission | None

    def call(self, actor: Actor) -> None:
        """As that person, with nothing else that is right: whoever is let through stumbles over it at once."""
        found: Any = importlib.import_module(self.module)
        for part in self.name.split("."):
            found = getattr(bare(found) if inspect.isclass(found) else found, part)
        wanted = inspect.signature(found).parameters.values()
        required = [one for one in wanted if one.default is inspect.Parameter.empty]
        answer = found(
            *(actor if one.name == "actor" else None for one in required if one.kind is not one.KEYWORD_ONLY),
            **{one.name: actor if one.name == "actor" else None for one in required if one.kind is one.KEYWORD_ONLY},
        )
        if inspect.isgenerator(answer):
            next(answer)


def bare(kind: type) -> object:
    """One of its kind with nothing in it but the rule of who may debit."""
    made = object.__new__(kind)
    if kind is Debits:
        made._settings = SimpleNamespace(debit_rules=DebitRules(frozenset({Role.FINANCE}), 0, 0))  # type: ignore[attr-defined]
    return made


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not any(ast.unparse(base) == "Protocol" for base in node.bases):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))


def asked(function: ast.FunctionDef) -> Permission | None:
    """What the function asks for before it does anything else."""
    body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    for call in ast.walk(body[0]) if body else ():
        if isinstance(call, ast.Call):
            name = ast.unparse(call.func)
            if name == "require" and ast.unparse(call.args[0]) == "actor":
                return Permission[ast.unparse(call.args[1]).rpartition(".")[2]]
            if name.startswith("self.") and name[5:] in ASKED_BY_HELPER and ast.unparse(call.args[0]) == "actor":
                return ASKED_BY_HELPER[name[5:]]
    return None


def actions() -> list[Action]:
    found = []
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        inner = path.parent != ROOT / "dashboard" and path.name != "__init__.py"  # behind a package's own door
        if room_of(path) not in {"use cases", "desk"} or module in ABOUT_PEOPLE or inner:
            continue
        for name, function in functions(ast.parse(path.read_text())):
            arguments = [*function.args.args, *function.args.kwonlyargs]
            public = not name.rpartition(".")[2].startswith("_")
            if public and name not in FREE and any(one.arg == "actor" for one in arguments):
                found.append(Action(module, name, asked(function)))
    return found


ACTIONS = actions()


def test_the_actions_are_found() -> None:
    names = {action.name for action in ACTIONS}
    assert {"Debits.submit", "Customers.add", "Onboarding.open", "rotate", "Payments.rows"} <= names
    assert len(ACTIONS) > 40


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.module}.{action.name}")
def test_every_action_asks_before_anything_else(action: Action) -> None:
    assert action.permission is not None, f"{action.module}.{action.name} begins without access.require(actor, …)"


TRIED = [(action, role) for action in ACTIONS for role in Role if action.permission not in ALLOWED[role]]


@pytest.mark.parametrize(
    ("action", "role"), TRIED, ids=lambda one: one.value if isinstance(one, Role) else f"{one.module}.{one.name}"
)
def test_no_role_does_what_it_may_not(action: Action, role: Role) -> None:
    with pytest.raises(AccessDenied):
        action.call(person(role))


def person(*roles: Role) -> Actor:
    return Actor("ann@example.com", frozenset(roles))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.module}.{action.name}")
def test_nobody_does_nothing(action: Action) -> None:
    with pytest.raises(AccessDenied):
        action.call(person())
    with pytest.raises(AccessDenied):
        action.call(Actor.system())
