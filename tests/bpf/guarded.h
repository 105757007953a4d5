/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of both halves of the guard: the program and timer of the kernel side, and the daemon's
 * user/kernel/maps/guards.c, on the fixture's maps. */
#ifndef TESTS_BPF_GUARDED_H
#define TESTS_BPF_GUARDED_H

#include "tests/bpf/fixture.h"

#include "user/kernel/load/daemon_exit.h"
#include "user/kernel/maps/guards.h"

#define TCP 6
#define VIP4 "10.0.0.1" /* the destinations of the fixture's heartbeats */
#define VIP6 "fd00::1"
#define OTHER4 "10.0.0.9"
#define INSTANCE_INDEX 3
#define NS_PER_MS 1000000ULL
#define FAR_NS (3600000 * NS_PER_MS)

/* The daemon's half, on the fixture's maps. */
extern struct kernel kernel;

uint64_t now_ns(void);
void sleep_ms(unsigned ms);

/* Waits for events from the kernel side, without a time limit; returns how many came. */
size_t guarded_wait_events(struct fixture *fixture);

/* Setup and teardown of a test. */
int guarded_reset(void **state);
int guarded_leave(void **state);

#define GUARDED_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, guarded_reset, guarded_leave)

/* Claims and holds an address, until deadline_ns or for wait_ns from now; returns its slot. The
 * second form is for all interfaces, and for the instance with index INSTANCE_INDEX. */
size_t guarded_hold_at(unsigned interface_index, const char *text, uint8_t instance_index,
		       uint64_t deadline_ns);
size_t guarded_hold(const char *text, uint64_t wait_ns);

/* A packet to a slot's address that is no heartbeat. */
void guarded_packet(int slot, uint8_t protocol, struct frame *frame);

/* An ARP packet for an address, from an address or without a sender (a probe). */
void guarded_arp(uint8_t operation, const char *sender, const char *target, struct frame *frame);

/* Expects that the packet is passed to the stack, or that it is dropped and counted. */
void guarded_expect(struct fixture *fixture, const struct frame *frame, bool let_in);

/* The same for each packet to VIP4 or VIP6 (SLOT_IPV6) that a fence must drop. */
void guarded_expect_all(struct fixture *fixture, int slot, bool let_in);

/* Sends a PROBE and returns its answer. */
struct xb_packet guarded_answer(struct fixture *fixture);

#endif
