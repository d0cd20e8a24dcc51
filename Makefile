# Everything that a newcomer, a reviewer or the build server runs. `make help` lists it.
# Needs Rust 1.89 or later; `make peers` and `make speed` also need Python 3.11 or later; `make fuzz` needs cargo-fuzz.

CARGO ?= cargo
PYTHON ?= python3
FUZZ_TARGET ?= csv_ingest
FUZZ_SECONDS ?= 60
PEERS := benches/peers
PEERS_PYTHON := $(PEERS)/.venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test lint bench speed peers fuzz doc

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Print the reminders that are due in a real order log, and write an HTML report
	$(CARGO) run --release --package examples --bin reminders

test: ## Run all tests, with the documentation's examples
	$(CARGO) test --workspace --all-features --all-targets
	$(CARGO) test --workspace --all-features --doc

lint: ## Check formatting, clippy and documentation, warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --all-features --no-deps

bench: ## Measure ingest, fit, everyone's and one customer's forecast, stage by stage, on a made log of 200,000 purchases
	$(CARGO) bench --package benches --bench pipeline

speed: $(PEERS)/.venv/installed ## Measure whole logs of 10^5 to 10^7 purchases beside one Polars aggregation of each
	$(CARGO) build --release --package benches --bin generate --bin speed
	$(PEERS_PYTHON) $(PEERS)/speed.py

peers: $(PEERS)/.venv/installed ## Score existing tools and beforehand on the same log; rewrites benches/peers/RESULTS.md
	$(CARGO) build --release --package benches --bin predict
	$(PEERS_PYTHON) $(PEERS)/compare.py --markdown $(PEERS)/RESULTS.md

$(PEERS)/.venv/installed: $(PEERS)/requirements.txt
	$(PYTHON) -m venv $(PEERS)/.venv
	$(PEERS_PYTHON) -m pip install --quiet --requirement $<
	@touch $@

fuzz: ## Fuzz one target: make fuzz FUZZ_TARGET=csv_ingest FUZZ_SECONDS=60
	RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $(FUZZ_TARGET) -- -max_total_time=$(FUZZ_SECONDS)

doc: ## Build the documentation; open target/doc/beforehand/index.html
	$(CARGO) doc --workspace --all-features --no-deps
