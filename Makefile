# The commands of Market Stress. Every target works from a fresh clone; `make` alone prepares a full environment.

HOST ?= localhost
PORT ?= 8501
VENV := .venv
PACKAGES := analytics api app components data_sources market watch
RUN = PYTHONPATH="$(CURDIR)" $(VENV)/bin/python -m

.DEFAULT_GOAL := dev
.PHONY: dev run test check format bench watch record live-test docs pictures browser servers lock clean

dev: $(VENV)/.dev

run: $(VENV)/.run
	@$(RUN) app.port "$(HOST)" "$(PORT)"
	$(RUN) streamlit run app/asgi.py --server.address $(HOST) --server.port $(PORT)

# Two at a time, file by file: tests that share a server stay together.
test: $(VENV)/.dev browser servers
	$(RUN) pytest -n 2 --dist loadfile

check: $(VENV)/.dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy $(wildcard $(PACKAGES))
	$(RUN) pytest -q tests/test_imports.py

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.dev browser
	$(RUN) tests.bench

watch: $(VENV)/.run
	$(RUN) watch

record: $(VENV)/.run
	$(RUN) data_sources.record

# make bring FILE=nasdaq.csv KEY=IXIC INTO=mine
.PHONY: bring
bring: $(VENV)/.run
	$(RUN) data_sources.bring $(FILE) --key "$(KEY)" --into "$(INTO)" $(OPTIONS)

live-test: $(VENV)/.dev
	$(RUN) pytest -m live tests/live

docs: $(VENV)/.dev
	$(RUN) docs.write_methods

pictures: $(VENV)/.dev browser
	$(RUN) docs.pictures.take

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. The development lock holds everything the run lock holds, at the same versions.
# uv installs several times faster than pip; where it is missing, or cannot reach its index, pip does.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

define install
	@echo "Installing what Market Stress needs into $(VENV): a minute or two, and only once."
	@uv pip install --quiet --python $(VENV)/bin/python --compile-bytecode --require-hashes -r $< 2>/dev/null \
		|| $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< \
			2>$(VENV)/install.log \
		|| { echo "The packages could not be fetched: is there a way to a package index? What pip said is in" \
			"$(VENV)/install.log." >&2; exit 1; }
	@touch $@
endef

# Debian's Python without its venv package leaves half an environment behind, which must not be taken for one.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Market Stress needs Python 3.11 or later." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(install)

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(install)

# A Chromium for the browser tests: Debian's where the user may install it, else Playwright's own.
browser: $(VENV)/.dev
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation; \
	else $(RUN) playwright install chromium; fi

# PostgreSQL and Redis for the tests, which start them themselves: Debian's, where the user may install them.
servers:
	@if command -v redis-server >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql redis-server; fi

# The locks name no index and no machine. UPGRADE=--upgrade takes the newest versions the ranges allow.
COMPILE = uv pip compile pyproject.toml --extra postgres --extra redis --quiet --no-config --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-strip-extras --no-annotate --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" $(UPGRADE)

lock: $(VENV)/.dev
	PATH="$(VENV)/bin:$$PATH" $(COMPILE) --output-file requirements.txt
	PATH="$(VENV)/bin:$$PATH" $(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt
