/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applications that beat in their pages: what answers report about them. */
#include "tests/bpf/fixture.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "xbeat.skel.h"

#define TIMEOUT_NS 200000000ULL
#define PAGE_BYTES 4096
#define NOBODY 65534

static uint32_t seq = 1; /* each PROBE is a new one, over all tests */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Sends a PROBE and returns its answer. */
static uint32_t late_bits(struct fixture *fixture)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.seq = seq++;
	frame_build(&heartbeat, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	assert_int_equal(frame_packet(&frame)->tag, frame_tag(&frame, heartbeat.key));
	assert_true(frame_udp_checksum_is_right(&frame));
	return ntohl(frame_packet(&frame)->late_apps_bits);
}

static void put_app(struct fixture *fixture, uint32_t index, uint32_t page)
{
	const struct xb_app app = {.name = "app", .timeout_ns = TIMEOUT_NS, .page = page};

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(fixture->program->maps.xb_apps), &index,
					     &app, BPF_ANY),
			 0);
}

/* Creates a page in the map. Returns its descriptor. */
static int put_page(struct fixture *fixture, uint32_t page)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xb_app_page", sizeof(uint32_t),
				sizeof(struct xb_app_page), 1, &options);

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(fixture->program->maps.xb_app_pages),
					     &page, &fd, BPF_ANY),
			 0);
	return fd;
}

static struct xb_app_page *map_page(int fd)
{
	void *memory = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static void test_lateness_by_age_of_beat(void **state)
{
	static const struct {
		int64_t age_ns; /* of the beat */
		bool late;
	} cases[] = {
		{0, false},
		{TIMEOUT_NS / 2, false},
		{TIMEOUT_NS, true},
		{1000 * TIMEOUT_NS, true},
		{-(int64_t)XB_APP_AHEAD_NS / 2, false}, /* while the packet was on its way */
		{-10 * (int64_t)XB_APP_AHEAD_NS, true}, /* another clock */
	};
	struct fixture *fixture = *state;
	int fd = put_page(fixture, 0);
	struct xb_app_page *page = map_page(fd);

	put_app(fixture, 0, 0);
	assert_int_equal(late_bits(fixture), 0); /* app_count is 0 */
	fixture->self->app_count = 1;
	assert_int_equal(late_bits(fixture), 1); /* it never beat */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		page->beat_ns = now_ns() - (uint64_t)cases[i].age_ns;
		assert_int_equal(late_bits(fixture), cases[i].late);
	}
	munmap(page, PAGE_BYTES);
	close(fd);
}

/* Each application has a bit of its own, whatever its page. */
static void test_each_index_has_its_bit(void **state)
{
	struct fixture *fixture = *state;
	struct xb_app_page *pages[XB_APPS_MAX];

	for (uint32_t i = 0; i < XB_APPS_MAX; i++) {
		uint32_t index = XB_APP_PAGES_MAX - 1 - i;
		int fd = put_page(fixture, index);

		pages[i] = map_page(fd);
		put_app(fixture, i, index);
		close(fd);
	}
	fixture->self->app_count = XB_APPS_MAX;
	assert_int_equal(late_bits(fixture), UINT32_MAX);
	for (uint32_t i = 0; i < XB_APPS_MAX; i++) {
		pages[i]->beat_ns = now_ns() + XB_APP_AHEAD_NS / 2; /* fresh for all of the test */
		if (i % 3 == 0)
			assert_int_equal(late_bits(fixture), i == 31 ? 0 : UINT32_MAX << (i + 1));
	}
	assert_int_equal(late_bits(fixture), 0);
	pages[17]->beat_ns = 0;
	assert_int_equal(late_bits(fixture), 1u << 17);
	fixture->self->app_count = 17;
	assert_int_equal(late_bits(fixture), 0);
	fixture->self->app_count = UINT32_MAX;
	assert_int_equal(late_bits(fixture), 1u << 17);
	for (uint32_t i = 0; i < XB_APPS_MAX; i++)
		munmap(pages[i], PAGE_BYTES);
}

/* Late from the start, even if the machine has been up for less than the timeout. */
static void test_never_beaten(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_app app = {.name = "app", .timeout_ns = UINT64_MAX / 2};
	const uint32_t zero = 0;

	close(put_page(fixture, 0));
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(fixture->program->maps.xb_apps), &zero,
					     &app, BPF_ANY),
			 0);
	fixture->self->app_count = 1;
	assert_int_equal(late_bits(fixture), 1);
}

/* An index without a page is late, not ignored. */
static void test_missing_page(void **state)
{
	struct fixture *fixture = *state;

	put_app(fixture, 0, XB_APP_PAGES_MAX);
	fixture->self->app_count = 1;
	assert_int_equal(late_bits(fixture), 1);
}

/* A program can map its descriptor and write its own page, but nothing else. */
static int try_as_nobody(int fd)
{
	void *memory;

	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return 1;
	memory = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return 2;
	if (mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
		return 3;
	munmap(memory, PAGE_BYTES);
	if (bpf_map_freeze(fd) == 0)
		return 4;
	if (bpf_obj_pin(fd, "/sys/fs/bpf/xbeat_test_apps") == 0)
		return 5;
	return 0;
}

static void test_descriptor_gives_access_to_its_page_only(void **state)
{
	int fd = put_page(*state, 0), status;
	struct xb_app_page *page = map_page(fd); /* as the daemon has it */
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(try_as_nobody(fd));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	munmap(page, PAGE_BYTES);
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_lateness_by_age_of_beat),
		FIXTURE_TEST(test_each_index_has_its_bit),
		FIXTURE_TEST(test_never_beaten),
		FIXTURE_TEST(test_missing_page),
		FIXTURE_TEST(test_descriptor_gives_access_to_its_page_only),
	};

	return FIXTURE_RUN(tests);
}
