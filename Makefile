# Everything that a newcomer, a reviewer or the build server runs. `make help` lists it.
# `make run` and `make test-rust` need Rust 1.89 or later, what concerns Python also Python 3.11 or later, what concerns
# Node also Node 20 or later with npm, `make fuzz` cargo-fuzz.

CARGO ?= cargo
PYTHON ?= python3
FUZZ_TARGET ?= csv_ingest
FUZZ_SECONDS ?= 60
PEERS := benches/peers
PEERS_PYTHON := $(PEERS)/.venv/bin/python

PYTHON_PACKAGE := bindings-python
PYTHON_VENV := $(PYTHON_PACKAGE)/.venv
PYTHON_BIN := $(abspath $(PYTHON_VENV))/bin

NPM ?= npm
NODE_PACKAGE := bindings-node
NODE_EXAMPLES := examples/node
NODE_BUILD := build

.DEFAULT_GOAL := help
.PHONY: fuzz-python help run test test-rust test-python test-python-spark test-python-matrix node-build node-test lint gen vectors python wheel bench speed peers fuzz doc

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Print the reminders that are due in a real order log, and write an HTML report
	$(CARGO) run --release --package examples --bin reminders

test: test-rust test-python test-python-spark node-test ## Run all tests, with the documentation's examples

test-rust: ## Run the tests of the Rust crates, golden vectors among them
	$(CARGO) test --workspace --all-features

test-python: python ## Build the Python package into an environment of its own, and run its tests
	cd $(PYTHON_PACKAGE) && $(PYTHON_BIN)/ruff check . && $(PYTHON_BIN)/ruff format --check .
	cd $(PYTHON_PACKAGE) && $(PYTHON_BIN)/python -m pytest -n auto

test-python-spark: python ## Run the tests on a local Spark; needs Java 17
	bash $(PYTHON_PACKAGE)/tests/spark.sh

test-python-matrix: wheel ## Run the wheel's tests with other Pythons, pandas 2 and Polars 1, as far as they can be installed
	bash $(PYTHON_PACKAGE)/tests/matrix.sh

# The profile of the tests, so that what they compiled serves here as well. Speed is measured with `make wheel`.
python: $(PYTHON_VENV)/installed ## Build the Python package into bindings-python/.venv, for working on it
	cd $(PYTHON_PACKAGE) && VIRTUAL_ENV=$(abspath $(PYTHON_VENV)) $(PYTHON_BIN)/maturin develop --quiet

wheel: $(PYTHON_VENV)/installed ## Build the wheel into bindings-python/dist
	rm -rf $(PYTHON_PACKAGE)/dist
	cd $(PYTHON_PACKAGE) && $(PYTHON_BIN)/maturin build --release --out dist

$(PYTHON_VENV)/installed: $(PYTHON_PACKAGE)/requirements-test.txt
	$(PYTHON) -m venv $(PYTHON_VENV)
	$(PYTHON_BIN)/python -m pip install --quiet --requirement $<
	@touch $@

node-build: ## Build the Node package in place, from its locked tools
	@if command -v $(NPM) >/dev/null 2>&1; then \
		cd $(NODE_PACKAGE) && $(NPM) ci --silent && $(NPM) run --silent $(NODE_BUILD); \
	else printf '\n*** SKIPPED: npm is not installed, so the Node package is NOT built\n\n'; fi

# The profile of the tests, so that what they compiled serves here as well. Speed is measured after `make node-build`.
node-test: NODE_BUILD := build:dev
node-test: node-build ## Build the Node package, and run its tests and examples
	@if command -v $(NPM) >/dev/null 2>&1; then \
		(cd $(NODE_PACKAGE) && BEFOREHAND_PYTHON="$$(command -v $(PYTHON_BIN)/python || echo python3)" $(NPM) test --silent) && \
		cd $(NODE_EXAMPLES) && $(NPM) ci --silent && $(NPM) test --silent; \
	else printf '\n*** SKIPPED: npm is not installed, so the Node package is NOT tested\n\n'; fi

gen: ## Write the faces in other languages from the definitions in the core
	$(CARGO) run --quiet --package beforehand-gen

vectors: ## Write what golden vectors expect; look at the difference before you commit it
	$(CARGO) run --quiet --package beforehand-gen -- vectors

lint: ## Check formatting, clippy and documentation, warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings
	$(CARGO) clippy --package beforehand -- -D warnings
	$(CARGO) clippy --package beforehand --features arrow,surface -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --all-features --no-deps

bench: ## Measure ingest, fit, everyone's and one customer's forecast, stage by stage, on a made log of 200,000 purchases
	$(CARGO) bench --package benches --bench pipeline

speed: $(PEERS)/.venv/installed ## Measure whole logs of 10^5 to 10^7 purchases beside one Polars aggregation of each
	$(CARGO) build --release --package benches --bin generate --bin speed
	$(PEERS_PYTHON) $(PEERS)/speed.py

peers: $(PEERS)/.venv/installed ## Score existing tools and beforehand on the same log; rewrites benches/peers/RESULTS*.md
	$(CARGO) build --release --package benches --bin predict
	$(PEERS_PYTHON) $(PEERS)/compare.py --markdown $(PEERS)/RESULTS.md
	$(PEERS_PYTHON) $(PEERS)/churn.py --markdown $(PEERS)/RESULTS_CHURN.md
	$(PEERS_PYTHON) $(PEERS)/offers.py --markdown $(PEERS)/RESULTS_OFFERS.md

$(PEERS)/.venv/installed: $(PEERS)/requirements.txt
	$(PYTHON) -m venv $(PEERS)/.venv
	$(PEERS_PYTHON) -m pip install --quiet --requirement $<
	@touch $@

fuzz: ## Fuzz one target: make fuzz FUZZ_TARGET=csv_ingest FUZZ_SECONDS=60
	RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $(FUZZ_TARGET) -- -max_total_time=$(FUZZ_SECONDS)

fuzz-python: python ## Try ten thousand malformed logs on the Python package (BEFOREHAND_CASES=10000)
	cd $(PYTHON_PACKAGE) && BEFOREHAND_CASES=$${BEFOREHAND_CASES:-10000} $(PYTHON_BIN)/python -m pytest tests/test_malformed.py

doc: ## Build the documentation; open target/doc/beforehand/index.html
	$(CARGO) doc --workspace --all-features --no-deps
