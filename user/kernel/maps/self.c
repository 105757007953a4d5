/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's writer of xb_self, but for claims; see self.h. */
#include "user/kernel/maps/self.h"
#include "user/core/epoch.h"
#include "user/core/heartbeat.h"
#include "user/kernel/kernel.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define FENCING_BITS_SHIFT 16
#define FENCE_GENERATION (1ULL << 32) /* one */
#define REVOKED_SHIFT 16

/* Fields that change together. */
typedef uint32_t __attribute__((__may_alias__)) aliasing_word;
typedef uint64_t __attribute__((__may_alias__)) aliasing_word64;

/* fenced_bits, fencing_bits and fence_generation. */
static aliasing_word64 *fenced_word(const struct kernel *kernel)
{
	return (aliasing_word64 *)&kernel->self->fenced_bits;
}

static uint64_t instance_bits(uint8_t instance_index)
{
	return instance_index < XB_INSTANCES_MAX
		       ? 1ULL << instance_index | 1ULL << instance_index << FENCING_BITS_SHIFT
		       : 0;
}

void kernel_self_init(struct kernel *kernel, uint16_t node_id)
{
	kernel->self->abi_version = XB_MAP_ABI_VERSION;
	kernel->self->node_id = node_id;
	snprintf(kernel->self->daemon_name, sizeof(kernel->self->daemon_name), "%s",
		 kernel->daemon_name);
}

void kernel_self_set_progress(struct kernel *kernel, uint64_t now_ns)
{
	__atomic_store_n(&kernel->self->progress_ns, now_ns, __ATOMIC_RELEASE);
}

uint64_t kernel_self_progress_ns(const struct kernel *kernel)
{
	return kernel->self->progress_ns;
}

/* For what must not be foretold. */
static uint64_t read_random(void)
{
	uint64_t random = 0;
	ssize_t bytes;

	do
		bytes = getrandom(&random, sizeof(random), 0);
	while (bytes < 0 && errno == EINTR);
	if (bytes != (ssize_t)sizeof(random))
		log_error(
			"cannot read random numbers: %s; this node's epoch can be foretold, so recorded heartbeats may count again",
			strerror(errno));
	return random;
}

/* The epoch comes last: with it the kernel side starts answering. */
void kernel_self_start_answering(struct kernel *kernel, uint64_t now_ns, uint64_t unix_ns)
{
	kernel_self_set_progress(kernel, now_ns);
	if (!kernel->adopted)
		__atomic_store_n(&kernel->self->epoch,
				 epoch_make(epoch_time(unix_ns), read_random()), __ATOMIC_RELEASE);
}

uint64_t kernel_self_epoch(const struct kernel *kernel)
{
	return kernel->self->epoch;
}

bool kernel_self_raise_epoch(struct kernel *kernel, uint64_t known_epoch, uint64_t unix_ns)
{
	if (known_epoch < kernel->self->epoch)
		return false;
	__atomic_store_n(&kernel->self->epoch, epoch_above(known_epoch, unix_ns, read_random()),
			 __ATOMIC_RELEASE);
	return true;
}

void kernel_self_set_state(struct kernel *kernel, enum xb_node_state state)
{
	__atomic_store_n(&kernel->self->node_state, (uint8_t)state, __ATOMIC_RELAXED);
}

enum xb_node_state kernel_self_state(const struct kernel *kernel)
{
	return (enum xb_node_state)kernel->self->node_state;
}

void kernel_describe_all(struct kernel *kernel, uint16_t bits,
			 const struct xb_instance entries[XB_INSTANCES_MAX])
{
	struct xb_self *self = kernel->self;
	uint8_t next = (uint8_t)((self->current + 1) % XB_DESCRIPTIONS);
	struct xb_description *description = &self->description[next];

	memcpy(description->instances, self->description[self->current].instances,
	       sizeof(description->instances));
	for (size_t i = 0; i < XB_INSTANCES_MAX; i++)
		if (bits >> i & 1)
			description->instances[i] = entries[i];
	for (size_t i = 0; i < XB_KEYS_MAX; i++)
		description->digest[i] = heartbeat_digest(description->instances, &kernel->keys[i]);
	__atomic_store_n(&self->current, next, __ATOMIC_RELEASE);
}

void kernel_describe(struct kernel *kernel, size_t instance_index, const struct xb_instance *entry)
{
	struct xb_instance entries[XB_INSTANCES_MAX];

	entries[instance_index] = *entry;
	kernel_describe_all(kernel, (uint16_t)(1U << instance_index), entries);
}

void kernel_describe_again(struct kernel *kernel)
{
	const struct xb_instance entry = *kernel_described(kernel, 0);

	kernel_describe(kernel, 0, &entry);
}

const struct xb_instance *kernel_described(const struct kernel *kernel, size_t instance_index)
{
	return &kernel->self->description[kernel->self->current].instances[instance_index];
}

void kernel_self_set_app_count(struct kernel *kernel, size_t count)
{
	__atomic_store_n(&kernel->self->app_count, (uint32_t)count, __ATOMIC_RELEASE);
}

void kernel_self_set_refusing(struct kernel *kernel, bool refusing)
{
	__atomic_store_n(&kernel->self->refusing, refusing, __ATOMIC_RELEASE);
}

void kernel_self_use_guards(struct kernel *kernel, size_t count)
{
	if (count > kernel->self->guard_count)
		__atomic_store_n(&kernel->self->guard_count, (uint16_t)count, __ATOMIC_SEQ_CST);
}

