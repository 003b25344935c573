# Everything a person does with this repository. Nothing is needed but Python 3.11 or newer, make and git.
#   make demo    the whole journey on real data        make test    the tests
#   make setup   .venv with the licet command in it    make lint    style, types, import contracts
# The first of these that is new enough; another is named with PYTHON=...
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
ARGS ?=
BIN := .venv/bin
INSTALLED := .venv/.installed
LOCKED := .venv/.locked
PEERS := build/bench-venv/.installed
PIP_ENV := PIP_DISABLE_PIP_VERSION_CHECK=1

.DEFAULT_GOAL := help
.PHONY: help setup demo chromium screenshots test lint style types imports docs reference bench chaos abuse studies lock clean

help:
	@sed -n '2,3s/^# *//p' Makefile
	@echo "also: screenshots, docs, reference, bench, chaos, abuse, studies, lock, clean. Pass arguments as ARGS='...'."

setup: $(INSTALLED)

demo: $(INSTALLED)
	@$(BIN)/licet demo $(ARGS)

# As many at once as there are cores; ARGS='-n 0 -x tests/core' for one after the other.
test: $(INSTALLED) chromium
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

# Pages are tested in Debian's chromium: root gets it where it is missing, for anybody else those tests are skipped and say so.
chromium:
	@[ -x /usr/bin/chromium ] || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && \
	  { echo "Installing chromium, in which pages are tested (once)."; apt-get -qq update && apt-get -qq install -y chromium > /dev/null; }; } || true

# Every page as it looks, into docs/screens.
screenshots: $(INSTALLED) chromium
	@$(BIN)/python -m tests.browser.screens

lint: style types imports

style: $(INSTALLED)
	@$(BIN)/ruff check --quiet .

types: $(INSTALLED)
	@$(BIN)/mypy --no-error-summary

# Speaks only when a contract is broken.
imports: $(INSTALLED)
	@mkdir -p build
	@$(BIN)/lint-imports > build/imports.txt 2>&1 || { cat build/imports.txt; exit 1; }

# The same tests as in `make test`; speaks only when something public is undocumented.
docs: $(INSTALLED)
	@mkdir -p build
	@$(BIN)/python -m pytest -q tests/docs > build/docs.txt 2>&1 || { cat build/docs.txt; exit 1; }

# Commands, settings, refusals and ledger words, from the code into docs/reference.
reference: $(INSTALLED)
	@$(BIN)/python docs/write_reference.py

bench: $(INSTALLED) $(PEERS)
	@$(BIN)/python -m bench.run $(ARGS)

# Kills, stops, full disks and wrong clocks at full size, half an hour and more; writes build/chaos.json.
chaos: $(INSTALLED)
	@$(BIN)/python -m tests.crash.chaos $(ARGS)

# Attacks on approvals, evidence, policies, standards, evaluation and doors at full size; writes build/abuse.json.
abuse: $(INSTALLED)
	@$(BIN)/python -m tests.abuse.run $(ARGS)

studies: $(INSTALLED)
	@$(BIN)/python -m studies.run $(ARGS)

clean:
	rm -rf build dist demo .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench studies -name __pycache__ -type d -prune -exec rm -rf {} +

# Pip is in the lock too: the hashes of requirements-build.lock reach the build only with a recent one.
$(INSTALLED): $(LOCKED) pyproject.toml requirements-build.lock
	@$(PIP_ENV) PIP_CONSTRAINT= PIP_BUILD_CONSTRAINT=requirements-build.lock $(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(LOCKED): requirements.lock | .venv/bin/python
	@echo "Installing what requirements.lock names into .venv (a minute or two, once)."
	@$(PIP_ENV) $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Licet needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1 | head -n 1)." >&2; \
	  echo "Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 4; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu 'apt install python3-venv' mends that." >&2; exit 4; }

# Other tools that bench/ compares with; they never enter .venv.
$(PEERS): bench/requirements-peers.lock
	@mkdir -p build
	@$(PYTHON) -m venv build/bench-venv
	@$(PIP_ENV) build/bench-venv/bin/python -m pip install --quiet --require-hashes -r bench/requirements-peers.lock
	@touch $@

# Writes the locks anew. The package index of this machine's pip settings stays out of them.
LOCK := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= CUSTOM_COMPILE_COMMAND="make lock" build/lock-venv/bin/pip-compile --quiet \
  --no-header --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock:
	@mkdir -p build
	@$(PYTHON) -m venv build/lock-venv
	@$(PIP_ENV) build/lock-venv/bin/python -m pip install --quiet pip-tools
	$(LOCK) --output-file requirements-build.lock requirements-build.in
	$(LOCK) --output-file requirements.lock --extra bpmn --extra cross-check --extra llm-anthropic --extra notify --extra oidc --extra otel --extra process pyproject.toml requirements-dev.in
	$(LOCK) --output-file bench/requirements-peers.lock bench/requirements-peers.in
