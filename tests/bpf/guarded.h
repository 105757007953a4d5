/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of the guard, both halves of it: the kernel's program and timer, and the daemon's guards.c on
 * the fixture's maps.
 */
#ifndef TESTS_BPF_GUARDED_H
#define TESTS_BPF_GUARDED_H

#include "tests/bpf/fixture.h"

#include "user/kernel/daemon_exit.h"
#include "user/kernel/guards.h"

#define TCP 6
#define VIP4 "10.0.0.1" /* the destinations of the fixture's heartbeats */
#define VIP6 "fd00::1"
#define OTHER4 "10.0.0.9"
#define PLACE 3
#define NS_PER_MS 1000000ULL
#define FAR_NS (3600000 * NS_PER_MS)

/* A daemon's, on the fixture's maps. */
extern struct kernel kernel;

uint64_t now_ns(void);
void sleep_ms(unsigned ms);

/* Setup and teardown of a test. */
int guarded_reset(void **state);
int guarded_leave(void **state);

#define GUARDED_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, guarded_reset, guarded_leave)

/* Claims and holds an address, until deadline_ns or for wait_ns from now; returns its slot. The second one is on all
 * interfaces and of the instance at PLACE. */
size_t guarded_hold_at(unsigned interface_index, const char *text, uint8_t place,
		       uint64_t deadline_ns);
size_t guarded_hold(const char *text, uint64_t wait_ns);

/* A packet to the address of a slot of the fixture, which is no heartbeat. */
void guarded_packet(int slot, uint8_t protocol, struct frame *frame);

/* An ARP packet for an address, from nobody (a probe) or an address. */
void guarded_arp(uint8_t operation, const char *sender, const char *target, struct frame *frame);

/* The packet goes up the stack, or is dropped and counted. */
void guarded_expect(struct fixture *fixture, const struct frame *frame, bool let_in);

/* Likewise everything for VIP4 or VIP6 (SLOT_IPV6) that must not come in once it is fenced. */
void guarded_expect_all(struct fixture *fixture, int slot, bool let_in);

/* What the answer to a PROBE says. */
struct xb_packet guarded_answer(struct fixture *fixture);

#endif
