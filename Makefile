# make demo, make test: everything they need is set up in .venv first.

SHELL := bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test lint benchmark lab clean

help:
	@echo "make demo       grade a class of sample notebooks and show who got what, and why"
	@echo "make test       run the tests"
	@echo "make lint       check style and types"
	@echo "make benchmark  measure how fast it is, beside PyTorch where that is installed"
	@echo "make lab        open JupyterLab at the start page of the lessons"
	@echo "make clean      remove .venv and demo/"

demo: .venv/ready
	@$(BIN)/lessons demo

test: .venv/ready
	@$(BIN)/pytest --cov=tinygrad_lessons --cov-report=term:skip-covered
	@echo "All of it holds. See it at work: make demo. Open the lessons: make lab"

lint: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Mend it with: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy

benchmark: .venv/ready
	@for name in training_step small_ops epoch imports memory grading; do \
		$(BIN)/python benchmarks/$$name.py --short; echo; \
	done

lab: .venv/ready
	@$(BIN)/lessons lab

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up .venv (once; a few minutes on a slow line)"
	@$(PYTHON) -m venv .venv || \
		{ echo "Debian keeps venv in a package of its own: apt install python3-venv"; rm -rf .venv; exit 1; }
	@$(BIN)/pip install --disable-pip-version-check --progress-bar on -e '.[classroom,test]' \
		| grep --line-buffered -oE '^(Collecting [^ ]+|Installing|ERROR.*)'
	@touch .venv/ready

clean:
	rm -rf .venv demo
