/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real program, loaded once for a test binary; its maps are reset before each test. This node
 * is 1 of cluster 7; its peers are node 2 on link 0 (IPv4) and link 1 (IPv4), and node 3 on link 0
 * (IPv6). */
#ifndef TESTS_BPF_FIXTURE_H
#define TESTS_BPF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/bpf/packet.h"
#include <xbeat/signed.h>

/* The values of the kernel's enum xdp_action that the program returns. */
enum action { ACTION_DROP = 1, ACTION_PASS = 2, ACTION_TX = 3 };

enum { SLOT_A, SLOT_B, SLOT_IPV6, SLOT_COUNT };

#define OWN_NODE 1
#define OWN_EPOCH 1000
#define PEER_EPOCH 500
#define SENT_SEQ 100
#define ACK_WINDOW 8
#define CLUSTER 7
#define VRRP_SLOT 5
#define VRID 51
#define INTERFACE_INDEX 1 /* test runs arrive on the loopback device by default */
#define EVENTS_MAX 64

struct fixture {
	struct xbeat_bpf *program;
	struct xb_peer *peers; /* mapped */
	struct xb_self *self; /* mapped */
	struct xb_vrrp *vrrp; /* mapped */
	struct xb_guard *guards; /* mapped */
	struct xb_signed *signed_states; /* mapped */
	struct ring_buffer *ring;
	struct xb_event events[EVENTS_MAX]; /* filled by fixture_events() */
	size_t event_count;
	struct xb_drops drops_before;
};

extern const uint8_t key_old[16]; /* id 1 */
extern const uint8_t key_new[16]; /* id 2 */

/* Whether the program counts gaps, in groups that are set up after this call. */
extern bool fixture_adaptive;

/* Computes the digests of our own instances, as the daemon would. */
void fixture_digest_self(struct fixture *fixture);

/* cmocka's group and test functions. The group is skipped when not root. */
int fixture_open(void **state);
int fixture_reset(void **state);
int fixture_close(void **state);

/* Runs the tests of a binary, or reports that they are skipped. */
#define FIXTURE_RUN(tests)                                                                         \
	(fixture_may_run() ? cmocka_run_group_tests(tests, fixture_open, fixture_close) : 0)
#define FIXTURE_TEST(function) cmocka_unit_test_setup(function, fixture_reset)
bool fixture_may_run(void);

/* Runs the program once; *frame becomes its output. Returns the action. */
enum action fixture_run(struct fixture *fixture, struct frame *frame);

/* The same by the program of tc. Returns its action. */
int fixture_run_tc(struct fixture *fixture, const struct frame *frame);

/* How often a reason was counted since the test started, on all processors. */
uint64_t fixture_drop_count(struct fixture *fixture, enum xb_drop reason);
uint64_t fixture_drop_total(struct fixture *fixture);

/* Runs a copy of the frame: it must return this action and count this reason once, and no other. */
void fixture_expect(struct fixture *fixture, const struct frame *frame, enum action action,
		    enum xb_drop reason);

/* Runs the heartbeat: it must be dropped for this reason, and cause no event. */
void fixture_expect_refused(struct fixture *fixture, const struct heartbeat *heartbeat,
			    enum xb_drop reason);

/* Runs a copy of the frame: it must return this action and count nothing. */
void fixture_expect_uncounted(struct fixture *fixture, const struct frame *frame,
			      enum action action);

/* Reads the ring buffer into events. Returns how many came since the last call. */
size_t fixture_events(struct fixture *fixture);

/* A heartbeat from a slot's peer that is evidence if it comes first. */
struct heartbeat heartbeat_from(int slot, enum xb_packet_type type);

/* Serves the instance {INTERFACE_INDEX, vrid, family} in slot VRRP_SLOT, with an interval of 1 s,
 * which version 2 requires. destination: the group or our own address. Returns its entry. */
struct xb_vrrp *fixture_serve(struct fixture *fixture, uint8_t version, uint8_t vrid,
			      const char *destination);

/* Returns the entry of the served instance. */
static inline struct xb_vrrp *fixture_entry(const struct fixture *fixture)
{
	return &fixture->vrrp[VRRP_SLOT];
}

/* Serves VRID by version 3 over IPv4, multicast. */
void fixture_serve_vrrp(struct fixture *fixture);

/* VLAN tags of this interface may have been removed; handed_ns: as in struct xb_vlan. */
void fixture_hide_tags(struct fixture *fixture, uint64_t handed_ns);

/* Adds a network of this interface. */
void fixture_add_network(struct fixture *fixture, const char *address, unsigned prefix_length);

/* Makes the served instance a unicast one; the instance of a slot accepts adverts from this address
 * with these TTLs. */
void fixture_add_unicast_peer(struct fixture *fixture, uint32_t slot, const char *address,
			      uint8_t ttl_minimum, uint8_t ttl_maximum);

/* Sets the password of the served instance, of version 2; NULL: none. */
void fixture_set_password(struct fixture *fixture, const char *password);

/* Guards an address on an interface (0: on each) until deadline_ns. */
void fixture_guard(struct fixture *fixture, uint32_t slot, uint32_t interface_index,
		   const char *address, uint8_t instance_index, uint64_t deadline_ns);

/* Sets Accept_Mode false for an address on this interface. */
void fixture_no_accept(struct fixture *fixture, uint32_t interface_index, const char *address);

#endif
