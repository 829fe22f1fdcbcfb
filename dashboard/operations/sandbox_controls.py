"""What a person does to the sandbox from the desk: its clock, how debits end, and what breaks there."""

from __future__ import annotations

from dashboard.connections.health import HealthWatch
from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.models import Actor
from dashboard.gateways.sandbox_control import SandboxControl
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.sync import Sync


class SandboxControls:
    """A part of the desk, of what the desk has; without a sandbox each of these refuses."""

    sandbox: SandboxControl | None
    clock: Clock
    store: Store
    sync: Sync
    health: HealthWatch

    def follow_sandbox(self) -> None:
        """In the demo, set the desk's clock by the sandbox's; elsewhere nothing."""
        if self.sandbox:
            self.clock.follow(self.sandbox.now())

    def move_sandbox_clock(self, actor: Actor, business_days: int) -> None:
        """Move the sandbox's clock, follow it, and read what came due. Raises Refused outside the demo."""
        require(actor, Permission.MOVE_SANDBOX_CLOCK)
        if self.sandbox is None:
            raise Refused("There is no sandbox with a clock to move.", action="Start one with `make demo`.")
        self.clock.follow(self.sandbox.advance(business_days))
        self.store.trail.append(actor, "sandbox.clock_moved", "sandbox", self.clock.now(), days=business_days)
        self.sync.run(patience=60)  # the demo's own sync may be at it

    def choose_sandbox_outcome(self, actor: Actor, outcome: str) -> None:
        """How the sandbox's next debits end. Raises Refused outside the demo."""
        require(actor, Permission.MOVE_SANDBOX_CLOCK)
        if self.sandbox is None:
            raise Refused("There is no sandbox to control.", action="Start one with `make demo`.")
        self.sandbox.set_outcome(outcome)
        self.store.trail.append(actor, "sandbox.outcome_chosen", "sandbox", self.clock.now(), outcome=outcome)

    def sandbox_connections(self, actor: Actor) -> dict[str, str]:
        """The sandbox's connections that are linked here: whose, at which bank and what is wrong, by Plaid's id."""
        require(actor, Permission.MOVE_SANDBOX_CLOCK)
        found = {}
        for one in self.sandbox.connections() if self.sandbox else ():
            item = self.store.items.get(self.store.items.find_plaid(one.item_id) or "")
            owner = self.store.customers.get(item.customer_id) if item else None
            if owner:
                error = f" ({one.error})" if one.error else ""
                found[one.item_id] = f"{owner.name}: {one.institution}, {one.item_id[-4:]}{error}"
        return found

    def break_sandbox_connection(self, actor: Actor, item_id: str, way: str) -> None:
        """Break or mend a connection of the sandbox, and ask Plaid about it. Raises Refused, InputError."""
        require(actor, Permission.MOVE_SANDBOX_CLOCK)
        if self.sandbox is None:
            raise Refused("There is no sandbox to control.", action="Start one with `make demo`.")
        self.sandbox.break_connection(item_id, way)
        self.store.trail.append(actor, "sandbox.connection_broken", "sandbox", self.clock.now(), way=way)
        if self.health.hint(item_id):
            self.health.ask_due()
