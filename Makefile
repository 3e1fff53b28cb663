# Press Zero. `make run` and `make test` set up everything they need; only Python 3.11, git and make
# have to be there already.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
WORKERS ?= 2
PUBLISHES ?= 2000

.DEFAULT_GOAL := help
.PHONY: help run demo test check format screenshots bench soak publishes fuzz train lock browser clean

help: ## What there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## Set up everything and start Press Zero with ./config.toml
	@echo "Starting Press Zero with ./config.toml (stop it with Ctrl-C)"
	@exec $(BIN)/presszero run

demo: $(VENV)/.run ## A sample week of a made-up airline, already read, triaged and drafted
	@exec $(BIN)/presszero demo

test: $(VENV)/.dev browser ## Set up everything and run every test but the long ones
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not soak and not fuzz"

check: $(VENV)/.dev ## Lint, format, types, and the direction of every import
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/.dev browser ## Every page of the inbox at three widths and in the dark, into docs/images
	$(BIN)/python -m tests.browser.pictures docs/images

bench: $(VENV)/.dev ## The figures for speed and memory
	$(BIN)/python -m tests.bench

soak: $(VENV)/.dev ## The long tests: 500 kills
	$(BIN)/pytest -m soak -s

publishes: $(VENV)/.dev ## The proof of posting: PUBLISHES (2000) replies while everything goes wrong
	$(BIN)/python -m tests.publishes --count $(PUBLISHES)

fuzz: $(VENV)/.dev ## Schemathesis against the API for FUZZ_SECONDS (600)
	$(BIN)/pytest -m fuzz -n0 -s

train: $(VENV)/.dev ## Train the shipped model anew; the same corpus gives the same bytes
	$(BIN)/python -m nlp.wait_training
	$(BIN)/python -m nlp.train

lock: $(VENV)/.dev ## Pin the newest versions that pyproject.toml allows
	$(UV) pip compile -q --upgrade --universal --no-header --no-annotate --no-emit-index-url \
	  --all-extras --group dev -p 3.11 pyproject.toml -o constraints.txt

browser: ## A Chromium for the page tests, when there is none yet
	@sh tests/browser/install.sh $(VENV)

$(UV):
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

$(VENV)/.run: $(UV) pyproject.toml constraints.txt
	@echo "Installing Press Zero and what it needs"
	@$(UV) pip install -q --compile-bytecode --python $(BIN)/python -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing the tools for tests and checks"
	@$(UV) pip install -q --compile-bytecode --python $(BIN)/python -c constraints.txt -e . --group dev
	@touch $@

clean: ## Remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
