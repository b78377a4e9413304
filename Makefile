# Wengert: every command a person needs. `make help` lists them.
#
# GNU make 3.81 or later, gcc or clang, Linux or macOS. Objects go under build/, one folder for each
# precision and kind of build; the rooms of lib/ are compiled twice, as double and as float.
#   CC=clang      another compiler           SAN=1   address and undefined-behaviour sanitizers
#   WERROR=1      warnings are errors (CI)   CPU=avx2 (or portable, avx512, neon) force one gemm kernel
#   V=1           show the compiler's command lines

SHELL = /bin/sh
Q = $(if $(filter 1,$(V)),,@)
ifeq ($(origin CC),default)
CC = cc
endif
WERROR ?= $(if $(CI),1,)

ROOMS = base value tensor ops nn optim text gpt2 show
CHAPTERS := $(notdir $(wildcard chapters/[0-9][0-9]-*))
GATED := $(notdir $(patsubst %/gate.c,%,$(wildcard chapters/[0-9][0-9]-*/gate.c)))
GATE_SOURCES := $(wildcard chapters/[0-9][0-9]-*/gate*.c)

# ---- flags --------------------------------------------------------------------------------------
WARN = -Wall -Wextra -Wpedantic -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Werror=incompatible-pointer-types
STRICT_WARN = $(if $(filter 1,$(WERROR)),-Werror,)
# No contraction: a*b+c rounds twice everywhere, so that numbers are the same on every processor.
# Neither errno nor floating-point traps are used here; saying so changes no value and lets the
# compiler turn loops over exp and comparisons into vector instructions.
CFLAGS_BASE = -std=c11 -D_GNU_SOURCE -D_DARWIN_C_SOURCE -g -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math \
              $(WARN) $(STRICT_WARN) -Ilib
FLOAT = -DWENGERT_FLOAT -Wdouble-promotion -Werror=double-promotion
SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -DWENGERT_POISON
LDLIBS_BASE = -lpthread -lm
# cJSON and PCRE2 are needed from chapter 16 on; Debian and Homebrew describe them to pkg-config.
LATE_CFLAGS := $(shell pkg-config --cflags libcjson libpcre2-8 2>/dev/null)
LATE_LIBS := $(shell pkg-config --libs libcjson libpcre2-8 2>/dev/null || echo -lcjson -lpcre2-8)

FUZZ_FLAGS = $(SAN_FLAGS) -fsanitize=fuzzer-no-link
KIND = $(notdir $(CC))$(if $(filter 1,$(SAN)),-san,)$(if $(filter 1,$(FUZZ)),-fuzz,)
B = build/$(KIND)
EXTRA = $(if $(filter 1,$(SAN)),$(SAN_FLAGS),)$(if $(filter 1,$(FUZZ)),$(FUZZ_FLAGS),)
ifneq ($(CPU),)
export WENGERT_CPU = $(CPU)
endif

PRECISIONS = double float
FLAGS_double = $(CFLAGS_BASE) $(EXTRA)
FLAGS_float = $(CFLAGS_BASE) $(FLOAT) $(EXTRA)

