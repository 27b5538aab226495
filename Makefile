# `make` alone lists the targets. Every target sets up what it needs.

SWIFT  ?= swift
PREFIX ?= /usr/local
TOOL    = .build/release/kullback

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-languages test test-release lint format benchmark \
	benchmark-compare benchmark-baseline benchmark-peers docs golden exhaustive cross \
	install uninstall clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the Debian packages that are missing
	@scripts/setup

build: setup ## build the command, optimised
	$(SWIFT) build -c release --product kullback

demo: build ## evaluate a shipped example and explain the table
	@scripts/demo $(TOOL)

demo-languages: build ## compare 142 languages by their byte n-grams
	@scripts/demo-languages $(TOOL)

test: setup ## run all tests
	$(SWIFT) test

test-release: setup ## run the kernels' tests on optimised kernels
	$(SWIFT) build -c release -Xswiftc -enable-testing --build-tests --scratch-path .build-release
	$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-release --skip-build \
		--filter 'KullbackKernelsTests|KullbackGoldenTests'

lint: ## check the format and the rules of the tree
	@scripts/lint

format: ## bring the sources into format
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

install: build ## install the command under PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/kullback

uninstall: ## remove the command from PREFIX
	rm -f $(DESTDIR)$(PREFIX)/bin/kullback

clean: ## remove everything that was built
	rm -rf .build .build-* Benchmarks/.build .venv
