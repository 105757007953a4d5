# SPDX-License-Identifier: GPL-2.0-or-later
"""Printers for gdb: the structs that the BPF program and xbeatd share (include/xbeat/map.h).

    (gdb) source scripts/xbeat-gdb.py
    (gdb) print *daemon->kernel.self

Addresses are shown as text, states by name, times of CLOCK_MONOTONIC as ages or as what is left.
Quantities of time that are no moments (round-trip times, timeouts) stay in ns.
"""

import ipaddress
import time

import gdb
import gdb.printing

# Fields that end in _ns and hold a duration.
DURATIONS = {"rtt_last_ns", "rtt_min_ns", "rtt_max_ns", "timeout_ns", "restart_grace_ns"}
GUARD_FENCED = 1


def moment(ns):
    """A moment of CLOCK_MONOTONIC as seen from now; what is stopped in gdb grows older."""
    if not ns:
        return "never"
    distance = (time.monotonic_ns() - ns) / 1e9
    return f"{distance:.3f} s ago" if distance >= 0 else f"in {-distance:.3f} s"


def address_text(value):
    packed = bytes(int(value["bytes"][i]) for i in range(16))
    address = ipaddress.IPv6Address(packed)
    return str(address.ipv4_mapped or address)


def name_of(enum, prefix, value):
    """The name of a number in an enum of the program, without its prefix."""
    for field in gdb.lookup_type(f"enum {enum}").fields():
        if field.enumval == int(value):
            return field.name.removeprefix(prefix).lower()
    return str(int(value))



class Address:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return address_text(self.value)


class Instance:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        if not int(self.value["state"]):
            return "empty"
        flags = int(self.value["family_flags"])
        state = name_of("xb_instance_state", "XB_INSTANCE_", self.value["state"])
        return (f"vrid {int(self.value['vrid'])} ipv{flags & 15} {state} priority "
                f"{int(self.value['priority'])}{' guarded' if flags & 16 else ''}")


class Guard:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        if not int(self.value["used"]):
            return "free"
        deadline_ns = int(self.value["deadline_ns"])
        held = {0: "not held", GUARD_FENCED: "fenced"}.get(deadline_ns)
        return (f"{address_text(self.value['address'])} interface "
                f"{int(self.value['interface_index'])}: {held or 'expires ' + moment(deadline_ns)}")


class Record:
    """A struct with its fields; what is empty in a list of instances is left out."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return f"struct {self.value.type.strip_typedefs().tag}"

    def children(self):
        for field in self.value.type.fields():
            if field.name and not field.name.startswith("pad"):
                yield field.name, self.show(field.name, self.value[field.name])

    @staticmethod
    def show(name, value):
        if name == "node_state":
            return name_of("xb_node_state", "XB_NODE_", value)
        if name == "refused_reason":
            return name_of("xb_drop", "XB_DROP_", value)
        if name.endswith("_ns") and name not in DURATIONS:
            return moment(int(value))
        if name == "instances":
            return [str(Instance(value[i]).to_string()) for i in range(16)
                    if int(value[i]["state"])].__repr__()
        return value


def printers():
    collection = gdb.printing.RegexpCollectionPrettyPrinter("xbeat")
    for name, printer in [("xb_address", Address), ("xb_instance", Instance), ("xb_guard", Guard),
                          ("xb_self", Record), ("xb_peer", Record), ("xb_vrrp", Record),
                          ("xb_description", Record), ("xb_app", Record), ("xb_app_page", Record)]:
        collection.add_printer(name, f"^{name}$", printer)
    return collection


gdb.printing.register_pretty_printer(gdb.current_objfile(), printers(), replace=True)
