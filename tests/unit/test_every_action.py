"""Every action that takes a person asks first whether they may: found in the code, tried as each role."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.approvals import Approvals
from dashboard.batches import Batches
from dashboard.debits import Debits
from dashboard.desk import Desk
from dashboard.domain.audit_actions import AuditAction
from dashboard.domain.audit_words import in_words
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Ended, Problem, Role
from dashboard.jobs.kinds import Ask, Blocked, Canceled, Done, Failed, To, Unknown
from dashboard.linking.outcome import KINDS as OUTCOMES
from dashboard.refunds import Refunds
from dashboard.schedules import Schedules
from dashboard.schedules.notice_mail import DebitNotices
from dashboard.settings import ApprovalRules, DebitRules
from dashboard.staff.access import ALLOWED, Permission
from dashboard.store.linking.handovers import Ending
from dashboard.sync.changes import TYPES
from tests.unit.desk_fixture import DeskFixture
from tests.unit.sources import ROOT
from tests.unit.test_layers import FEATURES, SOURCES, layer_of

# What a helper asks, by its name or its class's.
ASKED_BY_HELPER = {
    "_require": Permission.CREATE_DEBIT,
    "_lock": Permission.OWN_STEP,
    "Refunds._require": Permission.REFUND_PAYMENT,
    "Approvals._require": Permission.APPROVE_MONEY,
}
# What anybody may ask for: whether the operator has a PIN, and whose the device is.
FREE = {"Handover.has_pin", "Handover.bind"}
# Parts of a use case, which has asked before it calls them; nothing above the features may know them.
BEHIND_A_DOOR = {
    "Openings",
    "Relinking",
    "Remapping",
    "Claims",
    "RemovalSteps",
    "StripeUpdates",
    "RiskGate",
    "Reservations",
    "Reviews",
}
ABSTRACT = "Lists"  # what lists have in common is tried as each list


# What every list does (`dashboard/lists/`), by whatever class; by itself that one is no list.
LIST_ACTIONS = [
    one
    for node in ast.parse((ROOT / "dashboard" / "lists" / "__init__.py").read_text()).body
    if isinstance(node, ast.ClassDef) and node.name == "Lists"
    for one in node.body
    if isinstance(one, ast.FunctionDef)
]


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
    """One of its kind with nothing in it but the rule of who may debit or approve."""
    made: Any = object.__new__(kind)
    if kind in {Batches, DebitNotices, Debits, Refunds, Schedules}:
        made._settings = SimpleNamespace(debit_rules=DebitRules(frozenset({Role.FINANCE}), 0, 0))
    if kind is Approvals:
        rules = ApprovalRules(None, frozenset({Role.FINANCE, Role.ADMIN}), None, 3)
        made._settings = SimpleNamespace(approvals=rules)
    return made


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not any(ast.unparse(base) == "Protocol" for base in node.bases):
            own = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            inherited = LIST_ACTIONS if any(ast.unparse(base).startswith("Lists[") for base in node.bases) else []
            names = {one.name for one in own}
            yield from ((f"{node.name}.{one.name}", one) for one in own)
            yield from ((f"{node.name}.{one.name}", one) for one in inherited if one.name not in names)


def asked(module: str, function: ast.FunctionDef, owner: str = "") -> Permission | None:
    """What the function, of this class, asks for before it does anything else.

    What all lists do asks for what each list says of itself: `require(actor, self.permission)`.
    """
    body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    for call in ast.walk(body[0]) if body else ():
        if isinstance(call, ast.Call):
            name = ast.unparse(call.func)
            if name == "require" and ast.unparse(call.args[0]) == "actor":
                said = ast.unparse(call.args[1])
                if said in {"self.permission", "self.copying"}:
                    wanted = getattr(getattr(importlib.import_module(module), owner), said.removeprefix("self."))
                    assert isinstance(wanted, Permission)
                    return wanted
                return Permission[said.rpartition(".")[2]]
            if name.startswith("self.") and name[5:] in ASKED_BY_HELPER and ast.unparse(call.args[0]) == "actor":
                return ASKED_BY_HELPER.get(f"{owner}.{name[5:]}", ASKED_BY_HELPER[name[5:]])
    return None


def actions() -> list[Action]:
    found = []
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if layer_of(path) not in {*FEATURES, "desk"}:
            continue
        for name, function in functions(ast.parse(path.read_text())):
            arguments = [*function.args.args, *function.args.kwonlyargs]
            public = not name.rpartition(".")[2].startswith("_")
            if (
                public
                and name not in FREE
                and name.split(".")[0] not in {*BEHIND_A_DOOR, ABSTRACT}
                and any(one.arg == "actor" for one in arguments)
            ):
                found.append(Action(module, name, asked(module, function, name.rpartition(".")[0])))
    return found


ACTIONS = actions()


def test_the_actions_are_found() -> None:
    names = {action.name for action in ACTIONS}
    assert {"Debits.submit", "Customers.add", "Linking.open", "rotate", "Payments.rows"} <= names
    lists = {name.partition(".")[0] for name in names if name.endswith(".note_copy")}
    assert {"PayoutLists", "CaseLists", "CustomerLists", "AccountLists", "LineLists", "Audit"} <= lists
    assert all({f"{name}.block", f"{name}.tally", f"{name}.picked"} <= names for name in lists - {"PaymentLists"})
    assert len(ACTIONS) > 40


def test_nothing_above_the_features_goes_past_a_door() -> None:
    for path in SOURCES:
        if layer_of(path) not in {*FEATURES, "desk"}:
            words = set(re.findall(r"\w+", path.read_text()))
            assert not words & BEHIND_A_DOOR, f"{path} knows {words & BEHIND_A_DOOR}"
    assert not BEHIND_A_DOOR & {field.type for field in fields(Desk)}


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


NAMED = re.compile(r"[a-z_]+\.[a-z_]*[a-z]")
FILES = re.compile(r".*\.(csv|db|json|log|lock|pdf|txt|typ)")
# Actions that are put together: what the code writes, and every value that it can have.
COMPOSED: dict[str, list[str]] = {
    "f'{attempt.kind.value}.{outcome.kind}'": [f"{kind}.{end}" for kind in AttemptKind for end in OUTCOMES],
    "f'{attempt.kind.value}.opened'": [f"{kind}.opened" for kind in AttemptKind],
    "f'{attempt.kind.value}.not_opened'": [f"{kind}.not_opened" for kind in AttemptKind],
    "f'handover.{ending.value}'": [f"handover.{ending}" for ending in Ending],
    "f'item.{why.value}'": [f"item.{why}" for why in Ended],
    "f'link.{state.value}'": [f"link.{state}" for state in AttemptState],
}


def strings(path: Path) -> Iterator[str]:
    """The constants of a module that look like an audit action."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
            yield node.value


