# Karvan: the recipes. `make` alone lists them; `make demo` and `make test` set everything up themselves.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PORT ?= 8000
VENV := .venv
UV := $(VENV)/bin/uv
RUN := $(VENV)/bin
DEMO := demo
.PHONY: help setup browser demo test test-all bench bench-linkage bench-lifecourse bench-intervals lint docs docs-check clean

help: ## list the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## make .venv with the locked versions (needs Python 3.11 or newer with venv and pip)

$(VENV)/.ready: pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "karvan needs Python 3.11 or newer with venv and pip (Debian: apt-get install python3-venv); or set PYTHON=/path/to/python3.12"; exit 1; }
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(UV) || $(RUN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) sync --active --locked --inexact --extra seasonal --quiet
	@touch $@

browser: setup ## a Chromium for the browser tests: the system's package where it may be installed
	@bash scripts/browser.sh $(RUN)/python

demo: setup ## the main job on a synthetic country; ends with a page to open (PORT= to change)
	@$(RUN)/karvan demo -w $(DEMO) --port $(PORT)

test: setup browser lint ## everything that must hold before a change lands (under 20 minutes on 2 cores)
	@$(RUN)/python -m pytest -q -n 2 --dist loadgroup -m "not slow and not real_data" tests

test-all: setup browser lint ## the same, with the slow checks and, if KARVAN_SHARED names them, the full real files
	@$(RUN)/python -m pytest -q -n 2 --dist loadgroup tests

bench: setup ## speed, each figure beside a peer or the physical floor in the same run
	@for script in benchmarks/*.py; do echo "== $$script"; $(RUN)/python $$script || exit 1; done

PEERS := benchmarks/linkage/peers
RESIDENTS := 20000
SEEDS := 1 2 3 4 5

bench-linkage: setup $(PEERS)/.venv/.ready ## linkage beside its peers (names, if KARVAN_SHARED names the shared data); RESIDENTS= and SEEDS= to change
	@work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; missed=; sized="--residents $(RESIDENTS) --seeds $(SEEDS) --keep $$work"; \
	echo "== names of persons not learned from, and gradient boosting"; $(RUN)/python benchmarks/linkage/names.py || missed="$$missed names"; \
	echo "== two files, and plain Splink"; $(RUN)/python benchmarks/linkage/files.py --seeds $(SEEDS) || missed="$$missed files"; \
	echo "== two agencies across scripts, no number in common, and plain Splink"; $(RUN)/python benchmarks/linkage/agencies.py $$sized || missed="$$missed agencies"; \
	echo "== the default country, and plain Splink"; $(RUN)/python benchmarks/linkage/country.py $$sized || missed="$$missed country"; \
	test -z "$$missed" || { echo "missed or not measured:$$missed"; exit 1; }

$(PEERS)/.venv/.ready: $(PEERS)/pyproject.toml $(PEERS)/uv.lock
	@test -x $(PEERS)/.venv/bin/python || $(RUN)/python -m venv --without-pip $(PEERS)/.venv
	@cd $(PEERS) && VIRTUAL_ENV=.venv $(CURDIR)/$(UV) sync --active --locked --quiet
	@touch $@

SPELLS_PEERS := benchmarks/lifecourse/peers
PEOPLE ?= 1210000

bench-intervals: setup ## intervals of figures against the truth of ten synthetic countries
	@$(RUN)/python benchmarks/lifecourse/intervals.py

bench-lifecourse: setup $(SPELLS_PEERS)/.venv/.ready ## stays, residence, 90/180 beside the sort, pandas and Polars (PEOPLE=12250000: 100 million crossings, no peers); one more day; the step by stage
	@$(RUN)/python benchmarks/lifecourse/spells.py $(PEOPLE) --commands $(if $(filter 1210000,$(PEOPLE)),--peers)
	@echo "== one more day, and all people"; $(RUN)/python benchmarks/lifecourse/daily.py $(PEOPLE)
	@echo "== from linked records to cubes, by stage"; $(RUN)/python benchmarks/lifecourse/step.py

$(SPELLS_PEERS)/.venv/.ready: $(SPELLS_PEERS)/pyproject.toml $(SPELLS_PEERS)/uv.lock
	@test -x $(SPELLS_PEERS)/.venv/bin/python || $(RUN)/python -m venv --without-pip $(SPELLS_PEERS)/.venv
	@cd $(SPELLS_PEERS) && VIRTUAL_ENV=.venv $(CURDIR)/$(UV) sync --active --locked --quiet
	@touch $@

lint: setup ## style, types, floors
	@$(RUN)/ruff check --quiet src tests benchmarks scripts
	@$(RUN)/lint-imports pyproject.toml > $(VENV)/floors.txt || { cat $(VENV)/floors.txt; exit 1; }
	@$(RUN)/mypy --no-error-summary src/karvan

docs: setup ## the documentation as a site, in site/
	@$(RUN)/karvan reference -o docs/reference
	@NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --quiet --strict

clean: ## remove the demo's workspace and what was built
	@rm -rf $(DEMO) site build dist .pytest_cache .mypy_cache .ruff_cache
