"""Pages run by Streamlit's own test runner, over a real desk on a temporary database and a real sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.desk import Desk, open_desk
from dashboard.domain.models import Actor
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.ui.text import JOINER
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox

MAIN = Path(__file__).resolve().parents[2] / "dashboard" / "main.py"


@pytest.fixture(scope="module")
def lived_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("pages-sandbox"), history=True)
    yield running
    running.stop()


@pytest.fixture
def desk(lived_sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose steps run at once, so that a page shows their result in the next run."""
    ready = {
        "url": lived_sandbox.url,
        "link_script": f"{lived_sandbox.url}/link/v2/stable/link-initialize.js",
        **lived_sandbox.keys,
    }
    opened = open_desk(load_settings(settings_for(ready, {}, tmp_path), None), worker=InlineWorker())
    running.provide(lambda: opened)
    yield opened
    running.provide(None)
    opened.close()


@pytest.fixture
def actor() -> Actor:
    return demo_actor("192.0.2.9")


@pytest.fixture
def app(desk: Desk) -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=30)


def show(app: AppTest, page: str) -> AppTest:
    """The page, run until it shows; no page may ever show a traceback."""
    app.run()
    if page:
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    return app


def read(markdown: object) -> str:
    """What a person reads where the page draws this Markdown."""
    apart = re.sub(r"(?<!\\)~~", "", str(markdown))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", apart).replace(JOINER, "")


def text_of(app: AppTest) -> str:
    """What a person reads on the page."""
    parts = [
        *app.title,
        *app.header,
        *app.subheader,
        *app.markdown,
        *app.caption,
        *app.warning,
        *app.error,
        *app.info,
        *app.text,
    ]
    return "\n".join(read(part.value) for part in parts)


def grid_of(app: AppTest) -> dict[str, Any]:
    """What the page says to the table of payments, whose rows come past Streamlit."""
    (found,) = [one.proto for one in app.get("bidi_component") if "ach_desk.grid" in one.proto.component_name]
    told: dict[str, Any] = json.loads(found.json)
    return told
