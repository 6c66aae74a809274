# Jiesu. `make` or `make help` says what there is; every target sets up what it needs by itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Every start of a service would compile all of our modules again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Newer than the lock and the package's description: the environment is current.
STAMP := $(VENV)/.made-from-lock
COMPOSE := docker compose --file deploy/compose.yaml --env-file deploy/.env

# A python of the caller's choice, else the first of these that really runs, is new enough and has what is
# asked for. The system's own goes before another of its name: it is built with profile-guided optimisation,
# which what a version manager compiles mostly is not, and every service needs less of the processor by it.
NAMES := python3.11 python3.12 python3.13 python3.14 python3
PYTHONS := $(if $(PYTHON),$(PYTHON),$(foreach name,$(NAMES),/usr/bin/$(name) $(name)))
# $(1): a module it must have. Debian keeps `ensurepip` in a package of its own.
FIND_PYTHON = for python in $(PYTHONS); do \
	  "$$python" -c 'import sys$(1:%=, %); sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Jiesu needs Python 3.11 or newer$(1:%=, with %); none of these is one: $(PYTHONS)" >&2; exit 1; \
	fi

##@ Try it
.PHONY: run demo
run: $(STAMP)  ## Start Postgres, the bus and the five services here; Ctrl-C stops all of it (BUS=kafka|embedded)
	@exec $(BIN)/jiesu run

demo: $(STAMP)  ## Play real cases through the running suite, or through a throw-away one
	@exec $(BIN)/jiesu demo $(DEMO)

##@ Work on it
.PHONY: test test-long check lint format types docs golden migration bench
# Everything takes three processes, for much of it waits; what was chosen by name takes one, so that it may be
# looked into.
SIDE_BY_SIDE := --numprocesses 3 --no-loadscope-reorder -m "not long"
test: $(STAMP)  ## Run the tests: unit, contract, architecture, integration, journeys, faults (TESTS=… for some)
	@exec $(BIN)/python -m pytest $(if $(TESTS),$(TESTS),$(SIDE_BY_SIDE))

test-long: $(STAMP)  ## Run the tests that take minutes: the demo, killed and interrupted in its middle
	@exec $(BIN)/python -m pytest -m long

check: lint types  ## Everything that is checked without running it: style, types, who imports whom, documents
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.documents --check

lint: $(STAMP)  ## Style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## Types of the code
	$(BIN)/mypy

format: $(STAMP)  ## Put the code into its style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP)  ## Write the generated documents
	$(BIN)/python -m deploy.documents

golden: $(STAMP)  ## Freeze facts that have no golden file yet
	$(BIN)/python -m tests.kit.facts

migration: $(STAMP)  ## Write the next migration of a service (service=router message="what changes")
	@test -n "$(service)" -a -n "$(message)" || { echo 'usage: make migration service=router message="what changes"' >&2; exit 2; }
	@exec $(BIN)/python -m deploy.migration "$(service)" "$(message)"

bench: $(STAMP)  ## Measure; docs/benchmarks.md says what and how
	@exec $(BIN)/python -m tests.bench $(BENCH)

##@ Environment
.PHONY: venv lock clean
venv: $(STAMP)  ## Make the virtual environment from the lock

$(STAMP): requirements.lock pyproject.toml
	@$(call FIND_PYTHON,ensurepip); \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  echo "making $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV); \
	fi
	@echo "installing what requirements.lock names"
	@sed -n '/^uv==/,/# via/p' requirements.lock > $(VENV)/uv.txt
	@$(PIP) --require-hashes --requirement $(VENV)/uv.txt
	@$(BIN)/uv pip install --quiet --system-certs --compile-bytecode --require-hashes --python $(BIN)/python \
	    --requirement requirements.lock || $(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# The locks name no address: not where packages came from, not this machine. CUSTOM_COMPILE_COMMAND is what
# their heads say; links set in the environment would put files of this machine among the hashes.
PIP_COMPILE = env -u PIP_FIND_LINKS CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/python -m piptools compile --quiet \
	--generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-emit-options $(UPGRADE)
lock: $(STAMP)  ## Pin every package with its hashes (UPGRADE=--upgrade for newer ones)
	$(PIP_COMPILE) --extra dev --all-build-deps --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) --constraint requirements.lock --output-file deploy/images/run.lock pyproject.toml
	$(PIP_COMPILE) --constraint requirements.lock --extra train --output-file deploy/images/train.lock pyproject.toml
	$(PIP_COMPILE) --constraint requirements.lock --only-build-deps --build-deps-for wheel --output-file deploy/images/build.lock pyproject.toml
	@if grep -nE '://|(^|[ =])/|^-' requirements.lock deploy/images/*.lock; then \
	  echo "a lock names an address or a path" >&2; exit 1; fi

clean:  ## Remove caches and build products; .venv and .state stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis build dist *.egg-info
	find deploy services shared tests -name __pycache__ -type d -prune -exec rm -rf {} +

##@ In containers
.PHONY: up down ps logs
deploy/.env: deploy/env.example
	@$(FIND_PYTHON); "$$python" -m deploy.env_file deploy/env.example deploy/.env

up: deploy/.env  ## Build the image, start everything with docker compose, wait until it is ready
	$(COMPOSE) up --build --detach --wait
	@$(COMPOSE) ps

down:  ## Stop the containers; their volumes stay (ARGS=--volumes removes them, keys and all)
	$(COMPOSE) down $(ARGS)

ps:  ## Say what of it runs
	@$(COMPOSE) ps --all

logs:  ## Follow what it says (service=router for one of them)
	@$(COMPOSE) logs --follow $(service)

##@ Help
.PHONY: help
help:  ## Say what there is
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*##/ {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
