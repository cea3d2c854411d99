# `make` lists the targets. Everything is installed into .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORK   ?= .work/tiny

.DEFAULT_GOAL := help

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "DiscoScript needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.engine: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[engine]'
	@touch $@

$(VENV)/.dev: $(VENV)/.engine
	$(BIN)/python -m pip install --quiet --editable '.[engine,dev]'
	@touch $@

.PHONY: install
install: $(VENV)/.engine  ## install DiscoScript with its engine into .venv

.PHONY: demo
demo: $(VENV)/.engine  ## render examples/lighthouse.disco to a video
	$(BIN)/discoscript render examples/lighthouse.disco

.PHONY: test
test: $(VENV)/.dev  ## run the tests (a few minutes)
	$(BIN)/python -m pytest -q -n auto

.PHONY: test-slow
test-slow: $(VENV)/.dev  ## run the tests that take minutes each
	$(BIN)/python -m pytest -q -m slow --timeout 1800

.PHONY: chromium
chromium:  ## install the browser that the tests of the live page drive, where that is possible
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	    test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } || \
	    echo "no Chromium here, and none can be installed: the tests that drive one are skipped"

.PHONY: test-page
test-page: $(VENV)/.dev chromium  ## run the tests of the live page in a real browser (a minute)
	$(BIN)/python -m pytest -q tests/live

.PHONY: reliability
reliability: $(VENV)/.dev  ## measure what is promised: kills, damage, saves; writes docs/promises.md (10 minutes)
	rm -f docs/promises.json
	DISCOSCRIPT_FIGURES=docs/promises.json $(BIN)/python -m pytest -q -m reliability --timeout 900
	rm -f docs/promises.json.lock
	$(BIN)/python docs/promises.py

.PHONY: bench
bench: $(VENV)/.dev  ## measure how fast scripts are compiled; writes docs/speed.md
	$(BIN)/python tests/benchmarks/speed.py --write

.PHONY: bench-engine
bench-engine: $(VENV)/.dev  ## measure the engine beside a plain version of it; writes docs/engine-speed.md
	$(BIN)/python tests/benchmarks/engine.py --write

$(VENV)/.fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable '.[engine,dev,fuzz]'
	@touch $@

.PHONY: fuzz
fuzz: $(VENV)/.fuzz  ## search for scripts that break the compiler, for 10 minutes
	$(BIN)/python tests/fuzz/guided.py

.PHONY: check
check: $(VENV)/.dev  ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs
docs: $(VENV)/.engine  ## write docs/reference/ from the tables (a second)
	$(BIN)/python docs/generate.py

.PHONY: gallery
gallery: $(VENV)/.engine  ## render the examples and the gallery picture of the README
	$(BIN)/python docs/gallery.py

.PHONY: train-tiny
train-tiny: $(VENV)/.engine  ## train the embedded models further (hours; resumes)
	$(BIN)/python -m discoscript_training --work $(WORK)

.PHONY: judge
judge: $(VENV)/.engine  ## measure what the embedded models make of 40 prompts, and two films; writes their card
	$(BIN)/python -m discoscript_training.evaluate
	$(BIN)/python -m discoscript_training.coherence
	$(BIN)/python -m discoscript_training.card

.PHONY: clean
clean:  ## remove what the other targets made, but not the rendered frames
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
