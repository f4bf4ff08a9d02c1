# Two commands matter: `make demo` shows Rollbook, `make test` proves it. Each makes its own environment.
PYTHON ?= python3
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo test test-postgres pi-ci pi-test soak mutants lint bench law-page texts tables screenshots clean pins sbom audit

PINS := pyproject.toml $(wildcard constraints/*.txt) .ci/make-venv
DEMO := .venv-demo
TEST := .venv-test
# The copied card pays a first start of its own; `make pi-test` plays it.
PI_CI := tests/pi/contained tests/pi/blocks tests/systemd/test_under_systemd.py \
	--ignore tests/pi/contained/test_copied_card.py
ON_POSTGRES := tests/central/store tests/central/work tests/central/web tests/central/reports tests/central/register

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

demo: $(DEMO)/ready ## Show the whole path, from a tap to P-2 (CI=1: unattended, checked, exits)
	@$(DEMO)/bin/python -m demo $(if $(CI),--unattended) $(ARGS)

test: $(TEST)/ready ## Prove it (ARGS="tests/station -k tap" narrows)
	@$(TEST)/bin/python -m pytest -n 4 --dist worksteal -m "not soak and not pi" $(ARGS)

test-postgres: $(TEST)/ready ## Prove central with its records on PostgreSQL (needs Debian's postgresql)
	@$(TEST)/bin/python -m tests.on_postgres -n 4 --dist worksteal -m "not soak and not pi" $(or $(ARGS),$(ON_POSTGRES))

pi-ci: $(TEST)/ready ## Prove the units under a real systemd and the store against power cuts (as root; three minutes)
	@$(TEST)/bin/python -m pytest -m pi $(or $(ARGS),$(PI_CI))

pi-test: $(TEST)/ready ## Prove the shipped card on emulated boards, bookworm and trixie (as root, needs QEMU; takes long)
	@$(TEST)/bin/python -m pytest -m pi $(or $(ARGS),tests/pi tests/systemd/test_under_systemd.py)

soak: $(TEST)/ready ## The long runs CI has no time for
	@$(TEST)/bin/python -m pytest -m soak $(ARGS)

mutants: $(TEST)/ready ## Change the law in thousands of small ways: the tests must notice
	@$(TEST)/bin/python -m tests.mutation $(ARGS)

lint: $(TEST)/ready ## Style, types and the direction of imports
	@$(TEST)/bin/ruff check . && $(TEST)/bin/ruff format --check .
	@$(TEST)/bin/mypy
	@$(TEST)/bin/lint-imports

bench: $(TEST)/ready ## What is claimed to be fast, as ratios in one table (ARGS="--peers --json FILE")
	@$(TEST)/bin/python -m benchmarks $(ARGS)

law-page: $(TEST)/ready ## Write docs/reference/law.md anew from the provisions and rules
	@$(TEST)/bin/python -m central.law.markdown > docs/reference/law.md.new && mv docs/reference/law.md.new docs/reference/law.md

texts: $(TEST)/ready ## Compile the Spanish texts of the pages
	@$(TEST)/bin/python -m tests.texts

tables: $(TEST)/ready ## Write the tables of roles and of the staff API anew in docs/reference
	@$(TEST)/bin/python -m tests.tables

screenshots: $(TEST)/ready ## Take the pictures of every page in docs/screenshots anew (needs Chromium)
	@ROLLBOOK_SCREENSHOTS=1 $(TEST)/bin/python -m pytest -q tests/journeys/test_every_page.py

sbom: $(TEST)/ready ## Write what a release is made of, package by package, to rollbook.cdx.json
	@$(TEST)/bin/python -m tests.supply sbom rollbook.cdx.json

audit: $(TEST)/ready ## Ask whether any package is known to be vulnerable (ARGS="--feed FILE" where no service is reached)
	@$(TEST)/bin/python -m tests.supply audit $(ARGS)

clean: ## Remove environments and caches
	@rm -rf .venv-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var

$(DEMO)/ready: $(PINS)
	@PYTHON=$(PYTHON) .ci/make-venv $(DEMO) demo

$(TEST)/ready: $(PINS)
	@PYTHON=$(PYTHON) .ci/make-venv $(TEST) test,lint

pins: ## Renew constraints/ from the newest releases the ranges allow, for this PYTHON
	@.ci/renew-pins $(PYTHON)
