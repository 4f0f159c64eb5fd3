# Rathausplatz. `make help` lists what there is.
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .data
PORT ?= 8000
export RATHAUSPLATZ_DATA := $(abspath $(DATA))
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform
# bytecode is kept even where the machine says otherwise: without it every start compiles the libraries again
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test check bench shell clean env lock
help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: env ## three portals and the console, until Ctrl-C (PORT=8000, DATA=.data)
	@exec $(BIN)/rathausplatz demo --port "$(PORT)"

test: env ## the whole suite, browser journeys included
	@$(BIN)/python -m infra.testing

check: env ## format, lint, types, imports, templates, migrations, translations
	@$(BIN)/python -m infra.checking

bench: env ## measure pages, provisioning and the page cache
	@$(BIN)/python -m infra.bench

shell: env ## a Python shell inside a commune: make shell TENANT=gera
	@$(BIN)/rathausplatz commune_shell --tenant "$(or $(TENANT),gera)"

clean: ## remove the state and what was built
	@python3 infra/cleaning.py "$(DATA)" build

env: $(VENV)/.ready

$(VENV)/.ready: infra/requirements/dev.txt pyproject.toml
	@python3 infra/environment.py "$(VENV)"
	@touch $@

lock: ## renew the pinned requirements from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o infra/requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml --group dev -o infra/requirements/dev.txt
