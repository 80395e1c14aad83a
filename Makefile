# The front door. `make demo` shows the whole thing, `make test` proves it.

SHELL := /bin/bash
BUILD ?= .build
# One set of flags for every build, so that no target rebuilds what another has built. The index store stays on in debug:
# SwiftPM looks for tests in it.
SWIFT_FLAGS := --scratch-path $(BUILD) --explicit-target-dependency-import-check error $(QE_BUILD_FLAGS)
RELEASE_FLAGS := $(SWIFT_FLAGS) --disable-index-store
RELEASE := $(BUILD)/release
HOST := $(RELEASE)/quantumedge
SAMPLE := data/ticks/BTCUSDT_sample.csv
REPORT := data/reports/demo

# A crashed child's backtracer would hold its parent's pipe for minutes.
export SWIFT_BACKTRACE := enable=no

.PHONY: predeploy fuzz soak setup demo test check check-python check-runtimes bench bench-isolation bench-fills bench-models bench-supervisor release tests lint clean

setup:
	@tools/setup.sh

release: setup
	swift build -c release $(RELEASE_FLAGS)

$(SAMPLE):
	@mkdir -p $(dir $@)
	@$(HOST) ticks generate --symbol BTCUSDT --rows 100000 --seed 42 --out $@

demo: release
	@$(MAKE) --no-print-directory $(SAMPLE)
	@tools/demo.sh $(HOST) $(RELEASE) $(SAMPLE) $(REPORT)

# Release products first: what is shipped is what most tests hold.
tests: release
	swift build $(SWIFT_FLAGS) --build-tests

# What failed is said once more at the end: thousands of lines stand before it.
# Few at a time: begun all at once, one that waits comes back minutes later, behind the beginnings of all others.
test: tests
	@set -o pipefail; QE_RELEASE_DIR=$(CURDIR)/$(RELEASE) swift test $(SWIFT_FLAGS) --skip-build --experimental-maximum-parallelization-width 4 2>&1 | tee $(BUILD)/test.log \
	  || { echo '--- failed:'; grep -a '✘' $(BUILD)/test.log | cut -c1-600 | tail -50; exit 1; }

# Before a host is started anew: all tests, then settings, secrets, doctor, plugins, a backtest over recent ticks and each limit.
# TICKS=FILE, recent ticks; PREDEPLOY=… more options of `quantumedge predeploy`.
predeploy: check test
	@test -n "$(TICKS)" || { echo 'predeploy: name recent ticks: make predeploy TICKS=data/ticks/BTCUSDT_….csv' >&2; exit 64; }
	$(HOST) predeploy --ticks "$(TICKS)" $(PREDEPLOY)

lint:
	swift format lint --strict --recursive Package.swift Sources Plugins Tests

# Format, no secrets, warnings as errors, imports, layers, plugins built outside the tree, debug = release.
check: export QE_STRICT := 1
check: lint tests
	$(HOST) check-secrets .
	swift test $(SWIFT_FLAGS) --skip-build --filter LayeringTests
	tools/same-decisions.sh $(BUILD)/debug $(RELEASE)
	Tests/outside-tree.sh $(HOST)

# Models go both ways between here and Python's xgboost 1.7.4; says so and passes where that cannot be installed.
check-python: tests
	tools/check-python.sh $(HOST)

# LightGBMModel and ONNXModel with the real libraries, from their makers' wheels; says so and passes where those cannot be had.
check-runtimes: tests
	tools/check-runtimes.sh $(BUILD) --explicit-target-dependency-import-check error $(QE_BUILD_FLAGS)

# Any bytes are read or refused: a minute each, as in CI, or an hour, after a thousand hosts killed at places of the write path and
# a thousand at random moments (hours).
fuzz: tests
	tools/fuzz.sh 60 $(BUILD)/debug/quantumedge

soak: tests
	QE_CRASH_ROUNDS=50 QE_KILL_ROUNDS=500 swift test $(SWIFT_FLAGS) --skip-build --experimental-maximum-parallelization-width 4 --filter 'RecoveryTests|RecoveryRunTests|CrashPointTests'
	tools/fuzz.sh 3600 $(BUILD)/debug/quantumedge

bench: tests
	Benchmarks/peers.sh
	Benchmarks/isolation.sh $(RELEASE)
	Benchmarks/models.sh $(RELEASE)

bench-isolation: tests
	Benchmarks/isolation.sh $(RELEASE)

bench-fills: release
	Benchmarks/fills.sh

bench-models: release
	Benchmarks/models.sh $(RELEASE)

# Fifty hosts for a minute, killed in the middle.
bench-supervisor: release
	Benchmarks/supervisor.py $(RELEASE)

clean:
	rm -rf $(BUILD)
