# SPDX-License-Identifier: GPL-2.0-or-later
#
# The rooms, from the top down, and what each may use besides itself, include/xbeat and the system:
#
#   uses.ROOM := ROOM…     its files may include and call these, all of which stand further down
#   types.ROOM := ROOM…    its files may include these for their types, but call nothing of them
#
# The Makefile links by this table, scripts/check-layers checks the tree against it, and
# docs/architecture.md says what each room is for.

ROOMS := user/daemon/run user/daemon/methods user/daemon/reload user/daemon \
	user/daemon/files user/daemon/start user/daemon/rights user/daemon/handover user/daemon/capture user/daemon/sharing \
	user/cluster user/pools/report user/pools user/pools/notify user/pools/entries user/vrrp user/vrrp/report user/vrrp/rules \
	user/vrrp/owners user/vrrp/effects user/vrrp/state user/vrrp/notify user/heartbeat user/tracking \
	user/control user/ctl user/ctl/verbs user/ctl/screen user/ctl/share user/ctl/pool user/ctl/file user/ctl/convert user/ctl/convert/haproxy user/ctl/convert/kubernetes user/ctl/convert/blocks \
	user/ctl/capture user/ctl/inspect user/ctl/kernel user/ctl/call \
	user/ctl/view user/ctl/show \
	user/checker/process user/checker/http user/checker/dns user/checker/bfd user/checker/methods user/checker \
	user/exporter user/exporter/page user/exporter/http user/exporter/metrics user/exporter/source \
	user/health user/plane/ipvs user/plane/nft user/plane user/notify user/runner user/starter user/runner/child user/net \
	user/net/netlink user/kernel/upkeep user/kernel/load user/kernel/interfaces user/kernel/maps user/kernel \
	user/kernel/share user/kernel/system user/kernel/layout user/config user/config/print user/config/pools user/config/blocks \
	user/config/syntax user/config/host user/checker/protocol user/config/model user/core user/core/pool user/core/bfd user/core/vrrp user/figures \
	user/service user/app \
	user/lib/event user/lib/text user/lib/files user/lib/process user/lib bpf bpf/capture bpf/heartbeat bpf/guard bpf/vrrp bpf/packet bpf/base

uses.user/daemon/run := user/daemon/methods user/daemon/reload user/daemon user/daemon/files \
	user/daemon/start user/daemon/rights user/daemon/handover user/daemon/capture user/cluster \
	user/vrrp user/heartbeat user/tracking user/control user/runner user/starter user/net \
	user/net/netlink user/kernel/upkeep user/kernel/load user/kernel/maps user/config/model \
	user/service user/lib/event user/lib/text user/lib
uses.user/daemon/methods := user/daemon/reload user/daemon user/daemon/files user/daemon/rights \
	user/daemon/capture user/daemon/sharing user/cluster user/pools/report user/pools user/vrrp \
	user/vrrp/report user/heartbeat user/tracking user/control user/runner user/kernel/upkeep \
	user/kernel/interfaces user/kernel/maps user/kernel user/kernel/share user/config/print \
	user/config/model user/core user/figures user/lib/event user/lib/text user/lib/process \
	user/lib
uses.user/daemon/reload := user/daemon user/daemon/files user/daemon/rights user/cluster user/pools \
	user/vrrp user/vrrp/report user/heartbeat user/tracking user/control user/kernel/load \
	user/kernel/interfaces user/kernel/maps user/kernel user/config/print user/config/model \
	user/core user/lib/event user/lib/text user/lib/process user/lib
uses.user/daemon := user/daemon/files user/daemon/start user/daemon/rights user/daemon/handover \
	user/daemon/capture user/cluster user/pools/report user/pools user/pools/entries user/vrrp \
	user/heartbeat user/tracking user/control user/starter user/net user/net/netlink \
	user/kernel/upkeep user/kernel/load user/kernel/interfaces user/kernel/maps user/kernel \
	user/config user/config/print user/config/host user/config/model user/core user/service \
	user/lib/event user/lib/text user/lib/files user/lib/process user/lib
