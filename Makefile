# SPDX-License-Identifier: LGPL-3.0-or-later
# Runs from any folder, also one with blanks in its path: everything here is relative.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
JOBS ?= $(shell nproc)
PYTHON := /usr/bin/python3
SETUP := tools/setup/all.sh
RUN_TESTS := $(PYTHON) tools/run_tests.py

# ---- for users ----

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## install and prepare everything (other targets do it themselves)
	@$(SETUP)

build: ## compile the C engine for the project's Odoo
	@$(SETUP) --no-databases

demo: setup ## import two real web shops into Odoo and serve it
	@$(PYTHON) tools/demo.py start

demo-stop: ## stop the demo's Odoo server
	@$(PYTHON) tools/demo.py stop

wheel: build ## build the installable wheel into dist/
	@tools/wheel.sh

bench: setup ## measure speed against ORM, COPY and others (long); DATA=folder of public sets
	@tools/bench.sh full $(if $(DATA),--data "$(abspath $(DATA))")

bench-quick: setup ## the same, small, in minutes
	@tools/bench.sh quick $(if $(DATA),--data "$(abspath $(DATA))")

translations: setup ## write the template of translatable strings anew
	@tools/translations.sh

clean: ## stop servers, remove everything that was built, databases too
	@tools/clean.sh

# ---- tests ----

TEST_PARTS := c fuzz py odoo parity once crash browser

test: setup test-packages ## run every test
	@$(RUN_TESTS) $(TEST_PARTS)

test-packages:
	@tools/setup/python_packages.sh venv tests/py/requirements.txt
	@tools/setup/python_packages.sh venv-libpq tests/py/requirements-libpq.txt
	@tools/setup/python_packages.sh venv-parity tests/parity/requirements.txt

test-c: build ## C unit tests under ASan and UBSan
	@$(RUN_TESTS) c

test-fuzz: build ## each fuzzer for ten seconds
	@$(RUN_TESTS) fuzz

test-py: setup test-packages ## Python tests of the built extension
	@$(RUN_TESTS) py

test-odoo: setup ## the module's own tests inside Odoo
	@$(RUN_TESTS) odoo

test-parity: setup test-packages ## both lanes on the same orders, every column compared
	@$(RUN_TESTS) parity

test-once: setup ## files, versions and workers in any order: one order each
	@$(RUN_TESTS) once

test-crash: setup ## kill -9 of workers and servers, then go on
	@$(RUN_TESTS) crash

test-browser: setup ## the screens, in headless Chromium
	@$(RUN_TESTS) browser

guide-pictures: setup test-packages ## take the user guide's screenshots anew
	@rm -rf .run/guide
	@tools/env $(PYTHON) -m pytest -q $(shell grep -lE '\bguide\(|\bsave\(screen' tests/browser/*_*.py)
	@mkdir -p docs/guide/images && cp .run/guide/*.png docs/guide/images/

lint: build ## formatters, linters, strict compiler warnings
	@tools/lint.sh

.PHONY: help setup build demo demo-stop wheel bench bench-quick guide-pictures translations clean lint \
	test test-packages test-c test-fuzz test-py test-odoo test-parity test-once test-crash \
	test-browser programs-c programs-fuzz programs-strict print-cflags

# ---- C programs of the tests; tools/run_tests.py and tools/lint.sh call these ----

BUILD := .run/build
MSGPACK := $(shell pkg-config --exists msgpack-c 2>/dev/null && echo msgpack-c || echo msgpack)
PACKAGES := yajl libutf8proc $(MSGPACK) libxxhash libpq
CPPFLAGS_ALL = -Icsrc -D_GNU_SOURCE $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS := -lyajl -lcsv -lutf8proc -lmsgpackc -ldl -lm -lpthread
WARNINGS_gcc := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror
WARNINGS_clang-14 := -Wall -Wextra -Werror
SANITIZE := -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all
ENGINE := $(sort $(shell find csrc -name '*.c' -not -path 'csrc/python/*'))
BINDING := $(sort $(wildcard csrc/python/*.c))

FLAGS_asan := $(SANITIZE) -fsanitize=address,undefined
FLAGS_fuzz := $(SANITIZE) -fsanitize=fuzzer-no-link,address,undefined
FLAGS_release := -O2 -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2
CC_asan := gcc
CC_fuzz := clang-14
CC_release := gcc

C_TESTS := $(patsubst tests/c/%.c,$(BUILD)/tests/%,$(wildcard tests/c/test_*.c tests/c/driver_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))

programs-c: $(C_TESTS)
programs-fuzz: $(FUZZERS)
print-cflags:
	@echo $(CPPFLAGS_ALL) $(shell $(PYTHON)-config --includes)
programs-strict: $(ENGINE:%.c=$(BUILD)/release/%.o) $(BINDING:%.c=$(BUILD)/release/%.o)

# rules(FLAVOUR): objects and the engine's archive, one folder each
define rules
$$(BUILD)/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	@$$(CC_$(1)) -std=c17 $$(CPPFLAGS_ALL) $$(CPPFLAGS_EXTRA) $$(WARNINGS_$$(CC_$(1))) $$(FLAGS_$(1)) \
		-MMD -MP -c $$< -o $$@
$$(BUILD)/$(1)/engine.a: $$(ENGINE:%.c=$$(BUILD)/$(1)/%.o)
	@rm -f $$@
	@ar rcs $$@ $$^
-include $$(ENGINE:%.c=$$(BUILD)/$(1)/%.d)
endef
$(foreach flavour,asan fuzz release,$(eval $(call rules,$(flavour))))
-include $(BINDING:%.c=$(BUILD)/release/%.d)
-include $(wildcard $(BUILD)/asan/tests/c/*.d $(BUILD)/fuzz/tests/fuzz/*.d)

$(BUILD)/release/csrc/python/%.o: CPPFLAGS_EXTRA = $(shell $(PYTHON)-config --includes) -fPIC

$(BUILD)/tests/test_%: $(BUILD)/asan/tests/c/test_%.o $(BUILD)/asan/engine.a
	@mkdir -p $(@D)
	@gcc $(FLAGS_asan) $^ -lcmocka $(LIBS) -o $@
$(BUILD)/tests/driver_%: $(BUILD)/asan/tests/c/driver_%.o $(BUILD)/asan/engine.a
	@mkdir -p $(@D)
	@gcc $(FLAGS_asan) $^ $(LIBS) -o $@
$(BUILD)/tests/fuzz_%: $(BUILD)/fuzz/tests/fuzz/fuzz_%.o $(BUILD)/fuzz/engine.a
	@mkdir -p $(@D)
	@clang-14 $(SANITIZE) -fsanitize=fuzzer,address,undefined $^ $(LIBS) -o $@
.PRECIOUS: $(BUILD)/%.o
