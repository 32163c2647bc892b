# Makefile: build, run and prove latchstring. Plain GNU make; `make help` lists the targets.
#   make            build/release/latchstring          make MODE=debug|asan|tsan    another way of building
#   make run        install what is missing, build, start a server to try it out       make test     the same, and run every test
VERSION := 0.1.0
MODE    ?= release
OUT     := build/$(MODE)
PREFIX  ?= /usr/local
PYTHON  := /usr/bin/python3
CXX     := $(if $(filter default,$(origin CXX)),g++,$(CXX))
JOBS    ?= $(shell nproc)
TIME    ?= 20m
CCACHE  := $(shell command -v ccache 2>/dev/null)

# ---- flags: strict everywhere, hardened where it ships ------------------------------------------------------------------
WARN    := -Wall -Wextra -Wconversion -Wshadow -Werror
# g++ 12 takes the members of a std::variant that are not in use for uninitialised reads when it optimises (clang and the sanitizers do not).
WARN    += $(if $(findstring clang,$(CXX)),,-Wno-maybe-uninitialized)
HARDEN  := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -fcf-protection
CXXFLAGS_release := -O2 -g1 $(HARDEN)
CXXFLAGS_debug   := -O0 -g
CXXFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CXXFLAGS_tsan    := -O1 -g1 -fsanitize=thread -fno-omit-frame-pointer -Wno-nonnull  # which g++ 12 sees in vectors that were moved from
# For tools/fuzz alone, with clang: libFuzzer's instrumentation, and line coverage. What clang warns of beyond g++ must not stop them.
WARN    := $(if $(filter fuzz coverage,$(MODE)),$(filter-out -Werror,$(WARN)),$(WARN))
CXXFLAGS_fuzz     := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
                     -fsanitize-ignorelist=tests/fuzz/ignored.txt
CXXFLAGS_coverage := -O1 -g -fprofile-instr-generate -fcoverage-mapping
LDFLAGS_release  := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDFLAGS_asan     := -fsanitize=address,undefined
LDFLAGS_tsan     := -fsanitize=thread
LDFLAGS_fuzz     := -fsanitize=address,undefined
LDFLAGS_coverage := -fprofile-instr-generate
ifeq ($(CXXFLAGS_$(MODE)),)
$(error MODE=$(MODE) is not known: release, debug, asan or tsan)
endif
CXXFLAGS := -std=c++20 -pthread $(WARN) -Isrc -DLATCHSTRING_VERSION='"$(VERSION)"' $(CXXFLAGS_$(MODE)) $(EXTRA_CXXFLAGS)
LDFLAGS  := -pthread $(LDFLAGS_$(MODE))
# Headers of libxml2 and xmlsec1 for the one room that may see them; the macros are those with which Debian built xmlsec1.
CXXFLAGS_xml := -isystem /usr/include/libxml2 -isystem /usr/include/xmlsec1 -DXMLSEC_NO_SIZE_T -DXMLSEC_CRYPTO_OPENSSL=1 \
                -DXMLSEC_NO_CRYPTO_DYNAMIC_LOADING=1
CXXFLAGS_postgres := -isystem /usr/include/postgresql
LIBS     := -lfcgi -lcurl -lsqlite3 -lpq -lxmlsec1-openssl -lxmlsec1 -lxml2 -lz -lcrypto -lseccomp

# ---- what there is to build ---------------------------------------------------------------------------------------------
SRC      := $(filter-out src/cli/main.cc,$(wildcard src/*/*.cc src/*/*/*.cc))
SRC      := $(if $(filter fuzz coverage,$(MODE)),$(filter-out src/cli/% src/store/postgres/%,$(SRC)),$(SRC))  # they parse nothing
GEN      := build/gen/catalogue.cc build/gen/migrations.cc build/gen/pages.cc
OBJ      := $(SRC:%.cc=$(OUT)/%.o) $(GEN:%.cc=$(OUT)/%.o)
LIB      := $(OUT)/liblatchstring.a
TEST_SRC := $(wildcard tests/unit/*.cc tests/unit/*/*.cc tests/conformance/*.cc)
TEST_OBJ := $(TEST_SRC:%.cc=$(OUT)/%.o)
FUZZ     := $(patsubst tests/fuzz/%_fuzz.cc,%,$(wildcard tests/fuzz/*_fuzz.cc))
FUZZ_OBJ := $(FUZZ:%=$(OUT)/tests/fuzz/%_fuzz.o)
FUZZ_AID := $(OUT)/tests/unit/xml/forge.o

.PHONY: all run test unit bench soak lint fuzz fuzz-merge fuzz-coverage install deps clean help
all: $(OUT)/latchstring
help:
	@sed -n '2,4p' Makefile; echo '  targets: all run test unit bench soak lint fuzz fuzz-merge fuzz-coverage install deps clean'

$(OUT)/latchstring: $(OUT)/src/cli/main.o $(LIB)
	$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)
$(LIB): $(OBJ)
	rm -f $@ && ar rcs $@ $^
$(OUT)/tests/unit_tests: $(TEST_OBJ) $(LIB)
	$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS) -lboost_unit_test_framework
$(OUT)/tests/edge $(OUT)/tests/guard: $(OUT)/tests/%: $(OUT)/tests/fake/%_main.o $(LIB)
	$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)
# Fuzz targets: all in one program that replays their seeds, each entry under its own name; or (MODE=fuzz) each with libFuzzer.
$(OUT)/tests/fuzz_replay: $(OUT)/tests/fuzz/replay.o $(FUZZ_OBJ) $(FUZZ_AID) $(LIB)
	$(CXX) $(LDFLAGS) -rdynamic -o $@ $^ $(LIBS) -ldl
$(FUZZ:%=$(OUT)/tests/fuzz/%): %: %_fuzz.o $(FUZZ_AID) $(LIB)
	$(CXX) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)
ifneq ($(MODE),fuzz)
$(OUT)/tests/fuzz/%_fuzz.o: CXXFLAGS += -DLLVMFuzzerTestOneInput=$(*F)
endif
$(OUT)/tests/%.o: tests/%.cc
	@mkdir -p $(@D)
	$(CCACHE) $(CXX) $(CXXFLAGS) -DBOOST_TEST_DYN_LINK -Itests -MMD -MP -c -o $@ $<
$(OUT)/%.o: %.cc
	@mkdir -p $(@D)
	$(CCACHE) $(CXX) $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/src/xml/%.o: CXXFLAGS += $(CXXFLAGS_xml)
$(OUT)/src/store/postgres/%.o: CXXFLAGS += $(CXXFLAGS_postgres)

# Data that is compiled in: the provider catalogue, the migrations and the pages. A mistake in them stops the build.
build/gen/catalogue.cc: tools/embed.py $(wildcard conf/providers/*.toml)
	@mkdir -p $(@D)
	$(PYTHON) tools/embed.py catalogue conf/providers > $@.tmp && mv $@.tmp $@
build/gen/migrations.cc: tools/embed.py $(wildcard sql/*/*.sql)
	@mkdir -p $(@D)
	$(PYTHON) tools/embed.py migrations sql > $@.tmp && mv $@.tmp $@
build/gen/pages.cc: tools/embed.py tools/pages.py $(wildcard www/* www/templates/*.html www/texts/*.json)
	@mkdir -p $(@D)
	$(PYTHON) tools/embed.py pages www > $@.tmp && mv $@.tmp $@

# ---- the targets people use ---------------------------------------------------------------------------------------------
run: deps
	$(MAKE) --no-print-directory MODE=release -j$(JOBS) all
	tools/run
test: deps
	$(MAKE) --no-print-directory MODE=$(MODE) -j$(JOBS) all $(OUT)/tests/unit_tests $(OUT)/tests/edge $(OUT)/tests/guard $(OUT)/tests/fuzz_replay
	$(PYTHON) tests/run.py --mode $(MODE) $(ARGS)
unit: $(OUT)/tests/unit_tests
	$(OUT)/tests/unit_tests
bench: deps
	$(MAKE) --no-print-directory MODE=release -j$(JOBS) all
	$(PYTHON) tests/bench/bench.py $(ARGS)
# make soak TIME=20m        make soak TIME=2m MODE=asan
soak: deps
	$(MAKE) --no-print-directory MODE=$(MODE) -j$(JOBS) all
	$(PYTHON) tests/soak/soak.py --time $(TIME) --mode $(MODE) $(ARGS)
lint: deps
	$(PYTHON) tests/check/layers.py src tests/check/layers.txt
	tools/tidy $(ARGS)
# make fuzz TIME=60 (seconds for each target) TARGET="json saml" (all, if not given); tools/fuzz says more
fuzz: deps
	tools/fuzz run --time $(or $(TIME),60) --jobs $(JOBS) $(TARGET)
fuzz-merge fuzz-coverage: deps
	tools/fuzz $(@:fuzz-%=%) --jobs $(JOBS) $(TARGET)
deps:
	@tools/deps
install: all
	install -D -m 755 build/release/latchstring $(DESTDIR)$(PREFIX)/bin/latchstring
	install -d $(DESTDIR)$(PREFIX)/share/latchstring
	cp -R conf/web conf/systemd www $(DESTDIR)$(PREFIX)/share/latchstring/
clean:
	rm -rf build var

-include $(OBJ:.o=.d) $(TEST_OBJ:.o=.d) $(FUZZ_OBJ:.o=.d) $(FUZZ_AID:.o=.d) $(OUT)/src/cli/main.d $(OUT)/tests/fake/edge_main.d $(OUT)/tests/fake/guard_main.d
