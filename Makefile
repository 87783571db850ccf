# `make` alone prints this menu.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
RUN := $(VENV)/bin/python

help: ## This menu
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/ready catalogues ## The panel with demo data on http://127.0.0.1:8000 (PORT= changes the port)
	@$(RUN) -m flask --app app run-panel --port $(PORT) --demo

test: $(VENV)/ready catalogues ## All tests, on SQLite, PostgreSQL and Chromium
	@# One more at a time than two cores: somebody always waits, for a page or for the other database.
	@$(RUN) -m pytest -n 3 --dist loadgroup

check: $(VENV)/ready catalogues ## Lint, types, then the tests
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(MAKE) --no-print-directory test

bench: $(VENV)/ready ## The benchmarks, each beside its floor in the same run
	@$(RUN) -m benchmarks

fuzz: $(VENV)/ready ## Thousands of files made by chance, each to end in rows or a message (COUNT=, SEED= to repeat)
	@$(RUN) -m tests.importers.files.fuzz --count $(or $(COUNT),3000) $(if $(SEED),--seed $(SEED))

proof: $(VENV)/ready ## That a plan of an import is what is written, on 100,000 generated rows
	@KAARTENBAK_PROOF_ROWS=100000 $(RUN) -m pytest -p no:xdist -k sqlite tests/importers/test_plan_is_result.py tests/importers/test_plan_of_contacts_is_result.py

translate: $(VENV)/ready ## Collect the texts for the translators
	@$(RUN) -m flask --app app translations update

migration: $(VENV)/ready ## A new migration from the difference between tables and database (NAME= says what it does)
	@$(RUN) -m flask --app app migration "$(NAME)"

lock: ## Resolve the dependencies anew into the two lock files (needs pip-tools)
	@$(PYTHON) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe -o requirements.lock pyproject.toml
	@$(PYTHON) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --extra dev -o requirements-dev.lock pyproject.toml

install: $(VENV)/ready ## The virtual environment with the locked dependencies, nothing else

catalogues: $(VENV)/ready
	@$(RUN) -m flask --app app translations compile

# Built again when the lock changes; a half-built one is never mistaken for a whole one.
$(VENV)/ready: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "Kaartenbak needs Python 3.11 or newer; name it with PYTHON=" >&2; exit 1)
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(RUN) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.PHONY: help run test check bench fuzz proof translate migration lock install catalogues
