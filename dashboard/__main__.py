"""`python -m dashboard` is the `ach-desk` command."""

import sys

from dashboard.cli import main

sys.exit(main())
