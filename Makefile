# ACH Desk. `make` alone lists the verbs.
PY := .venv/bin/python

.PHONY: help setup demo test lint bench crash load coverage audit screenshots lock
help: ## list the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## make .venv with the `ach-desk` command and the development tools
	@scripts/setup

demo: setup ## start the sandbox and the app, print one address (PORT=n chooses the port)
	@.venv/bin/ach-desk demo $(if $(PORT),--port $(PORT)) $(if $(PAYMENTS),--payments $(PAYMENTS))

test: setup lint ## everything that must hold: lint, types, unit, contract, pages and browser tests
	@export ACH_DESK_CHROMIUM="$$(scripts/browser)"; $(PY) -m pytest -q --cache-clear -n 2 --dist loadfile $(ARGS) || { [ $$? = 1 ] \
		&& echo "Once more, with the machine to itself, what failed beside other tests:" \
		&& $(PY) -m pytest -q --last-failed --last-failed-no-failures none; }

lint: setup ## ruff and strict types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q .
	@.venv/bin/mypy

bench: setup ## measure the page, the backfill, the resync and the memory (up to 45 minutes)
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock >&2
	@ACH_DESK_CHROMIUM="$$(scripts/browser)" $(PY) -m benchmarks

crash: setup ## kill the process at every write and call of every flow, and look at what is left
	@$(PY) -m tests.crash --jobs 0 $(ARGS)

load: setup ## open 50 tabs beside a running sync on one process and measure what they wait
	@$(PY) -m tests.load $(ARGS)

coverage: setup ## every branch of what guards money, secrets and the audit trail (also in make test)
	@$(PY) -m tests.coverage

audit: setup ## known vulnerabilities of what is locked, where the registry answers
	@$(PY) scripts/audit.py

screenshots: setup ## a picture of every page, into docs/screenshots/
	@ACH_DESK_CHROMIUM="$$(scripts/browser)" $(PY) -m tests.browser.screenshots

lock: setup ## pin every dependency with its hashes (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev --group bench -o requirements-bench.lock
