# The whole platform on this machine: `make run` serves it, `make demo` uses it, `make test` proves it.

# Outside of the checkout, so that clones share what is compiled.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/alta-data/target
# Queries are checked against .sqlx, so that compiling needs no database.
export SQLX_OFFLINE ?= true

local := $(CARGO_TARGET_DIR)/debug/local

.DEFAULT_GOAL := help
.PHONY: help run demo super-admin test lint prepare check-queries images reference bench bench-audit bench-chaos bench-quota bench-pipeline bench-growth bench-analytics bench-review bench-export bench-streams

help: ## Lists what there is.
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' $(MAKEFILE_LIST)

run: ## Serves the platform at http://localhost:8080 (ALTA_PORT changes the port) until Ctrl-C.
	@local/packages
	@cargo build -p local
	@exec $(local) run

demo: ## Uploads real documents as a browser would, and prints the recognised text.
	@local/packages
	@cargo build -p local
	@exec $(local) demo

super-admin: ## Makes an account of the running platform a super admin: make super-admin email=ada@example.org
	@DATABASE_URL="$${DATABASE_URL:-$$(cat "$${ALTA_DATA_DIR:-.local}/database.url")}" cargo run -q -p migrations -- grant-super-admin "$(email)"

test: ## Runs every test, on a database server of its own.
	@local/packages test
	@cargo test --workspace --no-run
	@exec $(local) with-postgres cargo test --workspace --no-fail-fast

lint: ## Formatting and lints.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features -- -D warnings

prepare: ## Updates .sqlx from the migrations and the queries in the code; needs sqlx-cli.
	@$(MAKE) --no-print-directory with-sqlx command='cargo sqlx prepare --workspace'

check-queries: ## Fails when .sqlx is not what `make prepare` would write; needs sqlx-cli.
	@$(MAKE) --no-print-directory with-sqlx command='cargo sqlx prepare --workspace --check'

.PHONY: with-sqlx
with-sqlx:
	@local/packages test
	@command -v cargo-sqlx >/dev/null || { echo "make: sqlx-cli is missing: cargo install sqlx-cli --no-default-features --features postgres,rustls" >&2; exit 1; }
# The runner may be an old one: with .sqlx out of date it could not be built.
	@test -x $(local) || cargo build -p local
	@exec $(local) with-postgres env SQLX_OFFLINE=false sh -ec 'cargo sqlx migrate run --source migrations; $(command) -- --workspace --all-targets --all-features'

images: ## Builds what the images hold, prints its size, and runs it as they would; as root, without Docker.
	@.ci/images

reference: ## Writes what is generated from the list of functions: .env.example, tables, lists, terraform/platform.json.
	@cargo run -q -p functions -- reference

# Each folder with a manifest is a crate.
functions := $(notdir $(patsubst %/Cargo.toml,%,$(wildcard functions/*/Cargo.toml)))
bench := $(CARGO_TARGET_DIR)/release/bench

bench: ## Builds the functions for release and prints their cold starts, the speed of sign-ins, and what times tell.
	@local/packages test
	@cargo build -p local
	@cargo build --release -p bench $(functions:%=-p %)
	@$(bench) cold-start
	@$(local) with-postgres $(bench) login
	@$(local) with-postgres $(bench) timing

bench-audit: ## Fills the audit log with ten million rows, and prints what lists, seals and their verification cost.
	@local/packages test
	@cargo build -p local
	@cargo build --release -p bench $(functions:%=-p %)
	@$(local) with-postgres $(bench) audit $(rows)

bench-chaos: ## Kills everything while documents are uploaded, and proves that each is read exactly once: make bench-chaos uploads=2000
	@$(MAKE) --no-print-directory bench-with program='chaos $(uploads)'

bench-quota: ## Has many more documents read by batch operations than may run at once: make bench-quota documents=300
	@$(MAKE) --no-print-directory bench-with program='quota $(documents)'

bench-pipeline: ## Prints how long an upload takes to become text, how many a second, and what a book costs in memory.
	@$(MAKE) --no-print-directory bench-with program='pipeline'

bench-growth: ## Prints what lists and searches of a million documents cost beside those of ten thousand: make bench-growth items=1000000
	@$(MAKE) --no-print-directory bench-with program='growth $(items)'

bench-analytics: ## Prints what summaries and the review queue of ten million items cost beside those of ten thousand: make bench-analytics items='10000 1000000 10000000'
	@$(MAKE) --no-print-directory bench-with program='analytics $(items)'

bench-review: ## Has fifty reviewers work through one queue, and proves that each item is decided once.
	@$(MAKE) --no-print-directory bench-with program='review'

bench-export: ## Exports a million items, killing the process in the middle, and prints time and memory: make bench-export items=1000000
	@$(MAKE) --no-print-directory bench-with program='export $(items)'

bench-streams: ## Prints what a thousand open event streams cost, and proves that each is told everything once: make bench-streams streams=1000
	@$(MAKE) --no-print-directory bench-with program='streams $(streams)'

.PHONY: bench-with
bench-with:
	@local/packages test
	@cargo build -p local
# All of them for each program: another choice would be compiled with other features, and so once more.
	@cargo build --release -p bench $(functions:%=-p %)
# Every stream is two open files.
	@ulimit -S -n "$$(ulimit -H -n)"; exec $(local) with-postgres $(bench) $(program)
