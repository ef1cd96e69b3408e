# The two commands: `make run` serves, `make test` checks. Both set up what they need. `make fleet` shows the distributed half on this
# machine, `make chaos` breaks it for half an hour, `make bench` measures both halves.

.PHONY: run fleet chaos bench test web pages lint docs tools needs

run: pages
	cargo run --release --locked

fleet: needs pages
	cargo run --release --locked -- fleet

CHAOS_SECONDS ?= 1800
chaos: needs
	cargo run --release --locked -- chaos --seconds $(CHAOS_SECONDS) --servers 3 --workers 3

# What docs/benchmarks.md reports. About an hour; nothing else should run meanwhile.
bench: needs
	cargo build --release --locked
	target/release/big-market bench
	target/release/big-market bench jobs
	target/release/big-market bench scale
	cargo bench --locked

# The pages first: the binary that the tests of the pages start has them embedded.
test: needs pages
	cargo test --locked
	BIG_MARKET_TEST_HALF=distributed cargo test --locked --test it -- api:: app:: jobs:: workflows:: model::
	cargo run --locked -- chaos --seconds 90 --records target/chaos
	! command -v valkey-server >/dev/null || BIG_MARKET_TEST_REDIS=valkey-server cargo test --locked --test it -- stock:: redis
	$(MAKE) web

# What is checked of the pages beside that they build, in a browser too.
web: pages
	cargo build --locked
	cd web && npm run lint && npm run types && npm run generate:check && npm run test && BIG_MARKET_BINARY=../target/debug/big-market npm run e2e

# Without node the API works all the same, and / says how to build the pages.
pages:
	scripts/build-pages

lint: tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked --document-private-items
	cargo deny --locked check bans licenses sources
	cargo machete
	scripts/check-deploy

# What tests need beside cargo. Each is installed where it is missing.
needs:
	scripts/install-missing curl redis-server 'postgresql:/usr/lib/postgresql/*/bin/postgres' npm chromium

tools:
	scripts/install-tool cargo-deny 0.20.2
	scripts/install-tool cargo-machete 0.9.2
