# Every target prepares what it needs in .venv (uv included) and costs nothing more when nothing changed.
# Recipes stay one line: what is longer lives in scripts/. Works with GNU make 3.81 (macOS) and later.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
STACK ?= dev

.PHONY: help run test check policies engines test-engines bench bench-peers bench-pages eval plan aws-smoke leftovers images secrets docs format lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: ## start the whole platform on this machine: API on 8080, console on 8501
	@scripts/env.sh run
	@exec $(PYTHON) -m app

test: ## all tests that need Python only, in parallel
	@scripts/env.sh test
	@$(PYTHON) -m pytest -n 2 --dist loadfile -m "not engines and not eval"

check: ## format, lint, types, import contracts, docs in step, workflows, Dockerfile, YAML, shell
	@scripts/env.sh check
	@$(PYTHON) -m scripts.check

policies: ## checkov over the program as a Terraform plan and as Kubernetes objects, for dev, prod and chat machines; no cloud
	@scripts/env.sh plan
	@scripts/env.sh policies
	@$(PYTHON) -m scripts.policies

engines: ## build the real Pulumi engine, Kubernetes control plane and OpenSearch into a cache folder
	@scripts/env.sh test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/engines/build.sh

test-engines: ## the tests on the real engines
	@scripts/env.sh test
	@$(PYTHON) -m pytest -n 2 --dist loadfile -m engines tests/engines

bench: ## speed and memory, measured on this machine
	@scripts/env.sh bench
	@$(PYTHON) -m benchmarks

bench-peers: ## search beside other people's, in an environment of their own; writes docs/benchmarks/peers.md
	@scripts/env.sh bench
	@scripts/env.sh peers
	@$(PYTHON) -m benchmarks.peers

bench-pages: ## reading career pages beside extruct and trafilatura, in an environment of their own; writes docs/benchmarks/pages.md
	@scripts/env.sh bench
	@UV_PROJECT_ENVIRONMENT="$(CURDIR)/benchmarks/pages/.venv" "$$(scripts/env.sh uv)" sync --frozen --quiet --project benchmarks/pages
	@$(PYTHON) -m benchmarks.pages

eval: ## quality and robustness, scored; long
	@scripts/env.sh test
	@$(PYTHON) -m scripts.measure_env
	@$(PYTHON) -m pytest -m eval -s tests

plan: ## what STACK=dev would make, what survives a pause and what it costs; needs no credentials, asks EC2 for Spot prices where it has some
	@scripts/env.sh plan
	@$(PYTHON) -m infra.plan --stack $(STACK) --live

leftovers: ## what in the account carries the tag of STACK, and what of it still costs; read only (needs credentials)
	@scripts/env.sh plan
	@$(PYTHON) -m infra.still_costs --stack $(STACK)

aws-smoke: ## in your own ACCOUNT, at your cost: STACK=smoke up, write, pause, resume, compare, pause; asks first, never in CI
	@scripts/env.sh plan
	@$(PYTHON) -m scripts.aws_smoke --stack $(STACK) --account "$(ACCOUNT)" $(if $(CEILING_USD),--ceiling-usd $(CEILING_USD)) $(if $(ONLY),--only $(ONLY)) $(SMOKE)

images: ## build the images of the apps and push them to the registry of STACK (needs docker and credentials)
	@scripts/env.sh plan
	@$(PYTHON) -m scripts.images --stack $(STACK)

secrets: ## ask for the API keys of STACK, or the secret settings of APP, and write them to Secrets Manager (needs credentials)
	@scripts/env.sh plan
	@$(PYTHON) -m scripts.secret_values --stack $(STACK) $(if $(APP),--app $(APP))

docs: ## write the generated pages anew: settings, openapi.json, the picture of README
	@scripts/env.sh check
	@$(PYTHON) -m scripts.generated_docs

format: ## let ruff rewrite what it can
	@scripts/env.sh check
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix

lock: ## resolve the dependencies anew into uv.lock
	@"$$(scripts/env.sh uv)" lock

clean: ## remove environments and caches; documents (.data) and built engines stay
	@rm -rf .venv benchmarks/pages/.venv benchmarks/peers/.venv scripts/policies/.venv .uv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
