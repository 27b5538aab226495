# `make` alone lists the targets. Every target sets up what it needs.

SWIFT  ?= swift
PREFIX ?= /usr/local
TOOL    = .build/release/kullback

# Benchmarks take ARGS, for example ARGS="--quick --filter f32"; compare takes ARGS="--tolerance 0.2".
BENCH    = $(SWIFT) run --package-path Benchmarks -c release kullback-benchmarks
FIGURES  ?= Benchmarks/.build/figures.json
BASELINE ?= baselines/figures.json

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-digits demo-directions demo-letters demo-languages test \
	test-release lint format benchmark benchmark-baseline benchmark-compare benchmark-peers docs \
	assembly python python-test python-benchmark python-cluster golden exhaustive cross fuzz mutate sanitize install install-c uninstall \
	clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the Debian packages that are missing
	@scripts/setup

build: setup ## build the command, optimised
	$(SWIFT) build -c release --product kullback

demo: build ## evaluate shipped examples, draw a heat map, and explain them
	@scripts/demo $(TOOL)

demo-letters: build ## compare the use of letters in 17 languages, and draw it
	@scripts/demo-letters $(TOOL)

demo-digits: build ## fit the digits, round the weights to 8 and 4 bits, and evaluate that
	@scripts/demo-digits $(TOOL)

demo-directions: build ## fit a mixture by forward and by reverse KL, and draw both
	@scripts/demo-directions $(TOOL)

demo-languages: build ## compare 142 languages by their byte n-grams, fetched with pip
	@scripts/demo-languages $(TOOL)

test: setup ## run all tests, and the README's Swift code
	$(SWIFT) test
	@scripts/snippets

test-release: setup ## run the kernels' tests on optimised kernels
	$(SWIFT) build -c release -Xswiftc -enable-testing --build-tests --scratch-path .build-release
	$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-release --skip-build \
		--filter KullbackKernelsTests

exhaustive: setup ## hold exp and log of every Float, and a million hostile rows, to their bounds
	$(SWIFT) build -c release -Xswiftc -enable-testing --build-tests --scratch-path .build-release
	KULLBACK_EXHAUSTIVE=1 $(SWIFT) test -c release -Xswiftc -enable-testing \
		--scratch-path .build-release --skip-build --filter 'VectorFunctionTests|HostileRowsTests'

golden: ## compute the golden tables again, with mpmath
	@scripts/golden

fuzz: setup ## feed readers and kernels with mutated inputs, a minute each: SECONDS_EACH=600 TARGETS="npy csv"
	@scripts/fuzz $(TARGETS)

mutate: setup ## break the kernels one line at a time, and see which tests notice: ARGS="Sources/.../Pair-inl.h"
	@scripts/mutate $(ARGS)

sanitize: setup ## look for bad addresses, undefined behaviour and races in C, unsafe Swift and threads
	@scripts/sanitize $(ARGS)

cross: ## compile the kernels for aarch64, and run them if there is an emulator
	@scripts/cross

lint: ## check the format and the rules of the tree
	@scripts/lint

format: ## bring the sources into format
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz/Package.swift \
		Fuzz/Sources
	$$(scripts/formatter) -i $$(git ls-files '*.c' '*.h')

benchmark: setup ## measure every kernel beside the machine's limits: a table, and figures.json
	$(BENCH) --json $(FIGURES) $(ARGS)

benchmark-baseline: ## keep the figures of the last run to compare with
	@mkdir -p baselines
	cp $(FIGURES) $(BASELINE)

benchmark-compare: ## hold the last run against the baseline
	$(BENCH) compare $(BASELINE) $(FIGURES) $(ARGS)

benchmark-peers: setup ## the same work beside PyTorch, JAX, numba, onnxruntime and SciPy
	@Benchmarks/peers/run $(ARGS)

# ARGS names functions by how they begin, and -v prints their instructions: ARGS="-v pl_plain_f32".
assembly: ## the kernels' inner loops, with llvm-mca's verdict for several processors
	@scripts/assembly $(ARGS)

python: setup ## make the Python package's wheel in dist/
	@scripts/python

python-test: ## try the wheel of dist/ in a clean environment: ARGS="-k pairs"
	@scripts/python-test $(ARGS)

python-benchmark: ## the package beside PyTorch, JAX and SciPy, after python-test: ARGS="--shape 512x32768"
	@.build-python/test/bin/python Python/benchmarks/compare.py $(ARGS)

python-cluster: ## run the examples for Ray and Spark, which are fetched; Spark needs Java
	@scripts/python-cluster

docs: setup ## make the documentation in .build/docs
	@scripts/docs

install: build ## install the command under PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/kullback

# Swift's own libraries are linked into it, so that it runs where Swift is not installed.
C_LIBRARY = .build-c/release/libkullback-c.so

install-c: setup ## install the C interface under PREFIX: kullback.h, libkullback-c.so, kullback.pc
	$(SWIFT) build -c release --product kullback-c --scratch-path .build-c -Xswiftc -static-stdlib \
		-Xlinker --version-script=$(CURDIR)/Sources/CKullback/exports.map
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 Sources/CKullback/include/kullback.h $(DESTDIR)$(PREFIX)/include/kullback.h
	install -m 755 -s $(C_LIBRARY) $(DESTDIR)$(PREFIX)/lib/libkullback-c.so
	sed -e 's|@PREFIX@|$(PREFIX)|' \
		-e "s|@VERSION@|$$(sed -n 's/.*libraryVersion = "\(.*\)"/\1/p' Sources/Kullback/Machine.swift)|" \
		scripts/kullback.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/kullback.pc

uninstall: ## remove what was installed under PREFIX
	rm -f $(DESTDIR)$(PREFIX)/bin/kullback $(DESTDIR)$(PREFIX)/include/kullback.h \
		$(DESTDIR)$(PREFIX)/lib/libkullback-c.so $(DESTDIR)$(PREFIX)/lib/pkgconfig/kullback.pc

clean: ## remove everything that was built
	rm -rf .build .build-* dist Benchmarks/.build Fuzz/.build Examples/library/.build .venv
