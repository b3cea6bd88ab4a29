# Every command of the project. `make help` lists them.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup check check-format check-lint check-imports check-types check-tidy \
	check-documents test lock openapi docs-api

help: ## List these commands
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv and install what requirements.lock pins

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guichet needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# ---- checks and documents ---------------------------------------------------------------------

check: setup ## Format, lint, types, import directions, committed API documents, tidiness (read only)
	@$(MAKE) --no-print-directory -j2 -Otarget check-types check-format check-lint check-imports \
		check-documents check-tidy

check-format:
	@$(BIN)/ruff format --quiet --check --diff .

check-lint:
	@$(BIN)/ruff check --quiet .

check-imports:
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

# Pyright looks at everything or nothing: what it passed once, unchanged, is not looked at again.
check-types:
	@sum=$$( (ls pyproject.toml requirements.lock; find src tests tools -name '*.py') \
		| sort | xargs sha256sum | sha256sum); \
	if [ "$$sum" != "$$(cat $(VENV)/types.sum 2> /dev/null)" ]; then \
		$(BIN)/pyright --threads 2 > $(VENV)/types.txt \
			|| { cut -c1-500 $(VENV)/types.txt; exit 1; }; \
		echo "$$sum" > $(VENV)/types.sum; \
	fi

check-documents:
	@$(BIN)/python -m tools.openapi --check

check-tidy:
	@$(BIN)/pytest -q --no-header -p no:cacheprovider tests/test_tidy.py tests/test_repository.py

test: setup ## Every test; starts systems of its own on shifted ports (under 15 minutes)
	@$(BIN)/pytest

lock: setup ## Compile requirements.lock anew: pinned, with hashes, without any address
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--quiet --output-file requirements.lock

openapi: setup ## Write the OpenAPI document of every service
	@$(BIN)/python -m tools.openapi

docs-api: setup ## Write the AsyncAPI document of every message
	@$(BIN)/python -m tools.asyncapi
