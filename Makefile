# Two commands matter: `make up` runs the product, `make test` tests it. `make help` lists the rest.

PYTHON ?= python3
UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
export UV_FIND_LINKS
export PIP_DISABLE_PIP_VERSION_CHECK = 1
UV := .tools/bin/uv
APP := .venv/bin
TESTS ?= tests
# 0 is one process; 2 shares the run among two.
TEST_PROCESSES ?= 0

.PHONY: help up setup test check format bench nlu-cross crash sequences conformance demo-replay lock clean

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: setup ## Set everything up, run the product with demo data, print where to click
	@DEMO=1 $(APP)/python -m gateway up

test: setup ## Run all tests
	@$(APP)/python -m gateway prepare
	@$(APP)/python -m pytest -n $(TEST_PROCESSES) $(TESTS)

check: setup ## Format, lint, types, import contracts, architecture tests
	$(APP)/ruff format --check .
	$(APP)/ruff check .
	$(APP)/mypy
	$(APP)/lint-imports
	$(APP)/python -m pytest tests/architecture

format: setup ## Put the code into shape
	$(APP)/ruff format .
	$(APP)/ruff check --fix .

bench: setup ## Run the benchmarks and print their tables
	@$(APP)/python -m gateway prepare
	@$(APP)/python -m benchmarks.retrieval
	@$(APP)/python -m benchmarks.turn

nlu-cross: setup ## Cross-validate the intents with Rasa on every sentence, in three folds (minutes)
	@NLU_CROSS_EXAMPLES=0 NLU_CROSS_FOLDS=3 $(APP)/python -m pytest tests/engine/test_cross_validation.py

bench-peers: setup ## Install the search libraries that the retrieval benchmark compares with
	@$(UV) venv -q --allow-existing --python .venv/bin/python var/bench/peers
	@$(UV) pip install -q --python var/bench/peers/bin/python -r requirements/peers.txt

crash: setup ## Run the long crash campaign: kill -9 at random, then look for losses
	@$(APP)/python -m gateway prepare
	@CRASH_MESSAGES=1000 CRASH_CONVERSATIONS=40 $(APP)/python -m pytest tests/live/test_crash.py
	@PUBLISH_KILLS=40 $(APP)/python -m pytest tests/knowledge_base/test_kills.py

sequences: setup ## Play a thousand random days on every channel, then look for losses and doubles
	@SEQUENCES=1000 $(APP)/python -m pytest -s tests/gateway/test_race.py tests/gateway/test_sequences.py

conformance: setup ## Drive the fakes of Telegram and Slack with independent clients (needs Node and npm)
	@CONFORMANCE=1 $(APP)/python -m pytest -rs tests/conformance

demo-replay: setup ## Replay ten Telegram conversations; print question, answer, source, owner
	@$(APP)/python -m gateway prepare
	@$(APP)/python -m tests.live.replay

lock: $(UV) ## Resolve the pinned requirements anew
	$(UV) pip compile -q --no-header --no-annotate --upgrade --python-version 3.11 requirements/app.in -o requirements/app.txt
	$(UV) pip compile -q --no-header --no-annotate --upgrade --python-version 3.11 requirements/dev.in -o requirements/dev.txt
	$(UV) pip compile -q --no-header --no-annotate --upgrade --python-version 3.10 bot/requirements.in -o bot/requirements.txt
	$(UV) pip compile -q --no-header --no-annotate --upgrade --python-version 3.11 requirements/peers.in -o requirements/peers.txt
	sed -i.old 's/^\(torch==[0-9.]*\)+cpu$$/\1/' requirements/app.txt requirements/dev.txt requirements/peers.txt && rm -f requirements/*.old

clean: ## Remove environments, models and data
	rm -rf .venv .tools bot/.venv bot/models bot/.rasa var

setup: .venv/.ready bot/.venv/.ready

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Carehouse needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Set PYTHON to another one." >&2; exit 1; }
	@echo "Setting up: uv"
	@$(PYTHON) -m venv .tools && .tools/bin/python -m pip install -q uv

.venv/.ready: requirements/dev.txt | $(UV)
	@echo "Setting up: the app's environment (once, a few minutes on a slow line)"
	@$(UV) venv -q --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	@$(UV) pip install -q --python .venv/bin/python -r requirements/dev.txt
	@touch $@

bot/.venv/.ready: bot/requirements.txt bot/.python-version | $(UV)
	@echo "Setting up: the engine's environment (Python 3.10, once)"
	@cd bot && ../$(UV) venv -q --allow-existing --python 3.10 .venv 2>/dev/null || \
	  { echo "The dialogue engine needs Python 3.10 and none was found or could be fetched: install python3.10 and run this again." >&2; exit 1; }
	@$(UV) pip install -q --python bot/.venv/bin/python -r bot/requirements.txt
	@touch $@
