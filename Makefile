# SPDX-License-Identifier: GPL-2.0-or-later
#
#   sudo make demo     installs what is missing, builds, shows a failover
#   sudo make check    installs what is missing, builds, runs every test
#   make               builds into build/, as any user
#   make test PART=unit/core     one part of the tests (tests/README.md)
#   make lint | bench | check-interop | check-bare | check-kernels | check-packages | deb | format | compile_commands.json | install | uninstall (DESTDIR= PREFIX=)

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
UNITS_DIRECTORY ?= $(PREFIX)/lib/systemd/system
BUILD := build
BPF_CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
# Below share/zsh, where Debian's zsh searches in this prefix.
ZSH_FUNCTIONS ?= $(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
PYTHON ?= /usr/bin/python3
VERSION := 0.1.0
# Where Python finds modules of this prefix, on Debian.
PYTHON_MODULES ?= $(PREFIX)/lib/$(if $(filter /usr,$(PREFIX)),python3,$(shell $(PYTHON) -c \
	'import sys; print("python%d.%d" % sys.version_info[:2])' 2>/dev/null || echo python3))/dist-packages

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -iquote . -Iinclude -isystem $(BUILD) -DXBEAT_VERSION='"$(VERSION)"' -MMD -MP
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wshadow -Iinclude -Ivmlinux -iquote . -MMD -MP
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) '$@')

# Rooms (rooms.mk): below.ROOM is all that a room can reach, in the order of ROOMS.
include rooms.mk
below = $(strip $(filter $(sort $(uses.$(1)) $(foreach room,$(uses.$(1)),$(below.$(room)))),$(ROOMS)))
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
$(foreach room,$(call reverse,$(ROOMS)),$(eval below.$(room) := $(call below,$(room))))
user_rooms := $(filter user/%,$(ROOMS))
# $(call archives,FOLDER,ROOMS): those of some rooms and of all below them, built in FOLDER.
archives = $(patsubst %,$(1)/%.a,$(filter $(2) $(foreach room,$(2),$(below.$(room))),$(user_rooms)))
# The rooms that a test of tests/unit/ROOM/ may use.
tested = $(patsubst tests/unit/%/,user/%,$(dir $(1))) $(uses.$(patsubst %/,%,$(dir $(1))))

