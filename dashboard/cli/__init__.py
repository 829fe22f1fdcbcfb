"""The `ach-desk` command: one verb for each thing that is done outside the browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dashboard.cli.parser import build_parser
from dashboard.cli.processes import end_with_parent
from dashboard.domain.errors import DeskError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status is 0 where it did what was asked, 1 where it could not, 2 for a wrong call."""
    chosen = build_parser().parse_args(arguments)
    end_with_parent(os.environ)
    try:
        return int(chosen.run(chosen))
    except DeskError as error:
        print(error.sentences(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
