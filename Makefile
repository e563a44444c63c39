# eile: `make demo` and `make test` need Go only; the other tools are pinned
# here and installed into .tmp/bin when a target needs them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

BIN := .tmp/bin
export GOBIN := $(abspath $(BIN))

BUF_VERSION := v1.75.0
PROTOC_GEN_GO_VERSION := v1.36.12
PROTOC_GEN_GO_GRPC_VERSION := v1.6.2
GOLANGCI_LINT_VERSION := v2.15.0
GOVULNCHECK_VERSION := v1.9.0
PROTOVALIDATE_VERSION := v1.2.2
FUZZTIME ?= 10s

.PHONY: help build demo sample docs check-docs test test-race test-long check lint lint-go lint-proto leftovers vuln generate check-generate house mutate bench fuzz clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | expand -t 18

build: ## build bin/eiled and bin/eile
	@go build -trimpath -o bin/ ./server/eiled ./client/eile

demo: build ## run the main job from nothing to its result
	@go run ./demo

sample: ## write the files that the README imports, into sample/
	@go run ./demo -sample sample

docs: ## write docs/commands from the commands, and the manuals into bin/man
	@rm -rf docs/commands
	@EILE_DOCS=$(CURDIR)/docs/commands EILE_MAN=$(CURDIR)/bin/man/man1 go test -count=1 -run TestManuals ./client/eile ./server/eiled

check-docs: docs ## fail when the manuals are not current
	@git diff --exit-code -- docs/commands || { echo "the manuals are not current: run make docs and commit"; exit 1; }
	@test -z "$$(git ls-files --others --exclude-standard docs/commands)" || { echo "manuals are not committed"; exit 1; }

test: ## run the tests
	@go test ./...

test-race: ## run the tests with the race detector
	@GORACE=atexit_sleep_ms=50 go test -race ./...

test-long: ## run the long tests too: more cases, kills, a million rows
	@EILE_LONG=1 go test -timeout 30m ./...

check: lint leftovers vuln check-generate check-docs test-race ## all that CI checks

lint: lint-go lint-proto ## vet, golangci-lint, buf lint and buf breaking

lint-go: $(BIN)/golangci-lint
	@go vet ./...
	@$(BIN)/golangci-lint run

# What callers may rely on is held against an earlier commit.
BREAKING_BASE ?= HEAD^

lint-proto: $(BIN)/buf .tmp/proto/buf/validate/validate.proto
	@$(BIN)/buf lint
	@if git cat-file -e $(BREAKING_BASE):proto/eile 2>/dev/null; then \
	  rm -rf .tmp/before && mkdir -p .tmp/before/.tmp && \
	  git archive $(BREAKING_BASE) buf.yaml proto | tar -x -C .tmp/before && cp -r .tmp/proto .tmp/before/.tmp/proto && \
	  $(BIN)/buf breaking --against .tmp/before; fi

leftovers: ## fail when a failing case of a property is committed
	@left=$$(git ls-files '*testdata/rapid/*'); test -z "$$left" || { echo "mend the fault and drop what the property left: $$left"; exit 1; }

# A vulnerability fails. Where the database cannot be reached nothing was looked
# at, which is said and does not fail: it is no fault of this tree.
VULNDB ?= https://vuln.go.dev

vuln: $(BIN)/govulncheck ## look for known vulnerabilities in what is called
	@if curl -fsS -m 20 -o /dev/null $(VULNDB)/index/db.json; then \
	  $(BIN)/govulncheck -db $(VULNDB) ./...; \
	else echo "NOT CHECKED for vulnerabilities: $(VULNDB) cannot be reached"; fi

generate: $(BIN)/buf $(BIN)/protoc-gen-go $(BIN)/protoc-gen-go-grpc .tmp/proto/buf/validate/validate.proto ## generate Go from the proto
	@$(BIN)/buf generate

check-generate: generate ## fail when the generated code is not current
	@git diff --exit-code -- proto || { echo "generated code is not current: run make generate and commit"; exit 1; }
	@test -z "$$(git ls-files --others --exclude-standard proto)" || { echo "generated files are not committed"; exit 1; }

# With BASE the measures of that commit are printed; without, they are held
# against their bounds. V=1 prints each arrow that runs back.
BASE ?=
V ?=

house: ## how the rooms hang together, against its bounds; BASE=COMMIT, V=1
	@if [ -n "$(BASE)" ]; then \
	  rm -rf .tmp/base && mkdir -p .tmp/base && git archive $(BASE) | tar -x -C .tmp/base && \
	  go run ./hack/house -dir .tmp/base $(if $(V),-v); \
	else go run ./hack/house -check $(if $(V),-v); fi

# No tool of the field takes a rule away: gremlins 0.6 flips operators and leaves
# branches and statements where they are, go-mutesting fails under Go 1.26, and
# each builds the tests anew for every mutant.
PACKAGES ?= ./server/casework/...
TESTS ?= ./server/casework/...

mutate: ## remove each rule of PACKAGES, print those that none of TESTS misses
	@go run ./hack/mutate -tests '$(TESTS)' '$(PACKAGES)'

bench: build ## measure against baselines in the same run
	@go run ./bench

fuzz: ## fuzz every target for FUZZTIME each
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package 2>/dev/null | grep '^Fuzz' || true); do \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
	  done; done

clean: ## remove what was built
	@rm -rf bin .tmp

# A version bump in this file installs the tool again.
$(BIN)/buf: Makefile
	@go install github.com/bufbuild/buf/cmd/buf@$(BUF_VERSION) && touch $@

$(BIN)/protoc-gen-go: Makefile
	@go install google.golang.org/protobuf/cmd/protoc-gen-go@$(PROTOC_GEN_GO_VERSION) && touch $@

$(BIN)/protoc-gen-go-grpc: Makefile
	@go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@$(PROTOC_GEN_GO_GRPC_VERSION) && touch $@

$(BIN)/golangci-lint: Makefile
	@go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION) && touch $@

$(BIN)/govulncheck: Makefile
	@go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) && touch $@

# The rules of protovalidate come from its Go module; the registry is not needed.
.tmp/proto/buf/validate/validate.proto: Makefile
	@mkdir -p $(@D)
	@dir=$$(GOFLAGS=-mod=mod go mod download -json github.com/bufbuild/protovalidate@$(PROTOVALIDATE_VERSION) | sed -n 's/^\t"Dir": "\(.*\)",*$$/\1/p'); \
	  install -m 644 $$dir/proto/protovalidate/buf/validate/validate.proto $@
