# ACH Desk. `make` alone lists the verbs.
PY := .venv/bin/python
SEED ?= $(shell date +%s)
# Where it is set, each of the hundreds of processes of a run compiles the product, and the tests, anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test days lint bench crash doubles load books coverage mutants foreign audit screenshots lock
help: ## list the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## create .venv with the `ach-desk` command and the development tools
	@scripts/setup

demo: setup ## start the sandbox and the app, print one address (PORT=n chooses the port)
	@.venv/bin/ach-desk demo $(if $(PORT),--port $(PORT)) $(if $(PAYMENTS),--payments $(PAYMENTS))

test: setup lint ## lint, types, unit, contract, pages and browser tests (SEED=n repeats a run)
	@scripts/foreign >/dev/null || [ "$$CI" != true ]
	@export ACH_DESK_CHROMIUM="$$(scripts/browser)" TEST_COVERAGE="$$(mktemp -d)"; trap 'rm -rf "$$TEST_COVERAGE"' EXIT; \
		echo "SEED=$(SEED)"; $(PY) -m pytest -q --randomly-seed=$(SEED) --hypothesis-seed=$(SEED) -n 3 $(ARGS) \
		$(if $(ARGS),,&& $(PY) -m tests.coverage "$$TEST_COVERAGE")

days: setup ## run the unit, contract and page tests at 14 other instants: holidays, month ends, 29 February (up to 3 hours)
	@$(PY) -m tests.days $(ARGS)

lint: setup ## run ruff and strict mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q .
	@.venv/bin/mypy

bench: setup ## measure the page, the backfill, the resync and the memory (up to 45 minutes)
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock >&2
	@ACH_DESK_CHROMIUM="$$(scripts/browser)" $(PY) -m benchmarks

crash: setup ## kill the process at every write and call of every flow, and check what is left
	@$(PY) -m tests.crash --jobs 0 $(ARGS)

doubles: setup ## run 2,000 seeded sequences of faults, clocks, kills and restores over debits; none may move money twice
	@$(PY) -m tests.doubles $(ARGS)

load: setup ## open 50 tabs beside a running sync and measure how long they wait (ARGS="--processes 1,2,4")
	@$(PY) -m tests.load $(ARGS)

books: setup ## tie every sum of 200 random histories to the cent: balance, journal, reports, ledger texts (HISTORIES=200)
	@HISTORIES=$(or $(HISTORIES),200) $(PY) -m pytest -q -n 2 tests/unit/test_books.py tests/unit/test_journal.py \
		tests/unit/test_journal_after_close.py tests/unit/test_ledger_texts.py tests/unit/test_reports.py \
		tests/unit/test_listed_reports.py -k "history or later_cent or total_is or every_entry" $(ARGS)

coverage: setup ## count every branch of what guards money, secrets and the audit trail (also in make test)
	@export TEST_COVERAGE="$$(mktemp -d)"; trap 'rm -rf "$$TEST_COVERAGE"' EXIT; $(PY) -m pytest -q -n 2 \
		$$($(PY) -m tests.coverage --tests) && $(PY) -m tests.coverage "$$TEST_COVERAGE"

mutants: setup ## change what decides about money in one place at a time; a test must fail each time (MODULE=part of a path)
	@$(PY) -m tests.mutants $(MODULE) $(ARGS)

foreign: setup ## read the sandbox with tap-stripe and dlt, in an environment of their own
	@$(PY) -m tests.foreign

audit: setup ## check the locked dependencies for known vulnerabilities, where the registry answers
	@$(PY) scripts/audit.py

screenshots: setup ## take a screenshot of every page, into docs/screenshots/
	@ACH_DESK_CHROMIUM="$$(scripts/browser)" $(PY) -m tests.browser.screenshots

lock: setup ## pin every dependency with its hashes (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev --group bench -o requirements-bench.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header tests/foreign/requirements.txt -o tests/foreign/requirements.lock
