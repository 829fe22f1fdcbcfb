"""Notices with the channels that the settings name."""

from __future__ import annotations

from dashboard.domain.clock import Clock
from dashboard.gateways.chat import ChatHook
from dashboard.gateways.mail import MailServer
from dashboard.gateways.plaid_http import make_session
from dashboard.notices import Notices
from dashboard.notices.watching import Watch
from dashboard.reports import Reports
from dashboard.settings import Settings
from dashboard.store import Store


def make_notices(
    settings: Settings, store: Store, clock: Clock, watch: Watch | None = None, reports: Reports | None = None
) -> Notices:
    """Notices with the channels that are set: also for a command that needs nothing else of the desk."""
    hook = settings.notices.url.reveal()
    poster = ChatHook(settings.notices, make_session(hook)) if hook else None
    mailer = MailServer(settings.mail) if settings.mail else None
    return Notices(store, clock, settings, mailer, poster, watch, reports)