uses.user/daemon/rights := user/config/model user/lib/process user/lib
uses.user/daemon/start := user/runner user/starter user/net user/net/netlink user/config/model \
	user/core/vrrp user/service user/lib/process user/lib
uses.user/daemon/files := user/kernel/maps user/config/model user/lib/files user/lib
types.user/daemon/files := user/kernel

uses.user/daemon/handover := user/lib/files user/lib/process user/lib
uses.user/daemon/capture := user/control user/kernel/load user/lib/text user/lib/process user/lib
types.user/daemon/capture := user/kernel
uses.user/daemon/sharing := user/control user/kernel/interfaces user/kernel/share user/lib/event \
	user/lib
types.user/daemon/sharing := user/kernel

uses.user/cluster := user/heartbeat user/kernel/maps user/config/model user/core user/lib/event \
	user/lib/text user/lib

uses.user/pools/report := user/pools user/pools/entries user/checker user/plane \
	user/checker/protocol user/config/model user/core/pool user/lib/text user/lib
uses.user/pools := user/pools/notify user/pools/entries user/checker user/plane/ipvs user/plane \
	user/runner user/checker/protocol user/config/model user/core/pool user/lib/event \
	user/lib/text user/lib/files user/lib
uses.user/pools/notify := user/pools/entries user/notify user/runner user/config/model \
	user/core/pool user/lib/event user/lib
uses.user/pools/entries := user/checker user/plane user/runner user/config/model user/core/pool \
	user/lib/event user/lib
uses.user/plane/nft := user/net/netlink user/lib
uses.user/plane/ipvs := user/plane/nft user/plane user/net/netlink user/config/model user/lib/files \
	user/lib
uses.user/plane := user/config/model user/lib
uses.user/checker := user/starter user/checker/protocol user/config/model user/core/pool \
	user/lib/files user/lib/process user/lib
uses.user/checker/protocol := user/config/model user/core/pool user/lib
uses.user/checker/process := user/checker/http user/checker/dns user/checker/bfd user/checker/methods \
	user/checker/protocol user/config/model user/core/pool user/lib/process user/lib
uses.user/checker/http := user/checker/methods user/checker/protocol user/config/model \
	user/core/pool user/lib/text user/lib
uses.user/checker/dns := user/checker/methods user/checker/protocol user/config/model user/core/pool user/lib
uses.user/checker/bfd := user/checker/methods user/checker/protocol user/config/model user/core/pool user/core/bfd \
	user/lib/text user/lib
uses.user/checker/methods := user/checker/protocol user/config/model user/core/pool user/lib/text \
	user/lib

uses.user/vrrp := user/vrrp/rules user/vrrp/owners user/vrrp/effects user/vrrp/state \
	user/vrrp/notify user/heartbeat user/tracking user/runner user/net user/net/netlink \
	user/kernel/upkeep user/kernel/interfaces user/kernel/maps user/config/print \
	user/config/model user/core user/core/vrrp user/lib/event user/lib/text user/lib
types.user/vrrp := user/kernel
uses.user/vrrp/report := user/vrrp/rules user/vrrp/owners user/vrrp/effects user/vrrp/state \
	user/vrrp/notify user/heartbeat user/tracking user/net user/config/print user/config/model \
	user/core user/core/vrrp user/lib/text user/lib
uses.user/vrrp/rules := user/vrrp/owners user/vrrp/effects user/vrrp/state user/vrrp/notify \
	user/heartbeat user/tracking user/net user/net/netlink user/kernel/maps user/config/model \
	user/core user/core/vrrp user/lib/event user/lib/text user/lib
types.user/vrrp/rules := user/kernel
uses.user/vrrp/owners := user/vrrp/state user/heartbeat user/config/model user/core user/core/vrrp user/lib/event \
	user/lib/text user/lib
