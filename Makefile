# The commands of this repository. `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
IN_VENV := .venv/bin
CUECARD := $(IN_VENV)/cuecard
READY := .venv/.ready
TEST_READY := .venv/.test-ready
SETUP_INPUTS := pyproject.toml requirements.txt scripts/setup.sh scripts/system_packages.sh

# Tests wait more than they compute, so more of them run in parallel than there are cores.
PARALLEL := -p no:benchmark -n 5 --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo test test-all docs check audit sbom dist reproduce security-txt bench bench-regression clean

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(READY)  ## install everything into .venv, system libraries too; quick when nothing changed

$(READY): $(SETUP_INPUTS)
	@scripts/setup.sh
	@touch $@

# Tests use a real sound server and a virtual screen; a session needs neither.
$(TEST_READY): $(READY)
	@scripts/system_packages.sh test
	@touch $@

demo: setup  ## play a recorded interview through the whole pipeline, offline
	@$(CUECARD) models pull base smollm2 minilm
	@$(CUECARD) demo

# Without bytecode each of the hundreds of processes of a run would compile its modules again.
test test-all: export PYTHONDONTWRITEBYTECODE =

test: $(TEST_READY)  ## run the tests, with real processes, real weights, a real window
	@$(CUECARD) models pull base tiny.en smollm2 minilm
	@$(IN_VENV)/python -m pytest $(PARALLEL) -m "not long" $(PYTEST)

test-all: $(TEST_READY)  ## run all tests, the long ones too
	@scripts/system_packages.sh test-all
	@$(IN_VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		--only-binary :all: --requirement requirements-kernel.txt
	@$(CUECARD) models pull base tiny.en smollm2 minilm
	-@for name in pywhispercpp transcribe-cpp sherpa-onnx; do $(IN_VENV)/livebench install $$name --missing; done
	@$(IN_VENV)/python -m pytest $(PARALLEL) --durations=40 $(PYTEST)

docs: export LANGUAGE = en
docs: setup  ## write the generated documents and catalogues
	@scripts/translate.sh
	@$(IN_VENV)/python docs/generate_events.py
	@$(IN_VENV)/python -m session.commands.options_document > docs/options.md
	@$(IN_VENV)/python docs/generate_cards.py
	@$(IN_VENV)/python docs/generate_sbom.py

check: setup  ## format, lint, types, import rules, language
	@$(IN_VENV)/ruff format --check .
	@$(IN_VENV)/ruff check .
	@$(IN_VENV)/mypy
	@$(IN_VENV)/lint-imports
	@$(IN_VENV)/python .ci/language.py

audit: setup  ## check pins, licences, withdrawn versions and known vulnerabilities of all packages
	@$(IN_VENV)/python .ci/audit.py

sbom: setup  ## write the bill of materials, sbom.cdx.json (CycloneDX); `make docs` does it too
	@$(IN_VENV)/python docs/generate_sbom.py

dist: setup  ## build wheels and source archives of the commit into build/dist, and print their sums
	@$(IN_VENV)/python scripts/build.py

reproduce: setup  ## build both twice and compare
	@$(IN_VENV)/python scripts/build.py --check

security-txt: setup  ## write docs/security.txt (RFC 9116); needs CONTACT=mailto:… and may have POLICY=https://…
	@$(IN_VENV)/python docs/generate_security_txt.py "$(CONTACT)" "$(POLICY)"

bench: setup  ## measure the ring, the hub and an idle session; `python -m bench` has more
	@$(CUECARD) models pull base
	@$(IN_VENV)/python -m pytest bench -q
	@$(IN_VENV)/python -m bench ring
	@$(IN_VENV)/python -m bench hub
	@$(IN_VENV)/python -m bench session

bench-regression: setup  ## play the demo twice and compare with what was recorded on this kind of machine
	@$(CUECARD) models pull base
	@rm -rf build/regression
	@$(CUECARD) bench peers --system cuecard --rounds 2 --results build/regression
	@$(IN_VENV)/livebench regress build/regression --record bench/results $(REGRESS)

clean:  ## remove everything that was built here; downloaded models stay
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
