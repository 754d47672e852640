# The whole platform on this machine: `make run` serves it, `make demo` uses it, `make test` tests it.

# Outside of the checkout, so that clones share compiled crates.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/alta-data/target
# Queries are checked against .sqlx, so that compiling needs no database.
export SQLX_OFFLINE ?= true

local := $(CARGO_TARGET_DIR)/debug/local

.DEFAULT_GOAL := help
.PHONY: help run demo super-admin test lint prepare check-queries images reference bench bench-audit bench-chaos bench-convert bench-quota bench-pipeline bench-growth bench-analytics bench-review bench-export bench-streams

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' $(MAKEFILE_LIST)

run: ## Serve the platform at http://localhost:8080 (or port ALTA_PORT) until Ctrl-C
	@local/packages
	@cargo build -p local
# Without a console, the platform starts too, and its page names what is missing.
	@export ALTA_CONSOLE="$${ALTA_CONSOLE:-$$(.ci/console-build)}"; exec $(local) run

demo: ## Upload sample files as a browser would, and print the recognized text
	@local/packages
	@cargo build -p local
	@exec $(local) demo

super-admin: ## Make an address a super admin of the running platform: make super-admin email=ada@example.org
	@data="$${ALTA_DATA_DIR:-.local}"; test -n "$$DATABASE_URL" -o -r "$$data/database.url" || { echo "make: there is no database in $$data: start the platform with \`make run\`, then try again" >&2; exit 1; }
	@cargo build -p migrations
	@data="$${ALTA_DATA_DIR:-.local}"; export DATABASE_URL="$${DATABASE_URL:-$$(cat "$$data/database.url")}" MAIL_TOKEN_KEYS="$${MAIL_TOKEN_KEYS:-local:$$(cat "$$data/mail-token.key")}"; exec $(CARGO_TARGET_DIR)/debug/migrations --wait 10 grant-super-admin "$(email)"

test: ## Run all tests on a temporary database server
	@local/packages test
	@cargo test --workspace --no-run
	@exec $(local) with-postgres cargo test --workspace --no-fail-fast

lint: ## Check formatting and lints (installs rustfmt and clippy if they are missing)
	@local/packages lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features -- -D warnings

.PHONY: client-test client-types
client-test: ## Check and test the TypeScript client (installs Node in your cache if it is missing or too old)
	@.ci/client

client-types: ## Generate the types of the TypeScript client from the code
	@cargo run -q -p functions -- openapi >$(CARGO_TARGET_DIR)/openapi.json
	@PATH="$$(.ci/node):$$PATH"; cd web/client && { test -d node_modules || npm ci --ignore-scripts --no-audit --no-fund; } && npm run --silent generate -- $(CARGO_TARGET_DIR)/openapi.json

.PHONY: openapi-lint
openapi-lint: ## Lint the OpenAPI document (installs Node in your cache if it is missing or too old)
	@.ci/openapi

.PHONY: conformance
conformance: ## Send 100,000 generated requests, and check the responses against the OpenAPI document (installs schemathesis in your cache)
	@.ci/conformance

.PHONY: console-test screenshots
console-test: ## Check and test the console (installs Node in your cache if it is missing or too old)
	@.ci/console

screenshots: ## Write pictures of the console's pages to web/console/screenshots
	@.ci/console --screenshots

prepare: ## Update .sqlx from the migrations and the queries in the code (needs sqlx-cli)
	@$(MAKE) --no-print-directory with-sqlx command='cargo sqlx prepare --workspace'

check-queries: ## Check that .sqlx is up to date (needs sqlx-cli)
	@$(MAKE) --no-print-directory with-sqlx command='cargo sqlx prepare --workspace --check'

.PHONY: with-sqlx
with-sqlx:
	@local/packages test
	@command -v cargo-sqlx >/dev/null || { echo "make: sqlx-cli is missing: cargo install sqlx-cli --no-default-features --features postgres,rustls" >&2; exit 1; }