uses.user/vrrp/effects := user/vrrp/state user/vrrp/notify user/heartbeat user/net user/net/netlink \
	user/kernel/upkeep user/kernel/interfaces user/kernel/maps user/config/model user/core \
	user/core/vrrp user/lib/event user/lib/files user/lib/process user/lib
types.user/vrrp/effects := user/kernel
uses.user/vrrp/state := user/vrrp/notify user/heartbeat user/tracking user/config/model user/core \
	user/core/vrrp user/lib/text user/lib
types.user/vrrp/state := user/net user/net/netlink user/kernel
uses.user/vrrp/notify := user/notify user/runner user/config/model user/lib
uses.user/notify := user/runner user/config/model user/lib/files user/lib

uses.user/heartbeat := user/tracking user/net user/net/netlink user/kernel/upkeep \
	user/kernel/interfaces user/kernel/maps user/config/model user/core user/core/vrrp user/figures \
	user/lib/event user/lib/text user/lib
types.user/heartbeat := user/kernel
uses.user/tracking := user/control user/runner user/kernel/maps user/config/model user/core \
	user/core/vrrp user/lib/event user/lib/text user/lib/files user/lib/process user/lib
types.user/tracking := user/kernel
uses.user/control := user/lib/event user/lib/text user/lib/process user/lib
uses.user/ctl := user/ctl/verbs user/ctl/pool user/ctl/convert user/ctl/call user/ctl/view \
	user/ctl/show user/lib/text user/lib/files user/lib
uses.user/ctl/verbs := user/ctl/screen user/ctl/share user/ctl/pool user/ctl/file user/ctl/capture user/ctl/inspect user/ctl/call user/ctl/view user/ctl/show
uses.user/ctl/screen := user/ctl/call user/ctl/show user/health user/lib/text user/lib
uses.user/ctl/file := user/ctl/convert user/ctl/call user/ctl/show user/net user/net/netlink \
	user/kernel/share user/config user/config/host user/config/model user/lib/text \
	user/lib/files user/lib
uses.user/ctl/convert := user/ctl/convert/haproxy user/ctl/convert/kubernetes \
	user/ctl/convert/blocks user/lib/text user/lib
uses.user/ctl/convert/haproxy := user/ctl/convert/blocks user/config/print user/lib/text user/lib
uses.user/ctl/convert/kubernetes := user/ctl/convert/blocks user/config/print user/config/model user/lib
uses.user/ctl/convert/blocks := user/config/print user/lib/text user/lib
uses.user/ctl/share := user/ctl/call user/ctl/show user/kernel/share user/kernel/system user/lib
uses.user/ctl/pool := user/ctl/call user/ctl/view user/ctl/show user/lib/text user/lib
uses.user/ctl/capture := user/ctl/call user/lib
uses.user/ctl/inspect := user/ctl/kernel user/ctl/call user/ctl/show user/health user/config/print \
	user/lib/text user/lib
uses.user/ctl/kernel := user/lib/text user/lib
uses.user/ctl/call := user/ctl/view user/ctl/show user/app user/lib/text user/lib/files user/lib
uses.user/ctl/view := user/ctl/show user/lib/text user/lib
uses.user/ctl/show := user/lib/text user/lib
uses.user/exporter := user/exporter/page user/exporter/http user/exporter/metrics user/exporter/source user/health user/service user/lib
uses.user/exporter/page := user/exporter/http user/exporter/source user/health user/lib
uses.user/exporter/http := user/lib/files user/lib
uses.user/exporter/metrics := user/health user/core user/core/vrrp user/lib
uses.user/exporter/source := user/lib
uses.user/health := user/lib/text user/lib
uses.user/runner := user/starter user/runner/child user/config/model user/lib/process user/lib
uses.user/starter := user/runner/child user/lib/process user/lib
uses.user/runner/child := user/config/model user/lib/process user/lib
uses.user/net := user/net/netlink user/config/print user/config/model user/lib
uses.user/net/netlink := user/config/print user/config/model user/lib
uses.user/kernel/upkeep := user/kernel/load user/kernel/interfaces user/kernel/maps user/kernel \
	user/kernel/share user/kernel/system user/lib/process user/lib
