# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fuzz targets: tests/fuzz/fuzz_X.c becomes build/fuzz/X, by clang's libFuzzer with ASan and UBSan.
# A target links against its own room and those below it. "tests/run fuzz" runs each for a few
# seconds, from the seeds in the tree and with a fixed random seed;
#
#   make fuzz TARGET=config SECONDS=600
#
# continues from what earlier runs found, below build/fuzz/corpus, and names the input of a crash.

FUZZ := $(BUILD)/fuzz
FUZZ_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror \
	-iquote . -Iinclude -isystem $(BUILD) -MMD -MP \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,$(FUZZ)/%,$(wildcard tests/fuzz/fuzz_*.c))
SECONDS ?= 60

$(FUZZ)/%.o: %.c | compilers
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)clang $(FUZZ_CFLAGS) -c $< -o $@

$(foreach room,$(user_rooms),$(eval $(call archive,$(FUZZ),$(room))))

$(FUZZ)/config: $(call archives,$(FUZZ),user/config user/config/print)
$(FUZZ)/key: $(call archives,$(FUZZ),user/config/host)
$(FUZZ)/control: $(call archives,$(FUZZ),user/control)
$(FUZZ)/exporter: $(call archives,$(FUZZ),user/exporter/http)
$(FUZZ)/answer: $(call archives,$(FUZZ),user/checker/http)
$(FUZZ)/answer: LDLIBS := -lcurl
$(FUZZ)/bfd: $(call archives,$(FUZZ),user/core/bfd)
$(FUZZ)/statement: $(call archives,$(FUZZ),user/core)
$(FUZZ)/netlink: $(call archives,$(FUZZ),user/net/netlink)
$(FUZZ)/output: $(call archives,$(FUZZ),user/runner/child)
$(FUZZ)/runner: $(call archives,$(FUZZ),user/runner/child)
$(FUZZ)/bpf: $(patsubst %,$(FUZZ)/tests/%.o,fuzz/bpf_oracle bpf/advert bpf/fixture bpf/packet) \
	$(FUZZ)/user/kernel/frags.o $(call archives,$(FUZZ),user/core user/core/vrrp)
$(FUZZ)/tests/fuzz/fuzz_bpf.o $(FUZZ)/tests/bpf/fixture.o $(FUZZ)/user/kernel/frags.o: $(BUILD)/xbeat.skel.h

$(FUZZ_TARGETS): $(FUZZ)/%: $(FUZZ)/tests/fuzz/fuzz_%.o
	$(call say,LINK)
	$(Q)clang -fsanitize=fuzzer,address,undefined $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -lcmocka $(LDLIBS) -o $@

# Keywords, from the tables that define them.
$(FUZZ)/config.dict: $(wildcard user/config/*.c user/config/blocks/*.[ch] user/config/pools/*.[ch])
	@mkdir -p $(@D)
	$(Q)grep -rhoE '"[A-Za-z_0-9-]+"' user/config/blocks user/config/pools user/config/top.c | sort -u > $@
$(FUZZ)/config: $(FUZZ)/config.dict

.PHONY: fuzz
fuzz: $(FUZZ)/$(TARGET)
	$(Q)tests/fuzz/run $(TARGET) $(SECONDS)

-include $(patsubst %.c,$(FUZZ)/%.d,$(sources) $(wildcard tests/fuzz/*.c))
