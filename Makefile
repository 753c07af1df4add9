# Every target sets up .venv by itself, once; `make help` lists them.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
export PYTHONHASHSEED := 0

.PHONY: help setup reproduce test test-slow test-browser lint lab api bench audit lock
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## set up .venv, which every other target does by itself; TORCH=cpu leaves the CUDA libraries out

reproduce: $(READY)  ## run every notebook of the embedded profile and build the report
	$(PY) run_all.py --profile embedded

# compiled once, not anew by every process, where the environment asks for no bytecode
test: $(READY)  ## lint, then run the tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports
	$(PY) -c "import matplotlib.font_manager"  # its list of fonts, once and not by all workers at a time
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest --numprocesses auto --dist loadscope

test-slow: $(READY)  ## kill runs thirty times and see that nothing is lost
	$(PY) -m pytest -m trials

# Debian's package; another chromium or Chrome does as well
test-browser: $(READY)  ## install chromium where there is none, and run the browser tests
	@command -v chromium || command -v chromium-browser || command -v google-chrome \
		|| { apt-get update -qq && apt-get install -qq --yes chromium; } \
		|| { echo "chromium is needed, for instance: sudo apt-get install chromium"; exit 1; }
	$(PY) -m pytest -m browser

lint: $(READY)  ## apply the linter's and the formatter's fixes, and hold the walls between the houses
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(VENV)/bin/lint-imports

lab: $(READY)  ## open JupyterLab on the start page (loopback only, with its token)
	$(PY) -m workbook.lab $(LAB_OPTIONS)

# what others use: metrics, centers with their bounds, losses
API := hashcenters.metrics hashcenters.centers hashcenters.losses

api: $(READY)  ## build the pages of the API from the docstrings, into build/api
	$(PY) -m pdoc --docformat google --output-directory build/api $(API)
	@echo "build/api/index.html"

bench: $(READY)  ## run the benchmarks and write their tables
	$(PY) -m benchmarks

audit: $(READY)  ## look up known vulnerabilities of the locked packages, where the service can be reached
	@PY=$(PY) .ci/audit

lock: $(READY)  ## resolve requirements.lock again from pyproject.toml
	$(PY) -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --constraint constraints.txt --output-file requirements.lock

# TORCH=cpu leaves out what only CUDA needs. Torch itself then comes as its build for processors, by the version in the
# lock and not by a hash, from where uv finds such builds; everything else is the lock's, hash by hash.
TORCH ?= lock
CUDA_ONLY := ^(torch|torchvision|triton|(cuda|nvidia)-[a-z0-9-]+)==
CPU_LOCK := $(VENV)/requirements-cpu.lock
PINS = $(shell grep -oE '^torch(vision)?==[0-9.]+' requirements.lock)
QUIET := --quiet --disable-pip-version-check
INTO = --quiet --compile-bytecode --python $(PY)

# .venv's own Python once it is there, so that a set-up that was interrupted goes on with the same one
SETUP_PYTHON = $(firstword $(wildcard $(PY)) $(PYTHON))
WANTED := Python 3.11, 3.12 or 3.13 is needed
CHOOSE := choose another with: make PYTHON=/path/to/python3.12

$(READY): requirements.lock pyproject.toml
	@command -v $(SETUP_PYTHON) > /dev/null || { echo "$(WANTED), there is no $(SETUP_PYTHON); $(CHOOSE)"; exit 1; }
	@$(SETUP_PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v < (3, 14))' \
		|| { echo "$(WANTED), $(SETUP_PYTHON) is $$($(SETUP_PYTHON) -V 2>&1); $(CHOOSE)"; exit 1; }
	@echo "setting up $(VENV), once: about $(if $(filter cpu,$(TORCH)),3,6) GB, 1 to 2 minutes on a fast connection"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "$(PYTHON) cannot make $(VENV); install its venv module (python3-venv)"; exit 1; }
ifeq ($(TORCH),cpu)
	@$(PY) -m pip install $(QUIET) --require-hashes --requirement requirements-uv.txt
	@awk '/^[a-z0-9]/ {keep = $$0 !~ /$(CUDA_ONLY)/} keep' requirements.lock > $(CPU_LOCK)
	@$(PY) -m uv pip install $(INTO) --no-deps --require-hashes --requirement $(CPU_LOCK)
	@$(PY) -m uv pip install $(INTO) --no-deps --torch-backend cpu $(PINS) \
		|| { echo "no build of $(PINS) for processors is within reach; make without TORCH=cpu takes the lock's"; exit 1; }
else
	@$(PY) -m pip install $(QUIET) --require-hashes --requirement requirements-uv.txt \
		&& $(PY) -m uv pip install $(INTO) --require-hashes --requirement requirements.lock \
		|| $(PY) -m pip install --quiet --require-hashes --requirement requirements.lock
endif
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
