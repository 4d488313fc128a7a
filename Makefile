# The commands of this repository. `make demo` and `make serve` need nothing but Python 3.11+ and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PROCESSES ?= 2

# Branch coverage of the pure layers, in per cent; 0 runs the tests without measuring.
COVERAGE ?= 100
PURE := */sinch_voice_emulator/model/*,*/sinch_voice_emulator/engine/*,*/sinch_voice_emulator/v1/*

.PHONY: help demo serve test lint format pytest container pythons package docs bench clean

help:
	@echo "make demo       run two calls against a sample backend and print what happened"
	@echo "make serve      leave the emulator running for your own backend (ARGS='--callback-url ...')"
	@echo "make test       every check: ruff, mypy, tests"
	@echo "make container  build the image, run it and look at it"
	@echo "make pythons    run the tests under every Python from 3.11 to 3.14 that is there"
	@echo "make package    build wheel and sdist into dist/"
	@echo "make docs       rewrite the tables in docs/ that are generated from the code"
	@echo "make bench      measure throughput, start-up and memory"
	@echo "make clean      remove the environment and everything generated"

$(INSTALLED): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: $(INSTALLED)
	$(BIN)/python -m sinch_voice_emulator.demo

serve: $(INSTALLED)
	$(BIN)/sinch-voice-emulator serve $(ARGS)

test: lint pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pytest: $(INSTALLED)
ifeq ($(COVERAGE),0)
	$(BIN)/python -m pytest -n $(PROCESSES) $(ARGS)
else
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(PROCESSES) $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='$(PURE)' --skip-covered --show-missing --fail-under=$(COVERAGE)
endif

CONTAINER_CHECK ?= ../shared/tools/container-check

pythons:
	.ci/pythons $(PYTHONS)

package: $(INSTALLED)
	$(BIN)/python -m build --outdir dist

container: $(INSTALLED)
	CONTAINER_CHECK=$(CONTAINER_CHECK) $(BIN)/python -m pytest -v tests/integration/test_container.py $(ARGS)

docs: $(INSTALLED)
	$(BIN)/python -m sinch_voice_emulator.settings.reference docs/configuration.md
	$(BIN)/python -m sinch_voice_emulator.cli.reference docs/configuration.md
	$(BIN)/python -m sinch_voice_emulator.api.control.reference docs/control-api.md
	$(BIN)/python -m sinch_voice_emulator.api.reference docs/endpoints.md

bench: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find emulator tests docs \( -name __pycache__ -o -name .ruff_cache -o -name .hypothesis \) -type d -prune -exec rm -rf {} +
