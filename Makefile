# Every command of the project. `make help` lists them.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
WEB_STAMP := web/node_modules/.installed
# Node and npm are those of .venv, not the machine's; nothing ever asks a question.
NODE := PATH="$(CURDIR)/$(BIN):$(CURDIR)/web/node_modules/.bin:$$PATH" CI=1
WEB_SOURCES := web/index.html web/package-lock.json web/tsconfig.json web/biome.json web/*.ts \
	web/src web/public web/tests web/tools

# What a person may have to mend before Python can say it, in the language of the terminal.
ifneq (,$(filter fr%,$(firstword $(LC_ALL) $(LC_MESSAGES) $(LANG))))
NO_PYTHON := « $(PYTHON) » ne se lance pas : installez Python 3.11 ou plus récent, ou indiquez-le avec « make PYTHON=python3.12 … ».
OLD_PYTHON := Guichet demande Python 3.11 ou plus récent : indiquez-en un avec « make PYTHON=python3.12 … ».
SETTING_UP := Installation des paquets (une seule fois)…
SETTING_UP_WEB := Installation des paquets de l’application web (une seule fois)…
BUILDING_WEB := Construction de l’application web…
BUILT_WEB := Application web construite en
else
NO_PYTHON := “$(PYTHON)” does not run: install Python 3.11 or newer, or name it with “make PYTHON=python3.12 …”.
OLD_PYTHON := Guichet needs Python 3.11 or newer: name one with “make PYTHON=python3.12 …”.
SETTING_UP := Installing the packages (only once)…
SETTING_UP_WEB := Installing the packages of the web app (only once)…
BUILDING_WEB := Building the web app…
BUILT_WEB := Web app built in
endif

# Compiled modules are kept, whatever the environment prefers: or each start would compile anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
BACKUP ?= latest
.PHONY: help setup web up down backup restore bench storm simulate clean check check-format check-lint \
	check-deploy check-imports check-types check-advisories check-tidy check-documents check-web test test-web fuzz lighthouse lock \
	openapi docs-api mutations docs-mutations docs-guards

help: ## List these commands
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# ---- the environment and the local system -----------------------------------------------------

setup: $(STAMP) ## Make .venv and install what requirements.lock pins

# uv installs in seconds what takes pip two minutes, and is itself pinned in the lock; where it
# cannot reach the packages as this machine's pip is set up to, pip does it all.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0)' 2> /dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(OLD_PYTHON)" >&2; exit 1; }
	@echo "$(SETTING_UP)"
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2> /dev/null || $(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.lock
	@$(PIP) install --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		2> $(VENV)/uv.log || $(PIP) install --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation \
		-e . 2>> $(VENV)/uv.log || $(PIP) install --no-index --no-deps --no-build-isolation -e .
	@touch $@

$(WEB_STAMP): web/package-lock.json web/.npmrc | $(STAMP)
	@echo "$(SETTING_UP_WEB)"
	@cd web && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error < /dev/null
	@touch $@

web: $(WEB_STAMP) ## Build the web app, where its sources have changed
	@sum=$$(find $(WEB_SOURCES) -type f 2> /dev/null | sort | xargs sha256sum | sha256sum); \
	if [ "$$sum" != "$$(cat $(VENV)/web.sum 2> /dev/null)" ] || [ ! -e web/dist/index.html ]; then \
		echo "$(BUILDING_WEB)"; begin=$$SECONDS; \
		(cd web && $(NODE) vite build --logLevel warn < /dev/null) \
			&& echo "$$sum" > $(VENV)/web.sum \
			&& echo "$(BUILT_WEB) $$((SECONDS - begin)) s."; \
	fi

up: setup web ## Start the whole system here; Ctrl-C stops it, the data stay
	@exec $(BIN)/guichet up

down: setup ## Stop the system that another terminal started
	@$(BIN)/guichet down

backup: setup ## Back up all databases, beside the running system
	@$(BIN)/guichet backup

restore: setup ## Restore a backup into an empty storage folder: the latest, or BACKUP=name
	@$(BIN)/guichet restore $(BACKUP)

bench: setup web ## Measure it beside whatever runs here: QUICK=1 for minutes, ROWS="free paid" for some
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(ROWS)

storm: setup web ## Break it while people buy, then check: SEED=7, QUICK=1, MINUTES=60, FAULTS="kill:nats disk:full"
	@$(BIN)/python -m storm $(if $(SEED),--seed $(SEED)) $(if $(QUICK),--quick) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(FAULTS),--only "$(FAULTS)")

simulate: setup ## Say what more cores and instances would give, from measured costs
	@$(BIN)/python -m bench.simulation

clean: ## Remove the environment and every cache; the data in storage/ stay
	@rm -rf $(VENV) web/node_modules web/dist web/test-results .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- checks and documents ---------------------------------------------------------------------

check: setup $(WEB_STAMP) ## Format, lint, types, import directions, committed API documents, tidiness (read only)
	@$(MAKE) --no-print-directory -k -j2 -Otarget check-types check-format check-lint check-imports \
		check-documents check-tidy check-deploy check-web check-advisories

check-format:
	@$(BIN)/ruff format --quiet --check --diff .

check-lint:
	@$(BIN)/ruff check --quiet .

check-imports:
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

# Pyright looks at everything or nothing: what it passed once, unchanged, is not looked at again.
check-types:
	@sum=$$( (ls pyproject.toml requirements.lock; find src tests tools bench storm deploy -name '*.py') \
		| sort | xargs sha256sum | sha256sum); \
	if [ "$$sum" != "$$(cat $(VENV)/types.sum 2> /dev/null)" ]; then \
		$(BIN)/pyright --threads 2 > $(VENV)/types.txt \
			|| { cut -c1-500 $(VENV)/types.txt; exit 1; }; \
		echo "$$sum" > $(VENV)/types.sum; \
	fi

check-documents:
	@$(BIN)/python -m tools.openapi --check

# From data that are here, or from npm's registry; what cannot be asked is said and is no failure.
check-advisories:
	@$(NODE) $(BIN)/python -m tools.advisories

check-tidy:
	@$(BIN)/pytest -q --no-header -p no:cacheprovider tests/test_tidy.py tests/test_repository.py \
		tests/test_mutations.py

# Schemas of Compose and Kubernetes, from packages; nothing is fetched.
check-deploy:
	@$(BIN)/pytest -q --no-header -p no:cacheprovider tests/deploy

# As above: what passed once, unchanged, is not looked at again.
check-web:
	@sum=$$(find $(WEB_SOURCES) src/guichet/contracts/openapi -type f 2> /dev/null \
		| sort | xargs sha256sum | sha256sum); \
	if [ "$$sum" != "$$(cat $(VENV)/web-checked.sum 2> /dev/null)" ]; then \
		cd web && { { $(NODE) node tools/check-api.mjs \
			&& $(NODE) biome check --error-on-warnings \
			&& $(NODE) tsc --noEmit; } > ../$(VENV)/web.txt 2>&1 \
			|| { cut -c1-500 ../$(VENV)/web.txt; exit 1; }; } && cd ..; \
		echo "$$sum" > $(VENV)/web-checked.sum; \
	fi

# Two processes share the tests: what waits for a system runs beside what computes. What stays
# together, and what begins first, stands in tests/conftest.py. PROCESSES=0 runs one after another.
PROCESSES ?= 2
test: setup web test-web ## Every test; starts systems of its own on shifted ports (10 to 15 minutes on two cores)
	@$(BIN)/pytest -q --numprocesses $(PROCESSES) --dist loadscope --no-loadscope-reorder

test-web: $(WEB_STAMP) ## The tests of the web app alone
	@cd web && $(NODE) vitest run < /dev/null

fuzz: setup web ## Strike every operation of the API with every role, for longer than make test does
	@GUICHET_FUZZ_EXAMPLES=$${EXAMPLES:-50} GUICHET_FUZZ_SHARE=1 GUICHET_FUZZ_SECONDS_MAX=3600 \
		GUICHET_FUZZ_SEED=$${SEED:-$$RANDOM} \
		$(BIN)/pytest tests/system/test_zy_schemas.py tests/system/test_zz_afterwards.py

mutations: setup ## Break each guard on purpose, in a copy, and see its tests fail: some minutes (ONLY="names")
	@$(BIN)/python -m tools.mutations $(ONLY)

lighthouse: setup web ## Measure the running system's public pages with Lighthouse (GUICHET_SITE, 8080 by default)
	@mkdir -p $(VENV)/lighthouse && cp -R web/tests/lighthouse/. $(VENV)/lighthouse
	@cd $(VENV)/lighthouse && { cmp -s package-lock.json .installed \
		|| { $(NODE) npm ci --no-audit --no-fund --loglevel=error < /dev/null && cp package-lock.json .installed; }; }
	@cd $(VENV)/lighthouse && $(NODE) node measure.mjs

lock: setup ## Compile requirements.lock anew: pinned, with hashes, without any address
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--quiet --output-file requirements.lock

openapi: setup $(WEB_STAMP) ## Write the OpenAPI document of every service, and the web app's client
	@$(BIN)/python -m tools.openapi
	@cd web && $(NODE) orval > ../$(VENV)/orval.txt 2>&1 || { cat ../$(VENV)/orval.txt; exit 1; }

docs-api: setup ## Write the AsyncAPI document of every message
	@$(BIN)/python -m tools.asyncapi

docs-mutations: setup ## Write docs/mutations.md, the list of guards that are broken on purpose
	@$(BIN)/python -m tools.mutations --page

docs-guards: setup ## Write docs/database-guards.md, what the databases refuse by themselves
	@$(BIN)/python -m tools.database_guards