def test_every_action_that_the_trail_records_says_itself_in_words() -> None:
    """A new action is one more line in `domain/audit_actions.py`; the audit page shows its words."""
    known = {action.value for action in AuditAction}
    events = {one for types in TYPES.values() for one in types}  # Stripe's, which are named in the same way
    found = set()
    for path in SOURCES:
        if layer_of(path) in {*FEATURES, "staff", "jobs", "desk", "doctor"}:
            found |= set(strings(path))
    assert len(found & known) > 80
    assert sorted(one for one in found - known if one not in events and not FILES.fullmatch(one)) == []
    assert sorted(one for values in COMPOSED.values() for one in values if one not in known) == []
    assert in_words("debit.sent") == "Debit sent" and in_words("a.newer_one") == "a.newer_one"
    assert len({action.value for action in AuditAction}) == len(AuditAction)


def test_whatever_an_error_makes_of_a_job_says_itself_in_words(given: DeskFixture) -> None:
    problem = Problem("x")
    ends = (To("send"), Done(), Failed(problem), Canceled(), Ask("?"), Blocked(problem), Unknown(problem))
    assert len(given.jobs.kinds) > 1
    for kind in given.jobs.kinds.values():
        assert {kind.action(end) for end in ends} <= {action.value for action in AuditAction}, kind.name
        assert f"{kind.name}.resumed" in {action.value for action in AuditAction}


def test_no_action_is_put_together_in_another_way() -> None:
    for path in SOURCES:
        if layer_of(path) not in FEATURES:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("trail.append", "._note")):
                composed = [ast.unparse(one) for one in node.args[:2] if isinstance(one, ast.JoinedStr)]
                assert set(composed) <= set(COMPOSED), f"{path}: list the values of {composed} in COMPOSED"