# Reuse an existing runner, even an old one: with an outdated .sqlx it cannot be built.
	@test -x $(local) || cargo build -p local
	@exec $(local) with-postgres env SQLX_OFFLINE=false sh -ec 'cargo sqlx migrate run --source migrations; $(command) -- --workspace --all-targets --all-features'

images: ## Build the content of the images without Docker, print its size and test it (as root)
	@.ci/images

reference: ## Generate .env.example, terraform/platform.json and other lists from the list of functions
	@cargo run -q -p functions -- reference

# Each folder with a manifest is a crate.
functions := $(notdir $(patsubst %/Cargo.toml,%,$(wildcard functions/*/Cargo.toml)))
bench := $(CARGO_TARGET_DIR)/release/bench

bench: ## Measure cold starts, sign-ins per second, the worst anonymous requests, and whether response times reveal accounts
	@local/packages test
	@cargo build -p local
	@cargo build --release -p bench $(functions:%=-p %)
	@$(bench) cold-start
	@$(local) with-postgres $(bench) login
	@$(local) with-postgres $(bench) timing
	@$(local) with-postgres $(bench) admission

bench-audit: ## Measure lists, seals and verification of an audit log with ten million rows: make bench-audit rows=10000000
	@local/packages test
	@cargo build -p local
	@cargo build --release -p bench $(functions:%=-p %)
	@$(local) with-postgres $(bench) audit $(rows)

bench-chaos: ## Kill everything during uploads, and check that each document is processed exactly once: make bench-chaos uploads=2000
	@$(MAKE) --no-print-directory bench-with program='chaos $(uploads)'

bench-convert: ## Measure memory and CPU time of converting half a gigabyte of sound
	@$(MAKE) --no-print-directory bench-with program='convert'

bench-quota: ## Process more documents by batch operations than may run at once: make bench-quota documents=300
	@$(MAKE) --no-print-directory bench-with program='quota $(documents)'

bench-pipeline: ## Measure the latency and throughput of processing, and the memory for a 500-page document
	@$(MAKE) --no-print-directory bench-with program='pipeline'

bench-growth: ## Compare lists and searches over a million items with ten thousand: make bench-growth items=1000000
	@$(MAKE) --no-print-directory bench-with program='growth $(items)'

bench-analytics: ## Compare summaries and the review queue over ten million items with ten thousand: make bench-analytics items='10000 1000000 10000000'
	@$(MAKE) --no-print-directory bench-with program='analytics $(items)'

bench-review: ## Run fifty reviewers on one queue, and check that each item is decided once
	@$(MAKE) --no-print-directory bench-with program='review'

bench-export: ## Export a million items with a kill halfway, and print time and memory: make bench-export items=1000000
	@$(MAKE) --no-print-directory bench-with program='export $(items)'

bench-streams: ## Measure a thousand open event streams, and check that each receives every event once: make bench-streams streams=1000
	@$(MAKE) --no-print-directory bench-with program='streams $(streams)'

.PHONY: bench-peer
oha := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/alta-data/tools
bench-peer: ## Compare the platform with the same API on FastAPI, and with bare axum, in turns: make bench-peer rounds=5
	@local/packages test
	@PATH="$(oha)/bin:$$PATH"; command -v oha >/dev/null || CARGO_TARGET_DIR=$(oha)-target cargo install --locked --root $(oha) oha@1.16.0
	@cargo build --release -p bench $(functions:%=-p %)
	@cargo build --release --locked --manifest-path bench/limit/Cargo.toml
	@PATH="$(oha)/bin:$$PATH" exec $(bench) peer $(rounds)

.PHONY: bench-with
bench-with:
	@local/packages test
	@cargo build -p local
# Always build all functions: a subset would have other features and be compiled again.
	@cargo build --release -p bench $(functions:%=-p %)
# Every stream needs two open files.
	@ulimit -S -n "$$(ulimit -H -n)"; exec $(local) with-postgres $(bench) $(program)
