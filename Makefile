# The only list of developer commands. The first call makes .venv; later calls reuse it.

PYTHON ?= python3
SEED ?= 1
PORT ?= 8000

# What torch to install, and from which index; scripts/install_torch.sh explains the choice.
TORCH ?= torch>=2.13,<2.15
TORCH_CPU ?= torch==2.13.0+cpu
TORCH_INDEX ?=
export TORCH TORCH_CPU TORCH_INDEX

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo serve test check check-native bench proof fix docs clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.user ## install, then ask the embedded model nine fresh questions (SEED=n for others)
	$(BIN)/trinity demo --seed $(SEED)

serve: $(VENV)/.user ## the server and its page on 127.0.0.1 (PORT=8000)
	$(BIN)/trinity serve --port $(PORT)

test: $(VENV)/.dev ## every test that needs neither network nor GPU
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m "not gpu and not network"

check: $(VENV)/.dev ## lint, format, types, import contracts, generated documents fresh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python scripts/cli_reference.py --check
	$(BIN)/python scripts/file_map.py --check

check-native: ## the C++ kernels under address, undefined-behaviour and thread sanitizers; needs CMake
	@set -e; for sanitizer in address,undefined thread; do \
	    cmake -S . -B build/check-$${sanitizer%,*} -DTRINITY_CHECK=ON \
	        -DTRINITY_SANITIZER=$$sanitizer > /dev/null; \
	    cmake --build build/check-$${sanitizer%,*} > /dev/null; \
	    build/check-$${sanitizer%,*}/check; \
	done

bench: $(VENV)/.dev ## speed of mini and bench-30m in a few minutes; docs/benchmarks.md says how to run all
	$(BIN)/python scripts/bench_checkpoints.py bench-30m
	$(BIN)/trinity bench mini bench-30m --weights bf16,int4 --streams 8,32 --repeats 3 \
	    --out runs/bench/short

proof: $(VENV)/.dev ## train and measure the fusion and its controls, stage by stage; hours, resumes
	$(BIN)/python scripts/proof.py
	$(BIN)/python scripts/proof_report.py

fix: $(VENV)/.dev ## repair what lint and format can repair by themselves
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev ## rewrite the generated documents
	$(BIN)/python scripts/cli_reference.py
	$(BIN)/python scripts/file_map.py

clean: ## remove .venv, caches and build outputs
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts recipes benchmarks examples -name __pycache__ -prune -exec rm -rf {} +

# Stamps: each is newer than what it was made from, so a second call installs nothing.
$(VENV)/.torch: scripts/install_torch.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Trinity needs Python 3.11 or newer; name one with `make PYTHON=python3.12 ...`.")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	sh scripts/install_torch.sh $(BIN)/python
	@touch $@

$(VENV)/.user: pyproject.toml $(VENV)/.torch
	$(PIP) install --quiet --editable ".[train,pdf]"
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.torch
	$(PIP) install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/.user