APP_SONAME := libxbeat.so.0
UNIT := $(patsubst %.c,%,$(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c))
BPF_TESTS := $(patsubst %.c,%,$(wildcard tests/bpf/test_*.c))
BPF_FIXTURES := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/bpf/test_%,$(wildcard tests/bpf/*.c)))
TOOLS := $(patsubst tests/tools/%.c,%,$(filter-out %.bpf.c,$(wildcard tests/tools/*.c)))
TOOLS_BPF := $(patsubst tests/tools/%.bpf.c,$(BUILD)/tools/%.bpf.o,$(wildcard tests/tools/*.bpf.c))
sources := $(wildcard $(addsuffix /*.c,$(user_rooms))) $(addsuffix .c,$(UNIT)) $(wildcard tests/bpf/*.c) \
	$(addprefix tests/tools/,$(addsuffix .c,$(TOOLS)))
MANUALS := $(patsubst docs/%.scd,$(BUILD)/man/%,$(wildcard docs/*.scd))

LIBS := -Wl,--as-needed -lncursesw -ltinfo -lxdp -lbpf -lelf -lz -levent_openssl -levent_extra -levent_core -lssl -lcrypto -lcrypt -lmnl -ljansson -lyaml -lcap-ng -lseccomp -lm -lpcre2-8

.PHONY: all deps compilers tests test-programs tools man lint-layers test check check-interop check-bare check-kernels check-guests check-packages demo bench lint format clean install uninstall deb
.DELETE_ON_ERROR:
.SECONDARY:
# make would link user/checker/process, a folder, from process.c beside it when that is newer.
%: %.c
%: %.o

all: $(BUILD)/xbeatd $(BUILD)/xbeatctl $(BUILD)/xbeat-exporter $(BUILD)/xbeat-checker $(BUILD)/xbeat.bpf.o $(BUILD)/libxbeat.a $(BUILD)/$(APP_SONAME) $(BUILD)/tools/lab_pass.bpf.o

# Named at once, and together, instead of by the first command that fails.
compilers:
	@missing=; for tool in $(firstword $(CC)) $(firstword $(BPF_CLANG)) $(BPFTOOL); do \
		command -v "$$tool" >/dev/null || missing="$$missing $$tool"; done; \
	[ -z "$$missing" ] || { echo "make: not installed:$$missing; run: sudo scripts/install-deps" >&2; exit 1; }

$(BUILD)/xbeat.bpf.o: bpf/xbeat.bpf.c | compilers
	@mkdir -p $(@D)
	$(call say,BPF)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

# bpftool's linker drops DWARF, a third of the object: xbeatd locks it in memory.
$(BUILD)/xbeat.skel.h: $(BUILD)/xbeat.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen object $(BUILD)/xbeat.linked.o $<
	$(Q)$(BPFTOOL) gen skeleton $(BUILD)/xbeat.linked.o name xbeat_bpf > $@

$(BUILD)/tools/%.bpf.o: tests/tools/%.bpf.c | compilers
	@mkdir -p $(@D)
	$(call say,BPF)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

# Before there are dependency files: what may include the skeleton.
with_skeleton := $(patsubst %.c,%.o,$(wildcard user/kernel/*.c user/kernel/*/*.c tests/bpf/*.c tests/tools/*_cost.c))
$(addprefix $(BUILD)/,$(with_skeleton)) $(addprefix $(BUILD)/asan/,$(with_skeleton)): $(BUILD)/xbeat.skel.h

$(BUILD)/%.o: %.c | compilers
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/asan/%.o: %.c | compilers
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(SANITIZE) -c $< -o $@

# The page of the exporter: its style and its scripts, in the order of their names, in one text.
site := user/exporter/page/site
$(BUILD)/page.html: $(wildcard $(site)/*) $(site)
	@mkdir -p $(@D)
	$(call say,PAGE)
	$(Q)awk -v site=$(site) '/^@STYLE@$$/ { system("cat " site "/style.css"); next } \
		/^@SCRIPT@$$/ { system("cat " site "/*.js"); next } { print; fflush() }' $(site)/page.html > $@

page_objects := $(addsuffix /user/exporter/page/html.o,$(BUILD) $(BUILD)/asan)
$(page_objects): $(BUILD)/page.html
$(page_objects): ALL_CFLAGS += -Wa,-I$(BUILD)

# An archive a room. A room's folder changes when a file comes or goes.
define archive
$(1)/$(2).a: $$(patsubst %.c,$(1)/%.o,$$(wildcard $(2)/*.c)) $(2)
	$$(call say,AR)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach folder,$(BUILD) $(BUILD)/asan,$(foreach room,$(user_rooms),$(eval $(call archive,$(folder),$(room)))))

# A program: its object and the archives of the rooms that it may use.
link = $(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) $(LDLIBS) -o $@

$(BUILD)/xbeatd: $(BUILD)/user/daemon/run/main.o $(call archives,$(BUILD),user/daemon/run)
	$(call say,LINK)
	$(call link)

$(BUILD)/xbeatctl: $(BUILD)/user/ctl/main.o $(call archives,$(BUILD),user/ctl)
	$(call say,LINK)
	$(call link)

$(BUILD)/xbeat-exporter: $(BUILD)/user/exporter/main.o $(call archives,$(BUILD),user/exporter)
	$(call say,LINK)
	$(call link)

# libraries that no other program has loaded
$(BUILD)/xbeat-checker $(BUILD)/tools/check_run: LDLIBS += -lcurl -lcares
$(BUILD)/xbeat-checker: $(BUILD)/user/checker/process/main.o $(call archives,$(BUILD),user/checker/process)
	$(call say,LINK)
	$(call link)

# libxbeat, for applications.
APP := $(patsubst %.c,$(BUILD)/%.o,$(wildcard user/app/*.c))
$(APP): ALL_CFLAGS += -fPIC -fvisibility=hidden

$(BUILD)/libxbeat.a: $(BUILD)/user/app.a
	$(Q)cp $< $@

$(BUILD)/$(APP_SONAME): $(APP) user/app/libxbeat.map
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(APP_SONAME) -Wl,-z,defs \
		-Wl,--version-script=user/app/libxbeat.map $(APP) -o $@

$(BUILD)/xbeat.pc: dist/xbeat.pc.in Makefile
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' $< > $@

# Of systemd: two names for one unit, of one daemon and of each that is named.
UNITS := $(addprefix $(BUILD)/systemd/,xbeatd.service xbeatd@.service xbeat-runner.service xbeat-exporter.service)
unit = @mkdir -p $(@D); sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@NAME@|$(@F)|' -e 's|@OF@|$(1)|' \
	-e 's|@DAEMON@|$(2)|g' -e 's|@ID@|$(3)|' -e 's|@FILE@|$(4)|' $< > $@

$(BUILD)/systemd/xbeatd.service: dist/systemd/xbeatd.service.in Makefile
	$(call unit,,default,%H,xbeat)

$(BUILD)/systemd/xbeatd@.service: dist/systemd/xbeatd.service.in Makefile
	$(call unit, of %i,%i,%i,%i)

$(BUILD)/systemd/%.service: dist/systemd/%.service.in Makefile
	$(call unit)

# A unit test links its room and those below, so that a call upwards is an undefined reference.
define unit_test
$(1)/$(2): $(1)/$(2).o $(call archives,$(1),$(call tested,$(2)))
	$$(call say,LINK)
	$$(call link)
endef
$(foreach test,$(UNIT),$(eval $(call unit_test,$(BUILD),$(test))))
$(foreach test,$(UNIT),$(eval $(call unit_test,$(BUILD)/asan,$(test))))
$(addprefix $(BUILD)/asan/,$(UNIT)): LDFLAGS += $(SANITIZE)
$(addprefix $(BUILD)/,$(UNIT) $(BPF_TESTS)) $(addprefix $(BUILD)/asan/,$(UNIT)): LDLIBS += -lcmocka

unit_of_http := $(filter tests/unit/checker/http/%,$(UNIT))
$(addprefix $(BUILD)/,$(unit_of_http)) $(addprefix $(BUILD)/asan/,$(unit_of_http)): LDLIBS += -lcurl

$(BUILD)/tests/bpf.a: $(BPF_FIXTURES) tests/bpf
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(filter %.o,$^)

$(addprefix $(BUILD)/,$(BPF_TESTS)): %: %.o $(BUILD)/tests/bpf.a $(call archives,$(BUILD),$(uses.tests/bpf))
	$(call say,LINK)
	$(call link)

$(addprefix $(BUILD)/tools/,$(TOOLS)): $(BUILD)/tools/%: $(BUILD)/tests/tools/%.o $(call archives,$(BUILD),$(uses.tests/tools))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(call link)

$(BUILD)/man/%: docs/%.scd scripts/man-tidy.awk
	@mkdir -p $(@D)
	$(call say,MAN)
	$(Q)scdoc < $< > $@.raw
	$(Q)awk -f scripts/man-tidy.awk $@.raw > $@
	@rm $@.raw

include tests/fuzz/fuzz.mk

deps:
	@scripts/install-deps

tools: $(addprefix $(BUILD)/tools/,$(TOOLS)) $(TOOLS_BPF)
man: $(MANUALS)
test-programs: $(addprefix $(BUILD)/,$(UNIT) $(BPF_TESTS))
tests: all tools test-programs $(addprefix $(BUILD)/asan/,$(UNIT)) $(FUZZ_TARGETS)

# The source's own rules; lint has more.
lint-layers: all
	@scripts/check-layers $(BUILD)

test:
	@scripts/install-deps build test
	@$(MAKE) -s --no-print-directory -j$$(nproc) tests
	@PYTHON=$(PYTHON) tests/run $(PART)

# Before anything is installed or built.
need_root = @[ $$(id -u) = 0 ] || { \
	echo "make $@: needs root, because it makes network namespaces; run: sudo make $@" >&2; exit 1; }

check:
	$(need_root)
	@scripts/install-deps build test
	@$(MAKE) -s --no-print-directory -j$$(nproc) tests
	@exec env PYTHON=$(PYTHON) tests/run

# keepalived and xbeatd in every combination: what each sends, notifies and installs.
check-interop:
	$(need_root)
	@scripts/install-deps build test
	@$(MAKE) -s --no-print-directory -j$$(nproc) tests
	@exec env PYTHON=$(PYTHON) tests/run differential

# The README's commands on a Debian that has nothing else.
check-bare:
	$(need_root)
	@scripts/install-deps bare
	@exec scripts/check-bare

# On Linux 6.1, in virtual machines: what needs modules or adapters. PART: a scenario. check-guests: the
# name before.
check-kernels check-guests:
	$(need_root)
	@scripts/install-deps build test guests
	@$(MAKE) -s --no-print-directory -j$$(nproc) all tools
	@exec tests/guests/run $(PART)

# Debian packages, into build/deb.
deb:
	@scripts/install-deps build deb
	@scripts/deb

# Install, start, upgrade, remove: dpkg and systemd, as process 1 of a Debian in a container.
check-packages: deb
	$(need_root)
	@scripts/install-deps bare test
	@exec tests/packages/run $(PART)

demo:
	$(need_root)
	@scripts/install-deps build demo
	@$(MAKE) -s --no-print-directory -j$$(nproc) all tools
	@scripts/demo

bench:
	$(need_root)
	@scripts/install-deps build bench
	@$(MAKE) -s --no-print-directory -j$$(nproc) all tools
	@PYTHON=$(PYTHON) tests/bench/run

lint:
	@scripts/lint

compile_commands.json: Makefile rooms.mk $(BUILD)/xbeat.skel.h
	$(Q)$(PYTHON) scripts/compile-commands '$(subst ','\'',$(CC) $(ALL_CFLAGS))' $(sources) > $@

format:
	clang-format -i $$(git ls-files '*.c' '*.h' ':!vmlinux')

# With ldconfig, or programs would not find libxbeat.so.
install: all man
	@rm -rf $(BUILD)/xbeat.pc $(BUILD)/systemd # of another PREFIX, perhaps
	@$(MAKE) -s --no-print-directory $(BUILD)/xbeat.pc $(UNITS)
	install -D -m 755 $(BUILD)/xbeatd $(DESTDIR)$(PREFIX)/sbin/xbeatd
	mkdir -p $(DESTDIR)$(PREFIX)/lib/xbeat
	ln -sf ../../sbin/xbeatd $(DESTDIR)$(PREFIX)/lib/xbeat/keepalived
	install -D -m 755 $(BUILD)/xbeatctl $(DESTDIR)$(PREFIX)/bin/xbeatctl
	install -D -m 755 $(BUILD)/xbeat-exporter $(DESTDIR)$(PREFIX)/sbin/xbeat-exporter
	install -D -m 755 $(BUILD)/xbeat-checker $(DESTDIR)$(PREFIX)/sbin/xbeat-checker
	install -D -m 644 $(BUILD)/xbeat.bpf.o $(DESTDIR)$(PREFIX)/lib/xbeat/xbeat.bpf.o
	for page in $(MANUALS); do install -D -m 644 $$page \
		$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; done
	install -D -m 644 include/xbeat/app.h $(DESTDIR)$(PREFIX)/include/xbeat/app.h
	install -D -m 644 $(BUILD)/libxbeat.a $(DESTDIR)$(LIBDIR)/libxbeat.a
	install -D -m 644 $(BUILD)/$(APP_SONAME) $(DESTDIR)$(LIBDIR)/libxbeat.so.$(VERSION)
	ln -sf libxbeat.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(APP_SONAME)
	ln -sf $(APP_SONAME) $(DESTDIR)$(LIBDIR)/libxbeat.so
	install -D -m 644 python/xbeat/__init__.py $(DESTDIR)$(PYTHON_MODULES)/xbeat/__init__.py
	install -D -m 644 python/xbeat/py.typed $(DESTDIR)$(PYTHON_MODULES)/xbeat/py.typed
	install -D -m 644 $(BUILD)/xbeat.pc $(DESTDIR)$(LIBDIR)/pkgconfig/xbeat.pc
	install -D -m 644 dist/completion/xbeatctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/xbeatctl
	install -D -m 644 dist/completion/_xbeatctl $(DESTDIR)$(PREFIX)/share/zsh/$(ZSH_FUNCTIONS)/_xbeatctl
	install -D -m 644 dist/completion/xbeatctl.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/xbeatctl.fish
	install -D -m 644 dist/wireshark/xbeat.lua $(DESTDIR)$(PREFIX)/share/xbeat/wireshark/xbeat.lua
	install -m 755 dist/systemd/xbeat-stop dist/systemd/xbeat-upgrade $(DESTDIR)$(PREFIX)/lib/xbeat
	mkdir -p $(DESTDIR)$(UNITS_DIRECTORY)
	install -m 644 $(UNITS) dist/systemd/xbeat-runner.socket $(DESTDIR)$(UNITS_DIRECTORY)
	install -D -m 644 dist/systemd/xbeat.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/xbeat.conf
	install -D -m 644 dist/systemd/xbeat-exporter.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/xbeat-exporter.conf
	install -D -m 644 dist/systemd/xbeat.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/xbeat.conf
	install -D -m 644 dist/grafana/xbeat.json $(DESTDIR)$(PREFIX)/share/xbeat/grafana/xbeat.json
	mkdir -p $(DESTDIR)$(PREFIX)/share/xbeat/prometheus
	install -m 644 $(wildcard dist/prometheus/*.yml) $(DESTDIR)$(PREFIX)/share/xbeat/prometheus
	$(if $(DESTDIR),,[ $$(id -u) != 0 ] || /sbin/ldconfig)

# What "make install" with the same DESTDIR and PREFIX has installed; folders of xbeat if they are empty.
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,sbin/xbeatd sbin/xbeat-exporter sbin/xbeat-checker bin/xbeatctl include/xbeat/app.h \
		lib/xbeat/keepalived lib/xbeat/xbeat.bpf.o lib/xbeat/xbeat-stop lib/xbeat/xbeat-upgrade \
		lib/sysusers.d/xbeat.conf lib/sysusers.d/xbeat-exporter.conf lib/tmpfiles.d/xbeat.conf \
		share/bash-completion/completions/xbeatctl share/zsh/$(ZSH_FUNCTIONS)/_xbeatctl \
		share/fish/vendor_completions.d/xbeatctl.fish share/xbeat/wireshark/xbeat.lua \
		$(foreach page,$(notdir $(MANUALS)),share/man/man$(subst .,,$(suffix $(page)))/$(page)))
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libxbeat.a libxbeat.so libxbeat.so.$(VERSION) $(APP_SONAME) pkgconfig/xbeat.pc)
	rm -f $(addprefix $(DESTDIR)$(UNITS_DIRECTORY)/,$(notdir $(UNITS)) xbeat-runner.socket)
	rm -rf $(DESTDIR)$(PYTHON_MODULES)/xbeat
	rm -rf $(addprefix $(DESTDIR)$(PREFIX)/share/xbeat/,prometheus grafana)
	-rmdir --ignore-fail-on-non-empty $(addprefix $(DESTDIR)$(PREFIX)/,lib/xbeat include/xbeat share/xbeat/wireshark share/xbeat)
	$(if $(DESTDIR),,[ $$(id -u) != 0 ] || /sbin/ldconfig)

clean:
	rm -rf $(BUILD)

-include $(patsubst %.c,$(BUILD)/%.d,$(sources)) $(patsubst %.c,$(BUILD)/asan/%.d,$(sources)) \
	$(BUILD)/xbeat.bpf.d $(TOOLS_BPF:.o=.d)
