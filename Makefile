# Every target is one line; what is longer lives in scripts/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

toolchain := go run ./internal/devstack/toolchain/cmd/toolchain
testservers := go run ./internal/testkit/cmd/testservers
yes = $(filter 1 true yes,$(1))

demo_flags = $(if $(DATA),--data='$(DATA)') $(if $(FORMAT),--format='$(FORMAT)') $(if $(FABRIC),--fabric='$(FABRIC)') \
	$(if $(call yes,$(JSON)),--json) $(if $(call yes,$(NONINTERACTIVE)),--noninteractive)
up_flags = $(if $(FABRIC),--fabric='$(FABRIC)')

.PHONY: help demo up down reset status test test-unit test-shell lint gen verify build eval-odometer bench-ingest bench-settlement bench-verify bench-access bench-epoch tools clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## Set everything up, run the main job, leave the platform running (DATA, FORMAT, FABRIC, JSON, NONINTERACTIVE)
	@bin/pcc demo $(demo_flags)

up: build ## Start the stack and the services in the background (FABRIC=bft for four orderers)
	@bin/pcc up --detach $(up_flags)

down: build ## Stop what up or demo started, and nothing else; data is kept
	@bin/pcc down

reset: build ## Stop and forget all data
	@bin/pcc reset

status: build ## Show what runs and where
	@bin/pcc status

test: ## Run every test, on real servers that are started for it
	@scripts/test.sh

test-unit: ## Run the tests that need no server
	@scripts/test-unit.sh

test-shell: ## Open a shell in which go test finds the shared test servers
	@$(testservers) "$${SHELL:-/bin/bash}"

lint: ## Check style: golangci-lint, buf, shellcheck
	@$(toolchain) lint codegen
	@scripts/lint.sh

gen: ## Generate code from the protos and the SQL, and the verifier page
	@$(toolchain) codegen sqlc
	@scripts/gen.sh

verify: gen ## Check that generated code is current and every module builds, vets and is tidy on its own
	@scripts/verify.sh

build: ## Build pcc, the services' daemons and the chaincode into bin/
	@GOWORK=off go build -trimpath -o bin/ ./cmd/...
	@cd chaincode && GOWORK=off CGO_ENABLED=0 go build -trimpath -o ../bin/ ./cmd/pcc-chaincode

eval-odometer: build ## Measure how well the odometer adjudication finds rollbacks
	@PCC_DATA_DIR="$${PCC_DATA_DIR:-../shared/data}" bin/pcc eval odometer

bench-ingest: build ## Measure ingest beside a ceiling and the obvious pipeline (some minutes; prints ratios)
	@$(toolchain) -postgres fabric keto
	@go build -trimpath -o bin/ ./internal/bench/cmd/bench-ingest
	@bin/bench-ingest

bench-settlement: build ## Measure the ledger beside plain PostgreSQL with row locks and with a stored function (minutes; prints ratios)
	@$(toolchain) -postgres fabric keto
	@go build -trimpath -o bin/ ./internal/bench/cmd/bench-settlement
	@bin/bench-settlement

bench-verify: ## Measure proof documents, and verified writes and reads of the journal beside immudb (minutes; prints ratios)
	@$(toolchain) -postgres
	@cd tools/immudb && GOWORK=off go build -trimpath -o ../../bin/bench-immudb .
	@go build -trimpath -o bin/ ./internal/bench/cmd/bench-verify
	@bin/bench-verify
	@go test -run '^$$' -bench 'Export|Document' -benchtime 100x ./services/anchor/export ./verify
	@go test -count=1 -run TestSpeed -v ./web

bench-access: ## Measure reading confidential fields with 3 of 5 and 4 of 6 trustees, beside an envelope that a service opens (minutes)
	@go run ./internal/bench/cmd/bench-access

bench-epoch: ## Measure what epochs of 10^5 events over 10^6 lists cost, step by step, and the map at 10^6 and 10^7 keys (minutes)
	@$(toolchain) -postgres
	@go run ./internal/testkit/cmd/testservers go test -run '^$$' -bench Epoch -benchtime 1x ./services/anchor/internal/postgres
	@go run ./internal/bench/cmd/bench-headmap
	@go run ./internal/bench/cmd/bench-headmap -keys 10000000 -batches 2

tools: ## Build all pinned tools into .tools/ and find or install PostgreSQL
	@$(toolchain) -postgres

clean: ## Remove build outputs; tools and the stack's data stay
	@rm -rf bin .gen
