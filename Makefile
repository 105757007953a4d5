# SPDX-License-Identifier: GPL-2.0-or-later
#
#   sudo make demo     installs what is missing, builds, shows a failover
#   sudo make check    installs what is missing, builds, runs every test
#   make               builds into build/, as any user
#   make lint | bench | install DESTDIR= PREFIX=

PREFIX ?= /usr/local
BUILD := build
BPF_CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
PYTHON ?= /usr/bin/python3
VERSION := 0.1.0

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -iquote . -Iinclude -isystem $(BUILD) -DXBEAT_VERSION='"$(VERSION)"' -MMD -MP
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wshadow -Iinclude -Ivmlinux -iquote . -MMD -MP
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) '$@')

# A room is a folder with its sub-folders; an object may use only those of its own room and of the rooms below it
# (scripts/lint layers). From the bottom up:
objects = $(patsubst %.c,$(BUILD)/%.o,$(shell find $(addprefix user/,$(1)) -name '*.c' | sort))
BASE := $(call objects,lib core config)
DAEMON := $(call objects,control kernel net runner tracking heartbeat vrrp daemon)
CTL := $(call objects,ctl)
# libxbeat, for applications; its objects are fit for a shared library.
APP := $(patsubst %.c,$(BUILD)/%.o,$(wildcard user/app/*.c))
APP_SONAME := libxbeat.so.0
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
UNIT_ASAN := $(patsubst tests/unit/%.c,$(BUILD)/asan/tests/unit/%,$(wildcard tests/unit/test_*.c))
# Rooms that work without the kernel side; of tracking, all but the socket of applications.
DAEMON_TESTED := $(filter-out %/tracking/apps.o,$(call objects,control runner tracking vrrp/notify))
TESTED := $(filter-out $(BUILD)/user/ctl/main.o,$(CTL)) $(APP) $(DAEMON_TESTED) $(BASE)
TESTED_ASAN := $(patsubst $(BUILD)/%,$(BUILD)/asan/%,$(TESTED))
BPF_FIXTURES := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/bpf/test_% tests/bpf/guarded.c,$(wildcard tests/bpf/*.c)))
BPF_GUARD_TESTS := $(patsubst %,$(BUILD)/tests/bpf/test_%,guard guard_race fence daemon_exit)
BPF_TESTS := $(patsubst tests/bpf/%.c,$(BUILD)/tests/bpf/%,$(wildcard tests/bpf/test_*.c))
SENDER := $(BUILD)/tools/send_packets
TOOLS := $(filter-out $(SENDER),$(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(filter-out %.bpf.c,$(wildcard tests/tools/*.c))))
TOOLS_BPF := $(patsubst tests/tools/%.bpf.c,$(BUILD)/tools/%.bpf.o,$(wildcard tests/tools/*.bpf.c))
MANUALS := $(patsubst docs/%.scd,$(BUILD)/man/%,$(wildcard docs/*.scd))

DAEMON_LIBS := -lbpf -lelf -lz -levent_core -lmnl -ljansson -lcap-ng -lm
CTL_LIBS := -ljansson
UNIT_LIBS := $(CTL_LIBS) -levent_core -lcmocka -lm
TOOL_LIBS := -lbpf -lelf -lz -levent_core -lmnl
BPF_TEST_LIBS := -lbpf -lelf -lz -lcmocka -lm

.PHONY: all deps compilers tests tools man check demo bench lint format clean install
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/xbeatd $(BUILD)/xbeatctl $(BUILD)/xbeat.bpf.o $(BUILD)/libxbeat.a $(BUILD)/$(APP_SONAME)

# Named at once, and together, instead of by the first command that fails.
compilers:
	@missing=; for tool in $(firstword $(CC)) $(firstword $(BPF_CLANG)) $(BPFTOOL); do \
		command -v "$$tool" >/dev/null || missing="$$missing $$tool"; done; \
	[ -z "$$missing" ] || { echo "make: not installed:$$missing; run: sudo scripts/install-deps" >&2; exit 1; }

$(BUILD)/xbeat.bpf.o: bpf/xbeat.bpf.c | compilers
	@mkdir -p $(@D)
	$(call say,BPF)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/xbeat.skel.h: $(BUILD)/xbeat.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name xbeat_bpf > $@

$(BUILD)/tools/%.bpf.o: tests/tools/%.bpf.c | compilers
	@mkdir -p $(@D)
	$(call say,BPF)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

$(DAEMON) $(patsubst %,%.o,$(BPF_TESTS)) $(BPF_FIXTURES) $(BUILD)/tests/bpf/guarded.o $(BUILD)/tests/tools/bpf_cost.o: $(BUILD)/xbeat.skel.h

$(BUILD)/%.o: %.c | compilers
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/asan/%.o: %.c | compilers
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(SANITIZE) -c $< -o $@

$(BUILD)/tools/network: $(patsubst %,$(BUILD)/user/net/%.o,interface_setting link_monitor local_address macvlan netlink netlink_address)

$(APP): ALL_CFLAGS += -fPIC -fvisibility=hidden
$(BUILD)/libxbeat.a: $(APP)

$(BUILD)/$(APP_SONAME): $(APP) user/app/libxbeat.map
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(APP_SONAME) -Wl,-z,defs \
		-Wl,--version-script=user/app/libxbeat.map $(APP) -o $@

$(BUILD)/xbeat.pc: dist/xbeat.pc.in Makefile
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $< > $@

# Archives, so that each program takes only what it uses.
$(BUILD)/base.a: $(BASE)
$(BUILD)/tested.a: $(TESTED)
$(BUILD)/asan/tested.a: $(TESTED_ASAN)
$(BUILD)/%.a:
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/xbeatd: $(DAEMON) $(BUILD)/base.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

$(BUILD)/xbeatctl: $(CTL) $(APP) $(BUILD)/base.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $^ $(CTL_LIBS) -o $@

$(UNIT): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/tested.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $^ $(UNIT_LIBS) -o $@

$(UNIT_ASAN): $(BUILD)/asan/tests/unit/%: $(BUILD)/asan/tests/unit/%.o $(BUILD)/asan/tested.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $(SANITIZE) $^ $(UNIT_LIBS) -o $@

$(BPF_TESTS): $(BUILD)/tests/bpf/%: $(BUILD)/tests/bpf/%.o $(BPF_FIXTURES) $(BUILD)/base.a
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(BPF_TEST_LIBS) -o $@

# With the daemon's half of what is tested.
$(BPF_GUARD_TESTS): $(patsubst %,$(BUILD)/%.o,tests/bpf/guarded user/kernel/bpffs user/kernel/daemon_exit user/kernel/guards user/kernel/self)
$(BUILD)/tests/bpf/test_guard_restart: $(patsubst %,$(BUILD)/user/kernel/%.o,app_pages attach bpffs daemon_exit guards load routers self)
$(BUILD)/tests/bpf/test_guard_restart: BPF_TEST_LIBS += -ljansson

$(TOOLS): $(BUILD)/tools/%: $(BUILD)/tests/tools/%.o $(BUILD)/base.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(TOOL_LIBS) -o $@

# Tools that try a part of the daemon by itself.
$(BUILD)/tools/route_change: $(patsubst %,$(BUILD)/user/net/%.o,netlink netlink_address netlink_route netlink_rule)

$(BUILD)/tools/app_example: $(BUILD)/libxbeat.a

$(SENDER): $(patsubst %,$(BUILD)/%.o,tests/tools/send_packets \
		$(addprefix user/net/,advert_socket announce neighbour_packet send_room)) $(BUILD)/base.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) $^ -levent_core -o $@

$(BUILD)/man/%: docs/%.scd scripts/man-tidy.awk
	@mkdir -p $(@D)
	$(call say,MAN)
	$(Q)scdoc < $< > $@.raw
	$(Q)awk -f scripts/man-tidy.awk $@.raw > $@
	@rm $@.raw

deps:
	@scripts/install-deps

tools: $(TOOLS) $(SENDER) $(TOOLS_BPF)
man: $(MANUALS)
tests: all tools $(UNIT) $(UNIT_ASAN) $(BPF_TESTS)

# Before anything is installed or built.
need_root = @[ $$(id -u) = 0 ] || { \
	echo "make $@: needs root, because it makes network namespaces; run: sudo make $@" >&2; exit 1; }

check:
	$(need_root)
	@scripts/install-deps build test
	@$(MAKE) -s --no-print-directory -j$$(nproc) tests
	@PYTHON=$(PYTHON) tests/run

demo:
	$(need_root)
	@scripts/install-deps build demo
	@$(MAKE) -s --no-print-directory -j$$(nproc) all $(BUILD)/tools/vip_probe $(BUILD)/tools/lab_pass.bpf.o
	@scripts/demo

bench:
	$(need_root)
	@scripts/install-deps build bench
	@$(MAKE) -s --no-print-directory -j$$(nproc) all tools
	@PYTHON=$(PYTHON) tests/bench/run

lint:
	@scripts/lint

format:
	clang-format -i $$(git ls-files '*.c' '*.h' ':!vmlinux')

# With ldconfig, or programs would not find libxbeat.so.
install: all man
	@rm -f $(BUILD)/xbeat.pc # of another PREFIX, perhaps
	@$(MAKE) -s --no-print-directory $(BUILD)/xbeat.pc
	install -D -m 755 $(BUILD)/xbeatd $(DESTDIR)$(PREFIX)/sbin/xbeatd
	install -D -m 755 $(BUILD)/xbeatctl $(DESTDIR)$(PREFIX)/bin/xbeatctl
	install -D -m 644 $(BUILD)/xbeat.bpf.o $(DESTDIR)$(PREFIX)/lib/xbeat/xbeat.bpf.o
	for page in $(MANUALS); do install -D -m 644 $$page \
		$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; done
	install -D -m 644 include/xbeat/app.h $(DESTDIR)$(PREFIX)/include/xbeat/app.h
	install -D -m 644 $(BUILD)/libxbeat.a $(DESTDIR)$(PREFIX)/lib/libxbeat.a
	install -D -m 644 $(BUILD)/$(APP_SONAME) $(DESTDIR)$(PREFIX)/lib/libxbeat.so.$(VERSION)
	ln -sf libxbeat.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(APP_SONAME)
	ln -sf $(APP_SONAME) $(DESTDIR)$(PREFIX)/lib/libxbeat.so
	install -D -m 644 $(BUILD)/xbeat.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/xbeat.pc
	install -D -m 644 dist/xbeatctl.bash-completion \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/xbeatctl
	$(if $(DESTDIR),,[ $$(id -u) != 0 ] || /sbin/ldconfig)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
