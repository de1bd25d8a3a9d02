# The commands of this repository. `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
IN_VENV := .venv/bin
CUECARD := $(IN_VENV)/cuecard
READY := .venv/.ready
TEST_READY := .venv/.test-ready
SETUP_INPUTS := pyproject.toml constraints.txt scripts/setup.sh scripts/system_packages.sh

# Tests wait more than they compute, so there are more of them at a time than cores.
PARALLEL := -p no:benchmark -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo test test-all check bench clean

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(READY)  ## everything into .venv, system libraries too; quick when nothing changed

$(READY): $(SETUP_INPUTS)
	@scripts/setup.sh
	@touch $@

# Tests hear through a real sound server and paint on a real (virtual) screen; a session needs neither.
$(TEST_READY): $(READY)
	@scripts/system_packages.sh test
	@touch $@

demo: setup  ## see it work: a recorded interview through the whole pipeline, offline
	@$(CUECARD) models pull base smollm2 minilm
	@$(CUECARD) demo

test: $(TEST_READY)  ## the tests, with real processes, real weights, a real window
	@$(CUECARD) models pull base tiny.en smollm2 minilm
	@$(IN_VENV)/python -m pytest $(PARALLEL) -m "not long" $(PYTEST)

test-all: $(TEST_READY)  ## the tests, and those that take long
	@$(CUECARD) models pull base tiny.en smollm2 minilm
	@$(IN_VENV)/python -m pytest $(PARALLEL) --durations=40 $(PYTEST)

check: setup  ## format, lint, types, import rules
	@$(IN_VENV)/ruff format --check .
	@$(IN_VENV)/ruff check .
	@$(IN_VENV)/mypy
	@$(IN_VENV)/lint-imports

bench: setup  ## measure the ring, the hub, and a session that waits; `python -m bench` has more
	@$(CUECARD) models pull base
	@$(IN_VENV)/python -m pytest bench -q
	@$(IN_VENV)/python -m bench ring
	@$(IN_VENV)/python -m bench hub
	@$(IN_VENV)/python -m bench session

clean:  ## remove everything that was made here; the pulled models stay
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