# ---- the library --------------------------------------------------------------------------------
KERNEL_FILES = gemm_kernel peak_kernel
LIB_SOURCES := $(filter-out $(KERNEL_FILES:%=lib/base/%.c),$(foreach r,$(ROOMS),$(wildcard lib/$(r)/*.c)))
MACHINE := $(shell uname -m)
KERNELS = portable $(if $(filter x86_64 amd64,$(MACHINE)),avx2 avx512,) $(if $(filter aarch64 arm64,$(MACHINE)),neon,)
KERNEL_portable = -DVECTOR_BYTES=16 -DROWS=4 -DVECTORS=2
# Here a product and the sum it goes into round once, in all loops alike. Not with the sanitizers' checks
# between them: there some would and some would not, and a row's bits would depend on its company.
FUSED = $(if $(EXTRA),,-ffp-contract=fast)
KERNEL_avx2 = -DVECTOR_BYTES=32 -DROWS=6 -DVECTORS=2 -mavx2 -mfma $(FUSED)
KERNEL_avx512 = -DVECTOR_BYTES=64 -DROWS=8 -DVECTORS=3 -mavx512f -mavx512dq -mavx512vl -mfma \
                -mprefer-vector-width=512 $(FUSED)
KERNEL_neon = -DVECTOR_BYTES=16 -DROWS=8 -DVECTORS=3 $(FUSED)

objects = $(patsubst %.c,$(B)/$(1)/%.o,$(2))
kernels = $(foreach k,$(KERNELS),$(KERNEL_FILES:%=$(B)/$(1)/lib/base/%_$(k).o))
base_objects = $(call objects,$(1),$(filter lib/base/%,$(LIB_SOURCES))) $(call kernels,$(1))
# Two archives: libgpt2.a needs cJSON and PCRE2, and whoever only follows the chapters up to 15 does not.
library = $(B)/$(1)/libwengert.a
gpt2_library = $(B)/$(1)/libgpt2.a
GPT2_SOURCES = $(filter lib/gpt2/% lib/text/json.c lib/text/byte_pairs% lib/text/tokenizer.c,$(LIB_SOURCES))
CORE_SOURCES = $(filter-out $(GPT2_SOURCES),$(LIB_SOURCES))
LIBRARIES = $(foreach p,$(PRECISIONS),$(call library,$(p)) $(call gpt2_library,$(p)))
LATE_HEADERS = \#include <cJSON.h>\n\#define PCRE2_CODE_UNIT_WIDTH 8\n\#include <pcre2.h>\n
HAVE_LATE = $(shell printf '$(LATE_HEADERS)' | $(CC) $(LATE_CFLAGS) -E - >/dev/null 2>&1 && echo 1)

.PHONY: all
all: learner $(if $(HAVE_LATE),$(LIBRARIES) programs,$(foreach p,$(PRECISIONS),$(call library,$(p))) early-programs)
	@$(if $(HAVE_LATE),:,echo "cJSON or PCRE2 is not installed: chapters from 16 on are not built; sh setup.sh start installs them")

# A change of flags rebuilds: the flags are an input like any other.
define precision_rules
$(B)/$(1)/flags: FORCE
	@mkdir -p $$(@D); echo '$(CC) $(FLAGS_$(1))' | cmp -s - $$@ || echo '$(CC) $(FLAGS_$(1))' > $$@

$(B)/$(1)/%.o: %.c $(B)/$(1)/flags
	@mkdir -p $$(@D)
	@echo "  cc $(1) $$<"
	$(Q)$(CC) $(FLAGS_$(1)) $$(OBJECT_FLAGS) $(LATE_CFLAGS) -MMD -MP -c $$< -o $$@

# A gate's own loops are plain and few. Vectorising them would gain nothing, and gcc 12 for ARM stops over
# some of them with an internal error.
$(call objects,$(1),$(GATE_SOURCES)): OBJECT_FLAGS = -fno-tree-vectorize

$(call library,$(1)): $(call objects,$(1),$(CORE_SOURCES)) $(call kernels,$(1))
	@rm -f $$@ # q appends: rooms may have files of the same name
	$(Q)ar qcs $$@ $$^

$(call gpt2_library,$(1)): $(call objects,$(1),$(GPT2_SOURCES))
	@rm -f $$@
	$(Q)ar qcs $$@ $$^
endef
$(foreach p,$(PRECISIONS),$(eval $(call precision_rules,$(p))))

define kernel_rules
$(B)/$(1)/lib/base/$(2)_%.o: lib/base/$(2).c $(B)/$(1)/flags
	@mkdir -p $$(@D)
	@echo "  cc $(1) $$< for $$*"
	$(Q)$(CC) $(FLAGS_$(1)) -DGEMM_KERNEL=$$* $$(KERNEL_$$*) -MMD -MP -c $$< -o $$@
endef
$(foreach p,$(PRECISIONS),$(foreach f,$(KERNEL_FILES),$(eval $(call kernel_rules,$(p),$(f)))))

# ---- gates --------------------------------------------------------------------------------------
# A gate is its chapter's gate.c and, where one file would be long, the gate_*.c beside it. It links base/
# and the files of lib that its own and earlier chapters name in files.txt, and nothing else: a chapter
# that reaches forward does not link. cJSON and PCRE2 come in chapter 16.
chapters_to = $(foreach c,$(CHAPTERS),$(if $(filter $(c),$(firstword $(sort $(c) $(1)))),$(c),))
files_to = $(sort $(foreach c,$(call chapters_to,$(1)),$(shell sed 's/\#.*//' chapters/$(c)/files.txt 2>/dev/null)))
gate = $(B)/$(1)/gates/$(2)
gate_own = $(call objects,$(1),$(filter chapters/$(2)/%,$(GATE_SOURCES)))

define gate_rules
$(call gate,$(1),$(2)): $(call gate_own,$(1),$(2)) $(call objects,$(1),$(addprefix lib/,$(call files_to,$(2)))) $(call base_objects,$(1))
	@mkdir -p $$(@D)
	$(Q)$(CC) $(FLAGS_$(1)) $$^ $(if $(filter text/json.c,$(call files_to,$(2))),$(LATE_LIBS),) $(LDLIBS_BASE) -o $$@
endef
$(foreach p,$(PRECISIONS),$(foreach c,$(GATED),$(eval $(call gate_rules,$(p),$(c)))))
GATES = $(foreach p,$(PRECISIONS),$(foreach c,$(GATED),$(call gate,$(p),$(c))))

.PHONY: gates gate gate-objects
gate-objects: # what a gate is linked with, for tests/forward.sh
	@echo $(call objects,double,$(addprefix lib/,$(call files_to,$(CH)))) $(call base_objects,double)
gates: $(GATES) ## every gate, in double and in float, one line a chapter
	@sh tests/gates.sh $(B) "$(KERNELS)" $(GATED)

# make gate CH=07 prints the whole table of one chapter.
ONE_GATE = $(foreach c,$(filter $(CH)%,$(GATED)),$(call gate,double,$(c)))
gate: $(ONE_GATE) ## the table of one gate: make gate CH=07
	$(if $(ONE_GATE),,$(error expected a chapter that has a gate, such as CH=07, found CH=$(CH)))
	@for g in $^; do $$g; done

# ---- programs -----------------------------------------------------------------------------------
# Every other .c file of a chapter is a short program. It may use the whole library, as a tool, and
# runs in double, so that its numbers are the lesson's; gpt2, evaluate and chapter 21's, which measure speed,
# are built in both precisions and run in float.
PROGRAM_SOURCES := $(filter-out $(GATE_SOURCES),$(wildcard chapters/[0-9][0-9]-*/*.c))
PROGRAMS = $(patsubst chapters/%.c,$(B)/double/programs/%,$(PROGRAM_SOURCES))
GPT2 = $(B)/float/programs/17-gpt2/gpt2
GPT2_DOUBLE = $(B)/double/programs/17-gpt2/gpt2
EVALUATE = $(B)/float/programs/19-evaluation/evaluate
SPEED = $(addprefix $(B)/float/programs/21-speed/,train roofline)
program_of = $(B)/$(if $(filter 21-speed,$(1)),float,double)/programs/$(1)

LATE = 15-training/overfit 16% 17% 18% 19% 2%
.PHONY: programs early-programs
programs: $(PROGRAMS) $(GPT2) $(EVALUATE) $(SPEED)
early-programs: $(patsubst %,$(B)/double/programs/%,$(filter-out $(LATE),$(PROGRAM_SOURCES:chapters/%.c=%)))
define program_rule
$(B)/$(1)/programs/$(2): $(B)/$(1)/chapters/$(2).o $(if $(filter $(LATE),$(2)),$(call gpt2_library,$(1)),) $(call library,$(1))
	@mkdir -p $$(@D)
	$(Q)$(CC) $(FLAGS_$(1)) $$^ $(if $(filter $(LATE),$(2)),$(LATE_LIBS),) $(LDLIBS_BASE) -o $$@
endef
$(foreach p,$(PRECISIONS),$(foreach c,$(PROGRAM_SOURCES:chapters/%.c=%),$(eval $(call program_rule,$(p),$(c)))))

# make train-07 runs the program of one chapter; its log goes to build/plots/.
TRAINED := $(notdir $(patsubst %/train.c,%,$(wildcard chapters/[0-9][0-9]-*/train.c)))
define train_rules
.PHONY: train-$(firstword $(subst -, ,$(1)))
train-$(firstword $(subst -, ,$(1))): $(call program_of,$(1))/train
	@$(call program_of,$(1))/train
endef
$(foreach c,$(TRAINED),$(eval $(call train_rules,$(c))))

# ---- the learner ----------------------------------------------------------------------------------
# ./learn is a copy of what is built here. It compiles exercises itself, against the plain build's library,
# also where it is itself under sanitizers; exercises are never compiled by make.
LEARN = $(B)/learn/learn
LEARN_SOURCES := $(filter-out exercises/learn/harness.c,$(wildcard exercises/learn/*.c))
LEARN_OBJECTS = $(patsubst %.c,$(B)/learn/%.o,$(notdir $(LEARN_SOURCES)))
$(B)/learn/%.o: exercises/learn/%.c $(wildcard exercises/learn/*.h) $(B)/double/flags
	@mkdir -p $(@D)
	@echo "  cc double $<"
	$(Q)$(CC) $(FLAGS_double) -Iexercises/learn -DLEARN_CC='"$(CC)"' -DLEARN_BUILD='"build/$(notdir $(CC))"' -DLEARN_LIBS='"$(LATE_LIBS) $(LDLIBS_BASE)"' -c $< -o $@

# What of ./learn judges answers on paper stands on base alone.
PAPER_SOURCES = $(wildcard exercises/learn/text.c exercises/learn/sealed.c exercises/learn/array.c exercises/learn/formula*.c exercises/learn/paper*.c)
PAPER_OBJECTS = $(PAPER_SOURCES:exercises/learn/%.c=$(B)/learn/%.o)

# The harness of students' programs, which knows no answer.
$(B)/learn/harness_blind.o: exercises/learn/harness.c $(wildcard exercises/learn/*.h) $(B)/double/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS_double) -Iexercises/learn -DCHECK_BLIND -c $< -o $@

$(LEARN): $(LEARN_OBJECTS) $(call library,double) $(B)/learn/harness.o $(B)/learn/harness_blind.o
	$(Q)$(CC) $(FLAGS_double) $(LEARN_OBJECTS) $(call library,double) $(LDLIBS_BASE) -o $@

# make check EX=02-value/mul and the like are thin names for ./learn check ...
.PHONY: learner learn check watch list hint mine
learner: $(LEARN)
	@cmp -s $(LEARN) learn || { cp $(LEARN) learn.new && mv -f learn.new learn; } # one may be running
learn: learner ## the next step of the course; ./learn help lists what else it does
	@./learn
check watch list hint: learner
	@./learn $@ $(EX)
mine: learner gate-programs $(if $(HAVE_LATE),$(GPT2_DOUBLE)) ## the gates and a GPT-2 on your own code of work/ [SOLUTIONS=1]
	@./learn mine $(if $(filter 1,$(SOLUTIONS)),solutions)

# What students get: the course without solutions/, in one file. make grade DIR=folder judges what comes back.
HANDOUT ?= build/wengert.tar.gz
.PHONY: handout grade
handout: learner ## the course without answers, for students [HANDOUT=file.tar.gz]
	@sh exercises/handout.sh "$(HANDOUT)"
grade: learner ## every submission in a folder, judged apart: make grade DIR=folder [ARGS="--csv marks.csv"]
	@./learn grade "$(DIR)" $(ARGS)

# ---- the two commands -----------------------------------------------------------------------------
JOBS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
QUIET_MAKE = $(MAKE) --no-print-directory -j$(JOBS)

.PHONY: start start-run
start: ## set up, build, run every gate, train a GPT-2, draw its loss, let it write
	@sh setup.sh start
	@$(QUIET_MAKE) learner libraries programs gate-programs
	@$(MAKE) --no-print-directory start-run

start-run:
	@sh tests/gates.sh $(B) "$(KERNELS)" $(GATED)
	@echo
	@echo "what each chapter builds, trained on something small; the figures go to build/plots/"
	@$(MAKE) --no-print-directory plots-draw > $(B)/plots.txt 2>&1 || cat $(B)/plots.txt
	@tail -n 1 $(B)/plots.txt
	@echo
	@$(GPT2) train --text chapters/course.txt --run build/start --fresh --figure --count 500 --prompt "The gradient "
	@echo
	@echo "next: ./learn, make train TEXT=FILE, make sample PROMPT=\"The \", make test, make help"

.PHONY: test test-run
test: ## every check: gates, unit tests, seeded bugs, resuming, bad input, lessons
	@test -d solutions || { echo "make test: this copy of the course came without answers, which it tries; make gates checks the engine" >&2; exit 2; }
	@sh setup.sh test
	@$(QUIET_MAKE) libraries programs gate-programs test-programs
	@$(MAKE) --no-print-directory test-run

# ---- seeded bugs ------------------------------------------------------------------------------------
# The recipe tells the driver how a gate is compiled and linked, so that a hurt file goes the same way.
BUGS = $(B)/bugs/bugs
BUGS_RUN = $(BUGS) --recipe $(B)/bugs/recipe --jobs $(JOBS)
$(B)/bugs/bugs: $(wildcard tests/bugs/*.c tests/bugs/*.h) exercises/learn/tokens.c exercises/learn/tokens.h $(call library,double)
	@mkdir -p $(@D)
	@echo "  cc double tests/bugs"
	$(Q)$(CC) $(FLAGS_double) -Itests/bugs -Iexercises/learn $(wildcard tests/bugs/*.c) exercises/learn/tokens.c $(call library,double) $(LATE_LIBS) $(LDLIBS_BASE) -o $@

$(B)/bugs/recipe: FORCE
	@mkdir -p $(@D)
	@{ echo "folder $(B)/bugs"; echo "tables tests/bugs"; echo "lib lib"; echo "objects $(B)/double/lib"; \
	  echo "compile $(CC) $(FLAGS_double) $(LATE_CFLAGS) -O1 -g0"; echo "link $(CC) $(FLAGS_double)"; \
	  echo "libs $(LATE_LIBS) $(LDLIBS_BASE)"; \
	  $(foreach c,$(GATED),echo "gate $(c) $(call gate_own,double,$(c)) $(call objects,double,$(addprefix lib/,$(call files_to,$(c)))) $(call base_objects,double)";) } > $@

.PHONY: bugs
bugs: $(BUGS) $(B)/bugs/recipe gate-programs ## plant every bug, by hand and by mutation, and see each caught
	@$(BUGS_RUN) $(ARGS)

# ---- lessons --------------------------------------------------------------------------------------
# What the lessons quote. A command that a lesson quotes finds the folder of what was built in $B.
LESSONS = $(B)/lessons/lessons
$(LESSONS): $(wildcard tests/lessons/*.c tests/lessons/*.h) $(PAPER_OBJECTS) $(call base_objects,double)
	@mkdir -p $(@D)
	@echo "  cc double tests/lessons"
	$(Q)$(CC) $(FLAGS_double) -Iexercises/learn $(filter %.c %.o,$^) $(LDLIBS_BASE) -o $@

.PHONY: lessons
lessons: $(LESSONS) gate-programs programs ## refill the code, output and figures that lessons show, check links [CHECK=1]
	@B=$(B) $(LESSONS) $(if $(filter 1,$(CHECK)),--check)
	@sh plots/shown.sh $(B) $(if $(filter 1,$(CHECK)),--check)

# ---- tests ----------------------------------------------------------------------------------------
PAPER_TESTS := $(notdir $(patsubst %_test.c,%,$(wildcard tests/formula_test.c tests/paper_test.c)))
TEST_NAMES := $(filter-out $(PAPER_TESTS),$(notdir $(patsubst %_test.c,%,$(wildcard tests/*_test.c))))
CMOCKA_CFLAGS := $(shell pkg-config --cflags cmocka 2>/dev/null)
CMOCKA_LIBS := $(shell pkg-config --libs cmocka 2>/dev/null || echo -lcmocka)
test_program = $(B)/$(1)/tests/$(2)_test
UNIT_TESTS = $(foreach t,$(TEST_NAMES),$(foreach p,$(PRECISIONS),$(t)-$(p)=$(call test_program,$(p),$(t)))) \
             $(foreach t,$(PAPER_TESTS),$(t)=$(call test_program,double,$(t)))
TEST_PROGRAMS = $(foreach t,$(UNIT_TESTS),$(lastword $(subst =, ,$(t))))
define test_rules
$(B)/$(1)/tests/%_test: tests/%_test.c $(call gpt2_library,$(1)) $(call library,$(1))
	@mkdir -p $$(@D)
	@echo "  cc $(1) $$<"
	$(Q)$(CC) $(FLAGS_$(1)) $(CMOCKA_CFLAGS) $(LATE_CFLAGS) -MMD -MP -MF $$@.d $$< $$(filter %.o,$$^) $(call gpt2_library,$(1)) $(call library,$(1)) $(CMOCKA_LIBS) $(LATE_LIBS) $(LDLIBS_BASE) -o $$@
endef
$(foreach p,$(PRECISIONS),$(eval $(call test_rules,$(p))))
# The terminal's side of ./learn, which its tests link as it is.
READER_SOURCES := $(addprefix exercises/learn/,terminal.c scratch.c read.c wrap.c plot.c doctor.c) $(wildcard exercises/learn/math*.c exercises/learn/markdown*.c)
$(foreach p,$(PRECISIONS),$(foreach t,reader screen,$(eval $(call test_program,$(p),$(t)): $(call objects,$(p),$(READER_SOURCES)))))

define paper_test_rule
$(call test_program,double,$(1)): tests/$(1)_test.c $(PAPER_OBJECTS) $(call base_objects,double)
	@mkdir -p $$(@D)
	@echo "  cc double $$<"
	$(Q)$(CC) $(FLAGS_double) -Iexercises/learn $(CMOCKA_CFLAGS) -MMD -MP -MF $$@.d $$(filter %.c %.o,$$^) $(CMOCKA_LIBS) $(LDLIBS_BASE) -o $$@
endef
$(foreach t,$(PAPER_TESTS),$(eval $(call paper_test_rule,$(t))))

# ---- parity ---------------------------------------------------------------------------------------
# Our engine held to PyTorch. `make test` compares with the small fixtures that are committed; `make
# parity` has PyTorch make everything anew.
PARITY = $(B)/$(1)/parity/parity
define parity_rules
$(call PARITY,$(1)): $(wildcard tests/parity/*.c tests/parity/*.h) $(call gpt2_library,$(1)) $(call library,$(1))
	@mkdir -p $$(@D)
	@echo "  cc $(1) tests/parity"
	$(Q)$(CC) $(FLAGS_$(1)) $(LATE_CFLAGS) $(wildcard tests/parity/*.c) $(call gpt2_library,$(1)) $(call library,$(1)) $(LATE_LIBS) $(LDLIBS_BASE) -o $$@
endef
$(foreach p,$(PRECISIONS),$(eval $(call parity_rules,$(p))))

.PHONY: parity
parity: ## hold ops, layers, models and training to PyTorch, everything made anew
	@sh setup.sh parity
	@$(QUIET_MAKE) $(foreach p,$(PRECISIONS),$(call PARITY,$(p))) $(addprefix $(B)/double/programs/,16-tokenizer/tokenize 19-evaluation/evaluate)
	@sh tests/parity/run.sh $(B)

# ---- bench ----------------------------------------------------------------------------------------
# The driver starts each competitor as a process: our own is `work`, in both precisions.
BENCH_WORK = work work_peak work_gemm work_model work_attention work_checkpoint work_values model
bench_program = $(B)/$(1)/bench/$(2)
BENCH_PROGRAMS = $(call bench_program,double,bench) $(foreach p,$(PRECISIONS),$(call bench_program,$(p),work)) $(call bench_program,float,profile)
bench_objects = $(foreach n,$(2),$(B)/$(1)/tests/bench/$(n).o)
define bench_rules
$(call bench_program,$(1),work): $(call bench_objects,$(1),$(BENCH_WORK))
$(call bench_program,$(1),profile): $(call bench_objects,$(1),profile model)
$(call bench_program,$(1),bench): $(call bench_objects,$(1),bench worker rounds parts programs models length depth)
$(B)/$(1)/bench/%: $(call gpt2_library,$(1)) $(call library,$(1))
	@mkdir -p $$(@D)
	$(Q)$(CC) $(FLAGS_$(1)) $$(filter %.o,$$^) $(call gpt2_library,$(1)) $(call library,$(1)) $(LATE_LIBS) $(LDLIBS_BASE) -ldl -o $$@
endef
$(foreach p,$(PRECISIONS),$(eval $(call bench_rules,$(p))))

.PHONY: bench bench-programs
bench-programs: $(BENCH_PROGRAMS) $(GATES) $(SPEED)
bench: ## how fast: the machine's peak, gemm, steps beside PyTorch [ONLY=gemm] [ROUNDS=1]
	@sh setup.sh start
	@$(QUIET_MAKE) bench-programs
	@$(call bench_program,double,bench) --build $(B) $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(OPENBLAS),--openblas $(OPENBLAS)) $(if $(PYTHON),--python $(PYTHON)) $(ARGS)

.PHONY: libraries gate-programs test-programs
libraries: $(LIBRARIES)
gate-programs: $(GATES)
test-programs: learner $(TEST_PROGRAMS) $(call PARITY,double) $(GPT2_DOUBLE) $(BUGS) $(B)/bugs/recipe $(LESSONS) $(BENCH_PROGRAMS)

test-run:
	@sh tests/all.sh $(B) "gates=sh tests/gates.sh $(B) '$(KERNELS)' $(GATED)" \
	  $(foreach t,$(UNIT_TESTS),"$(t)") \
	  "overfit=$(B)/double/programs/15-training/overfit && echo 1 passed, 0 failed" \
	  "resume=sh tests/resume.sh $(B) 3" \
	  "input=sh tests/input.sh $(B)" \
	  "forward-references=sh tests/forward.sh $(B)" \
	  "refresher=sh tests/refresher.sh" \
	  "setup=sh tests/setup.sh" \
	  "fetch=sh tests/fetch.sh" \
	  "exercises=$(LEARN) audit" \
	  "mine=sh tests/mine.sh $(B)" \
	  "learn=sh tests/learn.sh $(B)" \
	  "grade=sh tests/grade.sh $(B)" \
	  "handout=sh tests/handout.sh $(B)" \
	  "lessons=B=$(B) $(LESSONS) --check" \
	  "figures=sh plots/shown.sh $(B) --check" \
	  "lessons-tool=sh tests/lessons.sh $(LESSONS)" \
	  "parity=sh tests/parity/run.sh $(B) committed" \
	  "bugs=$(BUGS_RUN) --sample 400"

# The unit tests as tests/all.sh takes them, for tests/release.sh.
.PHONY: unit-list release
unit-list:
	@echo $(UNIT_TESTS)
release: ## what takes longer: both compilers, sanitizers, valgrind, every mutant, many seeds
	@sh tests/release.sh

# ---- fuzzing ----------------------------------------------------------------------------------------
# libFuzzer comes with clang. make fuzz SECONDS=600 gives each reader ten minutes; what it finds stays
# in build/clang-fuzz/found/. FUZZ=1 is for the make that fuzz starts.
FUZZERS := $(notdir $(patsubst %_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c)))
SECONDS ?= 60
.PHONY: fuzz fuzz-programs
fuzz: ## feed every reader of files with damaged ones: make fuzz SECONDS=600 (needs clang)
	@$(MAKE) --no-print-directory CC=clang FUZZ=1 fuzz-programs
	@sh tests/fuzz/fuzz.sh build/clang-fuzz $(SECONDS) $(FUZZERS)

fuzz-programs: $(foreach f,$(FUZZERS),$(B)/fuzz/$(f)) $(GPT2_DOUBLE)
$(B)/fuzz/%: tests/fuzz/%_fuzz.c tests/fuzz/fuzz.h $(PAPER_OBJECTS) $(call gpt2_library,double) $(call library,double)
	@mkdir -p $(@D)
	@echo "  cc double $<"
	$(Q)$(CC) $(FLAGS_double) -fsanitize=fuzzer -Iexercises/learn $(LATE_CFLAGS) $< $(PAPER_OBJECTS) $(call gpt2_library,double) $(call library,double) $(LATE_LIBS) $(LDLIBS_BASE) -o $@

# ---- using it -------------------------------------------------------------------------------------
RUN ?= checkpoints/$(basename $(notdir $(TEXT)))
.PHONY: train sample
train: $(GPT2) ## train on any text: make train TEXT=file [RUN=folder] [ARGS="--steps 2000"]
	@test -n "$(TEXT)" || { echo "make train: expected TEXT=file" >&2; exit 2; }
	@$(GPT2) train --text "$(TEXT)" --run "$(RUN)" --figure $(ARGS)

# Without RUN: the run that was written to last.
sample: RUN = $(patsubst %/latest,%,$(firstword $(shell ls -td build/start/latest checkpoints/*/latest 2>/dev/null) build/start))
sample: $(GPT2) ## let the last trained model write: make sample PROMPT="The " [RUN=folder]
	@$(GPT2) sample --run "$(RUN)" --prompt "$$PROMPT" $(ARGS)

# What is given on make's command line reaches its recipes as their environment, with any quotes in it.
# make gpt2-124m needs a network once; WEIGHTS=DIR names a folder that has the files already.
.PHONY: gpt2-124m
gpt2-124m: $(GPT2) $(EVALUATE) ## the published GPT-2: fetched, writing, evaluated [WEIGHTS=DIR]
	@sh chapters/17-gpt2/gpt2-124m.sh $(GPT2) $(EVALUATE) "$(WEIGHTS)"

# The two benchmarks, on ../shared/data's files unless TEXT names others.
.PHONY: perplexity lambada
perplexity: $(EVALUATE) ## of a text by windows that overlap: make perplexity RUN=folder [TEXT=file] [ARGS="--stride 32"]
	@$(EVALUATE) perplexity --run "$(RUN)" --text "$(or $(TEXT),../shared/data/wiki.test.raw)" $(ARGS)
lambada: $(EVALUATE) ## the last word of passages: make lambada RUN=folder [TEXT=file]
	@$(EVALUATE) lambada --run "$(RUN)" --text "$(or $(TEXT),../shared/data/lambada_test.jsonl)" $(ARGS)

# ---- figures --------------------------------------------------------------------------------------
.PHONY: plots-run plots-draw
plots: $(PROGRAMS) $(SPEED) ## run every chapter's program and draw every figure into build/plots/
	@$(MAKE) --no-print-directory plots-draw

plots-draw: $(foreach c,$(TRAINED),build/plots/$(c).tsv) build/plots/07-linear-algebra-costs.tsv build/plots/13-transformer-depth.tsv build/plots/21-speed-roofline.tsv
	@sh plots/draw.sh

build/plots/07-linear-algebra-costs.tsv: $(B)/double/programs/07-linear-algebra/costs
	@echo "== 07-linear-algebra-costs"
	@$<

build/plots/13-transformer-depth.tsv: $(B)/double/programs/13-transformer/depth
	@$(B)/double/programs/13-transformer/depth --tsv $@

build/plots/21-speed.tsv: $(B)/float/programs/21-speed/train
	@echo "== 21-speed"
	@$< --tsv $@

build/plots/21-speed-roofline.tsv: $(B)/float/programs/21-speed/roofline
	@echo "== 21-speed-roofline"
	@$< --tsv $@

build/plots/%.tsv: $(B)/double/programs/%/train
	@echo "== $*"
	@$(B)/double/programs/$*/train --tsv $@

.PHONY: clean FORCE
clean: ## remove everything that was built
	rm -rf build
FORCE:

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: lib chapters exercises solutions plots tests
.SECONDARY:
.SUFFIXES:
%.d: ;
-include $(foreach p,$(PRECISIONS),$(patsubst %.o,%.d,$(call objects,$(p),$(LIB_SOURCES)) $(call kernels,$(p)))) \
         $(wildcard $(B)/*/chapters/*/*.d) $(wildcard $(B)/*/exercises/*/*.d) $(wildcard $(B)/*/tests/*.d) $(wildcard $(B)/*/tests/bench/*.d)
