/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies between maps of two versions; see migrate.h. */
#include "user/kernel/load/migrate.h"
#include "user/kernel/layout/slot.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/skeleton.h"
#include <bpf/bpf.h>
#include <errno.h>
#include <sys/mman.h>

static const void *map(int fd, size_t value_bytes, size_t count)
{
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);
	void *memory;

	if (bpf_obj_get_info_by_fd(fd, &info, &length) || info.type != BPF_MAP_TYPE_ARRAY ||
	    info.value_size != value_bytes || info.max_entries != count)
		return NULL;
	memory = mmap(NULL, value_bytes * count, PROT_READ, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

int migrate_open(struct migration *migration, int self_fd, int routers_fd)
{
	*migration = (struct migration){
		.self = map(self_fd, sizeof(*migration->self), 1),
		.routers = map(routers_fd, sizeof(*migration->routers), XB_VRRP_SLOTS_MAX),
	};
	if (migration->self && migration->routers)
		return 0;
	migrate_close(migration);
	return -ENOENT;
}

static void read_router(const struct migration *migration, size_t slot, struct xb_vrrp *to)
{
	struct version5_router from;

	slot_read(&from, &migration->routers[slot], sizeof(from),
		  &migration->routers[slot].lock_sequence);
	version5_take_router(to, &from);
}

void migrate_first(const struct migration *migration, struct kernel *kernel)
{
	version5_take_self(kernel->self, migration->self);
	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++)
		read_router(migration, i, &kernel->routers[i]);
}

void migrate_rest(const struct migration *migration, struct kernel *kernel)
{
	kernel_self_add_fences(kernel, migration->self->fenced_bits, migration->self->fencing_bits,
			       migration->self->fencing);
	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++) {
		struct xb_vrrp *router = &kernel->routers[i];

		/* One that the new program has taken is newer. */
		if (migration->routers[i].arrival_ns > router->arrival_ns)
			read_router(migration, i, router);
	}
}

void migrate_close(struct migration *migration)
{
	if (migration->self)
		munmap((void *)migration->self, sizeof(*migration->self));
	if (migration->routers)
		munmap((void *)migration->routers, XB_VRRP_SLOTS_MAX * sizeof(*migration->routers));
	*migration = (struct migration){0};
}
