# The commands people type. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help scan test test-tools fmt lint build dist reproducible bench fuzz faults agree e2e generate screenshots deploy undeploy deploy-ledger undeploy-ledger clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

scan: ## Scan this machine; the report goes to ./scan, nothing else is changed
	packaging/scan.sh

test: test-tools lint ## Install what the tests need and run all of them
	packaging/test.sh

test-tools: ## Install what the tests need (as root; otherwise says what is missing)
	packaging/test-tools.sh

fmt: ## Format the source
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

lint: ## Formatting, clippy, licences of dependencies, shell scripts
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	packaging/third-party.py --check
	git ls-files -z --cached --others --exclude-standard '*.sh' .ci/run | xargs -0 shellcheck

build: ## Build a debug binary; it uses the system's Lynis, or --lynis DIR
	cargo build --locked -p hardtarget-agent

dist: ## Build the release: static binaries for x86_64 and aarch64 under dist/
	packaging/dist.sh

reproducible: ## Build the release twice, in two places, and compare the bytes
	packaging/reproducible.sh

bench: ## Measure speed and memory against their targets, as a Markdown table
	packaging/bench.sh

fuzz: ## Run each fuzz target for one minute
	fuzz/run.sh

faults: test-tools ## Inject each fault at each phase into instances that boot; writes the README's table (minutes)
	HARDTARGET_FAULTS_WRITE=yes tests/vm/programs.sh tests/vm/run.sh -m pytest -p no:cacheprovider --quiet tests/vm

agree: ## Compare our checks with OpenSCAP's, find's and sshd's word on the same machines; writes the README's table
	packaging/agree.sh

e2e: test-tools ## From a new AMI to its tags, with a virtual machine that boots (minutes); prints how long each part took
	tests/vm/image/qemu.sh >/dev/null
	tests/vm/programs.sh tests/vm/run.sh tests/vm/e2e.py

generate: ## Write again what is generated from the source: CHECKS.md and the JSON Schema
	packaging/generate.sh

screenshots: test-tools ## Take the README's screenshots again: docs/*.png
	packaging/screenshots.sh

deploy: ## Deploy to AWS: make deploy BUCKET=… [REGION=…] [STACK=…] [PARAMETERS="Name=value …"]
	packaging/deploy.sh

undeploy: ## Take it out of AWS again, all but the reports and the tags on AMIs: make undeploy [REGION=…] [STACK=…]
	packaging/undeploy.sh

deploy-ledger: ## Add the ledger and its alerts to what is deployed: make deploy-ledger [REGION=…] [STACK=…] [PARAMETERS="Name=value …"]
	packaging/deploy-ledger.sh

undeploy-ledger: ## Take the ledger out of AWS again, all but its tables: make undeploy-ledger [REGION=…] [STACK=…]
	packaging/undeploy-ledger.sh

clean: ## Remove what was built, downloaded and measured
	cargo clean
	rm -rf .cache dist scan
