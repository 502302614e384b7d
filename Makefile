# Each target does the set-up that it needs; see scripts/setup.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION  ?= $(shell git describe --tags --dirty 2>/dev/null)
COMMIT   ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS  := -s -w -X slipway.dev/internal/version.version=$(VERSION) -X slipway.dev/internal/version.commit=$(COMMIT)
LINTER   := v2.15.0
TEMPL    := v0.3.977
BUNDLE   := internal/web/dist/app.js
PAGE     := $(wildcard internal/web/assets/*.js internal/web/assets/*.css internal/web/assets/*.json)

# What is worth a race detector: whatever shares memory between goroutines.
RACE := ./internal/engine/... ./internal/edge/... ./internal/edgeclient/... ./internal/target/... ./internal/source/... \
        ./internal/store/... ./internal/web/... ./internal/api/... ./internal/smoke/... ./internal/drive/... ./internal/shim/... \
        ./internal/control/... ./internal/app/...

.PHONY: help
help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: build ## Build, and show Slipway with a ticket shop and steady traffic
	@scripts/say "Fill the build cache of the demo (the first time takes half a minute)" bin/slipway demo --prepare
	@bin/slipway demo

.PHONY: build
build: setup-build $(BUNDLE) ## Write bin/slipway
	@scripts/say "Compile bin/slipway (the first time takes some minutes)" \
	  env CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/slipway ./cmd/slipway

.PHONY: test
test: setup-test $(BUNDLE) ## Vet and test everything (under 10 minutes)
	@scripts/say "Compile and vet (the first time takes some minutes)" go vet ./...
	@scripts/say "Test" go test -vet=off -p 2 -timeout 9m ./...
	@scripts/say "Workflows, held to their specification" scripts/workflow-counts

.PHONY: test-heavy
test-heavy: setup-heavy $(BUNDLE) lint ## Lint, race detector, fuzzing, and the tests that take long
	@scripts/say "Test with the race detector" go test -vet=off -race -p 2 -timeout 20m $(RACE)
	@scripts/fuzz 5s
	@scripts/say "Test what takes long" env SLIPWAY_HEAVY=1 go test -vet=off -p 1 -timeout 60m ./...
	@e2e/acme/run

.PHONY: lint
lint: setup-build $(BUNDLE) ## Run golangci-lint
	@linter=$$(scripts/linter $(LINTER)) && scripts/say "Lint" "$$linter" run ./...

.PHONY: bench
bench: setup-bench build ## Install what the programs in bench/ compare with (see docs/benchmarks.md)

.PHONY: generate
generate: ## Make what is generated and committed: the page's templates
	@scripts/say "Generate" go run github.com/a-h/templ/cmd/templ@$(TEMPL) generate -path internal/web

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin internal/web/assets/node_modules
	find internal/web/dist -type f ! -name .gitkeep -delete

# The page's script and style; without them the page works, and reloads itself.
$(BUNDLE): $(PAGE)
	@cd internal/web/assets && ../../../scripts/say "Bundle the page" bash -c 'npm ci --no-audit --no-fund --loglevel=error && npm run --silent build'

.PHONY: setup-build setup-test setup-heavy setup-bench
setup-build setup-test setup-heavy setup-bench: setup-%:
	@scripts/setup $*