bool kernel_self_lower_guard_due(struct kernel *kernel, uint64_t deadline_ns)
{
	__u64 *due_ns = &kernel->self->guard_due_ns;
	__u64 seen_ns = __atomic_load_n(due_ns, __ATOMIC_SEQ_CST);
	bool earlier;

	do
		earlier = !seen_ns || deadline_ns < seen_ns;
	while (!__atomic_compare_exchange_n(due_ns, &seen_ns, earlier ? deadline_ns : seen_ns - 1,
					    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return earlier;
}

void kernel_self_add_fences(struct kernel *kernel, uint16_t fenced_bits, uint16_t fencing_bits,
			    uint8_t fencing)
{
	__atomic_fetch_or(fenced_word(kernel),
			  fenced_bits | (uint64_t)fencing_bits << FENCING_BITS_SHIFT,
			  __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&kernel->self->fencing, fencing, __ATOMIC_SEQ_CST);
}

bool kernel_self_is_fenced(const struct kernel *kernel, uint8_t instance_index)
{
	return __atomic_load_n(fenced_word(kernel), __ATOMIC_SEQ_CST) &
	       instance_bits(instance_index);
}

void kernel_self_clear_fenced(struct kernel *kernel, uint8_t instance_index)
{
	aliasing_word64 *word = fenced_word(kernel);
	uint64_t seen = __atomic_load_n(word, __ATOMIC_SEQ_CST);

	while (!__atomic_compare_exchange_n(
		word, &seen, (seen & ~instance_bits(instance_index)) + FENCE_GENERATION, false,
		__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

/* closed_bits and revoked_bits. */
static aliasing_word *closed_word(const struct kernel *kernel)
{
	return (aliasing_word *)&kernel->self->closed_bits;
}

static uint32_t load_closed(const struct kernel *kernel)
{
	return __atomic_load_n(closed_word(kernel), __ATOMIC_SEQ_CST);
}

static uint32_t with_revoked(uint16_t bits)
{
	return bits | (uint32_t)bits << REVOKED_SHIFT;
}

void kernel_self_close(struct kernel *kernel, uint16_t bits)
{
	uint32_t seen = load_closed(kernel);

	while (!__atomic_compare_exchange_n(closed_word(kernel), &seen,
					    (seen & ~with_revoked(bits)) | bits, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

bool kernel_self_open(struct kernel *kernel, uint16_t bits)
{
	uint32_t seen = load_closed(kernel);

	do
		if ((seen & with_revoked(bits)) != bits)
			return false;
	while (!__atomic_compare_exchange_n(closed_word(kernel), &seen, seen & ~(uint32_t)bits,
					    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return true;
}

void kernel_self_clear_closed(struct kernel *kernel, uint16_t bits)
{
	__atomic_fetch_and(closed_word(kernel), ~with_revoked(bits), __ATOMIC_SEQ_CST);
}

uint16_t kernel_self_closed(const struct kernel *kernel)
{
	return (uint16_t)load_closed(kernel);
}

uint16_t kernel_self_revoked(const struct kernel *kernel)
{
	return (uint16_t)(load_closed(kernel) >> REVOKED_SHIFT);
}

void kernel_self_start_fencing(struct kernel *kernel)
{
	__atomic_fetch_or(&kernel->self->fencing, XB_FENCING_SOME, __ATOMIC_SEQ_CST);
}

bool kernel_self_ask_fencing(struct kernel *kernel)
{
	__u8 *fencing = &kernel->self->fencing;
	__u8 seen = __atomic_load_n(fencing, __ATOMIC_SEQ_CST), asked;

	do {
		if (!(seen & XB_FENCING_ANY))
			return false;
		asked = (__u8)((seen & ~XB_FENCING_ANY) | XB_FENCING_ASKED);
	} while (!__atomic_compare_exchange_n(fencing, &seen, asked, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return true;
}

void kernel_self_end_fencing(struct kernel *kernel)
{
	__u8 *fencing = &kernel->self->fencing;
	__u8 seen = __atomic_load_n(fencing, __ATOMIC_SEQ_CST);

	if ((seen & XB_FENCING_ANY) == XB_FENCING_ASKED)
		__atomic_compare_exchange_n(fencing, &seen, (__u8)(seen & ~XB_FENCING_ANY), false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void kernel_self_check_by_packets(struct kernel *kernel, bool check)
{
	if (check)
		__atomic_fetch_or(&kernel->self->fencing, XB_FENCING_BY_PACKETS, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&kernel->self->fencing, (__u8)~XB_FENCING_BY_PACKETS,
				   __ATOMIC_SEQ_CST);
}

void kernel_self_set_restart_grace(struct kernel *kernel, uint64_t restart_grace_ns)
{
	kernel->self->restart_grace_ns = restart_grace_ns;
}

void kernel_self_forget_process(struct kernel *kernel)
{
	__atomic_store_n(&kernel->self->pid, 0, __ATOMIC_SEQ_CST);
}

void kernel_self_forget_daemon(struct kernel *kernel)
{
	kernel_self_forget_process(kernel);
	__atomic_store_n(&kernel->self->died_ns, 0, __ATOMIC_SEQ_CST);
}

void kernel_self_name_daemon(struct kernel *kernel, uint32_t pid, uint64_t namespace_device,
			     uint64_t namespace_inode)
{
	kernel->self->pid_namespace_device = namespace_device;
	kernel->self->pid_namespace_inode = namespace_inode;
	__atomic_store_n(&kernel->self->pid, pid, __ATOMIC_SEQ_CST);
}