uses.user/kernel/load := user/kernel/interfaces user/kernel/maps user/kernel user/kernel/share \
	user/kernel/system user/kernel/layout user/lib
uses.user/kernel/interfaces := user/kernel user/kernel/share user/kernel/system user/lib/process \
	user/lib
uses.user/kernel/maps := user/kernel/system user/kernel/layout user/core user/core/vrrp user/lib
types.user/kernel/maps := user/kernel
uses.user/kernel := user/kernel/share user/kernel/system user/kernel/layout user/lib/text \
	user/lib
uses.user/kernel/share := user/kernel/system user/lib/text user/lib
uses.user/kernel/system := user/lib
uses.user/kernel/layout :=

uses.user/config := user/config/pools user/config/blocks user/config/syntax user/config/model user/core \
	user/core/vrrp user/lib
uses.user/config/print := user/config/pools user/config/blocks user/config/syntax user/config/model user/lib/text user/lib
uses.user/config/pools := user/config/blocks user/config/syntax user/config/model user/core \
	user/core/pool user/core/bfd user/lib/text user/lib
uses.user/config/blocks := user/config/syntax user/config/model user/core user/core/vrrp \
	user/lib/text user/lib
uses.user/config/syntax := user/config/model user/lib/text user/lib
uses.user/config/host := user/config/model user/lib/text user/lib/files user/lib
uses.user/config/model := user/core user/core/pool user/core/vrrp user/lib/text user/lib

uses.user/core := user/lib/text user/lib
uses.user/core/pool := user/lib
uses.user/core/bfd := user/lib
uses.user/core/vrrp := user/lib/text user/lib
uses.user/figures := user/lib
uses.user/service := user/lib
uses.user/app :=
uses.user/lib/event := user/lib/text user/lib
uses.user/lib/text := user/lib
uses.user/lib/files := user/lib
uses.user/lib/process := user/lib
uses.user/lib :=

uses.bpf := bpf/capture bpf/heartbeat bpf/guard bpf/vrrp bpf/packet bpf/base
uses.bpf/capture := bpf/heartbeat bpf/guard bpf/vrrp bpf/packet bpf/base
uses.bpf/heartbeat := bpf/guard bpf/packet bpf/base
uses.bpf/guard := bpf/packet bpf/base
uses.bpf/vrrp := bpf/packet bpf/base
uses.bpf/packet := bpf/base
uses.bpf/base :=

# Tests. Those of a room, tests/unit/ROOM, may use what user/ROOM may use; some need more:
uses.tests/unit/app := user/control
uses.tests/unit/config/host := user/config
uses.tests/unit/config/syntax := user/config
uses.tests/unit/config := user/config/print
uses.tests/unit/config/pools := user/config user/config/print
uses.tests/unit/control := user/ctl
uses.tests/unit/core := user/core/vrrp
uses.tests/unit/runner := user/lib/files
uses.tests/unit/vrrp := user/vrrp/report
uses.tests/fuzz := user/core/bfd user/checker/methods tests/bpf user/checker/http user/control user/exporter/http user/runner/child user/net user/net/netlink user/config \
	user/config/print user/config/host user/config/model user/core user/core/vrrp user/lib
uses.tests/bpf := user/kernel/load user/kernel/maps user/kernel user/kernel/system user/core user/core/vrrp user/lib
uses.tests/tools := user/checker user/checker/http user/checker/dns user/checker/methods user/checker/protocol user/core/pool user/starter \
	user/net user/net/netlink user/config user/config/print user/config/host user/config/model user/core user/core/vrrp \
	user/plane/ipvs user/plane user/app user/lib
