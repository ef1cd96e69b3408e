# The two commands: `make run` serves, `make test` checks. Both set up what they need.

.PHONY: run test lint docs tools needs

run:
	cargo run --release --locked

test: needs
	cargo test --locked
	BIG_MARKET_TEST_HALF=distributed cargo test --locked --test it -- api:: app:: jobs:: workflows:: model::
	! command -v valkey-server >/dev/null || BIG_MARKET_TEST_REDIS=valkey-server cargo test --locked --test it -- stock:: redis

lint: tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked --document-private-items
	cargo deny --locked check bans licenses sources
	cargo machete
	scripts/check-deploy

# What tests need beside cargo. Each is installed where it is missing.
needs:
	scripts/install-missing curl redis-server 'postgresql:/usr/lib/postgresql/*/bin/postgres'

tools:
	scripts/install-tool cargo-deny 0.20.2
	scripts/install-tool cargo-machete 0.9.2
