# Everything a fresh machine needs: git, make, Python 3.11 or newer with venv. `make` alone lists the targets.

BIN := .venv/bin
SET_UP := .venv/.set-up
ASSETS := .venv/.assets
FRESH := .venv/fresh
STAC := .venv/stac

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench wheel screenshots constraints stac clean soak

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

setup: $(SET_UP) $(ASSETS)  ## Install everything into .venv; does nothing when nothing has changed

$(SET_UP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Haidongqing needs Python 3.11 or newer; found none. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	@touch $@

# The stamp is left out when the registries cannot be reached, so that the next run tries again.
$(ASSETS): $(wildcard tools/assets.*) $(SET_UP)
	@if $(BIN)/python tools/assets.py; then touch $@; else \
	echo "Set-up goes on without browser assets and typefaces: maps and PDFs stay plain until they are fetched, and the next make tries again." >&2; fi

# In a script, where nobody would end the map app, only the chain runs.
demo: setup  ## A synthetic province from imagery to briefing maps, then the map app
	@if test -t 1; then $(BIN)/hdq demo; else $(BIN)/hdq demo --no-app; fi

# A file's tests stay together, so that what they share is made once.
test: setup  ## All tests, on all processors
	$(BIN)/pytest -n auto --dist loadfile

lint: setup  ## Style, types, layers, spelling, notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	@for notebook in notebooks/*.ipynb; do test ! -e "$$notebook" || $(BIN)/nbstripout --verify "$$notebook" || exit 1; done

# A benchmark is a script that writes figures or a file of tests with limits.
bench: setup  ## Speed and memory of the slow verbs
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; \
	if grep -q __main__ "$$file"; then $(BIN)/python "$$file"; else $(BIN)/pytest -q -s "$$file"; fi || exit 1; done

soak: setup  ## A province on a real cluster: a worker killed, a run killed and resumed; minutes
	$(BIN)/pytest -q -s tests/soak/soak_*.py

wheel: setup  ## The package with its assets, into dist/
	@test -e $(ASSETS) || { echo "No wheel without browser assets and typefaces; run make setup with a network." >&2; exit 1; }
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

screenshots: setup  ## The pictures of the README; needs Chromium
	$(BIN)/python -m tools.screenshots

# A venv of its own, for its pins contradict ours. Tests start the server by themselves where PostgreSQL runs, see .ci/postgres.
stac: $(STAC)/.set-up  ## The STAC server that the tests of the catalogue ask

$(STAC)/.set-up: constraints-stac.txt $(SET_UP)
	$(PYTHON) -m venv $(STAC)
	$(STAC)/bin/python -m pip install --quiet -c constraints-stac.txt stac-fastapi-pgstac "pypgstac[psycopg]" uvicorn
	@touch $@

# A venv of its own, so that nothing installed by hand gets in.
constraints:  ## Pin the newest versions that work together
	$(PYTHON) -m venv $(FRESH)
	$(FRESH)/bin/python -m pip install --quiet -e ".[dev]"
	$(FRESH)/bin/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' > constraints.txt
	rm -rf $(FRESH)

clean:  ## Remove the environment and everything that was built
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
