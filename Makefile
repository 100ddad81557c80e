# Everything that one does with the course. `make` alone prints the list.
#
#   make lab ARGS="--no-browser --port 8899"     further arguments for JupyterLab
#   make test ARGS="-k transport -x"             further arguments for pytest
#   make solutions ARGS=04                       one lesson instead of all; make slides too
#   make test PYTHON=python3.12                  the Python that .venv is made from
#
# Kept to what the make of macOS understands (GNU make 3.81).

PYTHON = python3
VENV = .venv
PY = $(VENV)/bin/python
PIP = $(PY) -m pip install --disable-pip-version-check

# Both are empty files inside .venv: one says that the installation is complete, the other that one
# has begun. An installation that was killed may have left half a package, which pip takes for a
# whole one; then .venv is made afresh. Where pip itself gave up (its exit status 1: no network, no
# such version) the packages are whole, and .venv stays.
INSTALLED = $(VENV)/.installed
UNFINISHED = $(VENV)/.unfinished

# Strict: every stored output is compared.
NBVAL = $(PY) -m pytest --nbval --nbval-current-env --nbval-cell-timeout=900

.PHONY: help lab test notebooks slides solutions portable browser wheel page site bench lint format clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s%s\n", $$1, $$2 }' Makefile

lab: $(INSTALLED) ## open the course in JupyterLab
	$(PY) -m jupyterlab --notebook-dir=. --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(AS_ROOT) $(ARGS)

test: $(INSTALLED) ## run all tests: code style, library, every cell of every notebook
	$(NBVAL) $(ARGS) tests notebooks

notebooks: $(INSTALLED) ## run the notebooks, store their outputs, list their claims, draw the house
	$(PY) -m workshop.notebooks build
	$(PY) -m workshop.claims_page
	$(PY) -m workshop.house

solutions: $(INSTALLED) ## solve all exercises in copies of the lessons, and run those
	$(PY) -m workshop.solutions $(ARGS)

slides: $(INSTALLED) ## make a deck of each lesson in build/slides, and inspect every slide
	$(PIP) --quiet --requirement workshop/slides/requirements.txt
	$(PY) -m workshop.chromium
	$(PY) -m workshop.slides $(ARGS)
	$(PY) -m pytest workshop/slides

portable: $(INSTALLED) ## run the notebooks with one thread, and without vector instructions
	OMP_NUM_THREADS=1 $(NBVAL) $(ARGS) notebooks
	ATEN_CPU_CAPABILITY=default $(NBVAL) $(ARGS) notebooks

browser: $(INSTALLED) ## run the lessons and their widgets in a real browser
	$(PIP) --quiet --requirement tests/browser/requirements.txt
	$(PY) -m workshop.chromium
	$(PY) -m pytest tests/browser $(ARGS)

wheel: $(INSTALLED) ## build the package, install it elsewhere, run lessons and commands from it
	$(PIP) --quiet --requirement tests/installed/requirements.txt
	$(PY) -m pytest tests/installed $(ARGS)

page: $(INSTALLED) ## join the WGAN Lab into one page, and take its still pictures
	$(PIP) --quiet --requirement tests/browser/requirements.txt
	$(PY) -m workshop.chromium
	$(PY) -m workshop.lab.build
	$(PY) -m workshop.lab.stills

site: $(INSTALLED) ## make the web site from the notebooks as they are stored, and test it
	$(PIP) --quiet --requirement workshop/site/requirements.txt
	$(PY) -m workshop.chromium
	$(PY) -m workshop.site
	$(PY) -m pytest workshop/site $(ARGS)

bench: $(INSTALLED) ## measure speed, memory, redraws and time to quality
	$(PY) -m benchmarks $(ARGS)

lint: $(INSTALLED) ## look at the code style alone (`make test` does too)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: $(INSTALLED) ## put the code into its standard form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean: ## remove .venv and what tools left behind; data and runs stay
	rm -rf $(VENV) build dist solutions workshop/site/_build .pytest_cache .ruff_cache .hypothesis
	find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# JupyterLab refuses to run as root unless told to. Whoever is root here is so in a container, with
# nobody else on the machine; everybody else keeps the refusal.
AS_ROOT = $(shell test "$$(id -u)" = 0 && echo --allow-root)

NEEDS = This course needs Python 3.10 or newer. Install one, or name one: make PYTHON=python3.12
OLD = import sys; sys.exit(sys.version_info < (3, 10))

$(INSTALLED): requirements.txt pyproject.toml
	@if [ -e $(UNFINISHED) ] || ! $(PY) -c 'import pip; $(OLD)' >/dev/null 2>&1; then \
	  $(MAKE) --no-print-directory fresh-venv; \
	fi
	@touch $(UNFINISHED)
	@echo "Installing what requirements.txt asks for into $(VENV)"
	@trap 'exit 130' INT TERM; \
	$(PIP) --requirement requirements.txt && $(PIP) --quiet --no-deps --editable . || \
	  { test $$? = 1 && rm -f $(UNFINISHED); \
	    echo "The installation failed: see above. Once that is mended, run make again." >&2; exit 1; }
	@touch $(INSTALLED)
	@rm -f $(UNFINISHED)

.PHONY: fresh-venv
fresh-venv:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. $(NEEDS)" >&2; exit 1; }
	@$(PYTHON) -c '$(OLD)' || \
	  { echo "$(PYTHON) is $$($(PYTHON) --version 2>&1). $(NEEDS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make environments: its modules venv and ensurepip are missing." \
	    "On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) from $$($(PYTHON) --version). The first time takes a few minutes."
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@touch $(UNFINISHED)
	@$(PY) -m ensurepip --default-pip >/dev/null
