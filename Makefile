# What people run. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
CODE := customer_status expectations orchestration sample_data tests benchmarks

# What may stand behind a command. A mistyped option must not pass for none.
OPTIONS := DATA LANDING WAREHOUSE AS_OF CONFIG TARGET SQL FILE FORMAT PORT
KNOWN := $(OPTIONS) PYTHON TESTS
GIVEN := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
UNKNOWN := $(filter-out $(KNOWN),$(GIVEN))
ifneq ($(UNKNOWN),)
$(error unknown option $(firstword $(UNKNOWN)); known are $(KNOWN))
endif

# Options reach the program through its environment, letter by letter: `value` and `unexport` keep
# make from reading a `$$` in them, and no shell sees them. Without an option, the variable counts.
VARIABLE_FILE := STATUS_SQL_FILE
variable = $(or $(VARIABLE_$(1)),STATUS_$(1))
define hand_over
ifneq ($(origin $(1)),undefined)
export $(call variable,$(1)) := $$(value $(1))
unexport $(1)
endif
endef
$(foreach name,$(OPTIONS),$(eval $(call hand_over,$(name))))

SETUP := $(VENV)/run.installed
ifeq ($(value DATA),complete_journey)
SETUP += $(VENV)/complete-journey.installed
endif

.DEFAULT_GOAL := help
.PHONY: help run query ui test test-fast test-slow mutations lint format lock clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Options of run, query and ui: DATA=simulated|complete_journey LANDING=<folder> WAREHOUSE=<folder>"
	@echo "  AS_OF=YYYY-MM-DD CONFIG=<folder of seeds> TARGET=duckdb"
	@echo "Option of ui: PORT=3000"
	@echo "Option of tests: TESTS=<folders or files>"
	@echo "Options of query: SQL=<question> FILE=<file with it> FORMAT=table|csv|json"

run: $(SETUP) ## Land, check, build and publish
	@$(BIN)/python -m orchestration run

query: $(SETUP) ## Ask the current release: SQL="select ...", FILE=report.sql, or from a pipe
	@$(BIN)/python -m orchestration query

ui: $(SETUP) ## Open Dagster: lineage, runs, schedule, landing sensor
	@$(BIN)/python -m orchestration ui

# Groups of tests run at once, one process for each core.
PYTEST := $(BIN)/python -m pytest -q --numprocesses auto --dist loadscope --no-loadscope-reorder

test: $(VENV)/dev.installed ## Run the tests
	@$(PYTEST) $(TESTS)

test-fast: $(VENV)/dev.installed ## Run the tests that need no whole run, in minutes
	@$(PYTEST) --fast $(TESTS)

test-slow: $(VENV)/dev.installed ## Run the long proofs too
	@$(PYTEST) --slow $(TESTS)

mutations: $(VENV)/dev.installed ## Break one rule after another; the tests must see each (an hour)
	@$(BIN)/python -m tests.mutations --out docs/mutations.md

lint: $(VENV)/dev.installed ## Check style of Python and SQL, and types
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/sqlfmt --quiet --reset-cache --check models macros tests/dbt sample_data mappings

format: $(VENV)/dev.installed ## Put Python and SQL in style
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/sqlfmt --quiet --reset-cache models macros tests/dbt sample_data mappings

# One lock per use; each names every package with its hashes and no place to fetch it from.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml
lock: $(VENV)/dev.installed ## Resolve the pins of pyproject.toml anew
	@$(LOCK) --output-file requirements/run.lock
	@$(LOCK) --constraint requirements/run.lock --extra complete-journey \
		--output-file requirements/complete-journey.lock
	@$(LOCK) --constraint requirements/run.lock --all-extras --output-file requirements/dev.lock

clean: ## Remove the environment, sample data and caches; keeps every warehouse
	@rm -rf $(VENV) landing/simulated landing/complete_journey target .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "error: Python 3.11, 3.12 or 3.13 is needed; give one with PYTHON=<path>." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/%.installed: requirements/%.lock | $(VENV)/bin/python
	@echo "Installing $(basename $(notdir $<)) packages into $(VENV)"
	@$(PIP) --requirement $<
	@touch $@
