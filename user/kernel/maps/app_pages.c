/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of applications: see app_pages.h. Each is pinned as app_N, N its index in xb_app_pages. */
#include "user/kernel/maps/app_pages.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/system/bpffs.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIN_PREFIX "app_"

static void pin_path(const struct kernel *kernel, size_t page, char path[static BPFFS_PATH_BYTES])
{
	char name[12];

	snprintf(name, sizeof(name), "%zu", page);
	bpffs_path(path, kernel->daemon_name, PIN_PREFIX, name);
}

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Mapped writable while it is used, so that no holder of the descriptor can freeze the map. */
static struct xb_app_page *map_page(int fd)
{
	void *memory = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(struct kernel_app_page *page)
{
	if (!page->memory)
		return;
	munmap(page->memory, page_bytes());
	close(page->fd);
	*page = (struct kernel_app_page){0};
}

static void release(struct kernel *kernel, size_t index)
{
	struct kernel_app_page *page = &kernel->app_pages[index];
	char path[BPFFS_PATH_BYTES];

	if (!page->memory)
		return;
	__atomic_store_n(&page->memory->gone, 1, __ATOMIC_RELEASE);
	unmap(page);
	pin_path(kernel, index, path);
	unlink(path);
}

static bool is_listed(const struct kernel *kernel, size_t page)
{
	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (kernel->apps[i].name[0] && kernel->apps[i].page == page)
			return true;
	return false;
}

/* A page that cannot be taken over is made again when it is needed. */
static void adopt(struct kernel *kernel, struct xb_app *app)
{
	struct kernel_app_page *page = &kernel->app_pages[app->page % XB_APP_PAGES_MAX];
	char path[BPFFS_PATH_BYTES];
	int fd;

	pin_path(kernel, app->page, path);
	fd = app->page < XB_APP_PAGES_MAX && !page->memory ? bpf_obj_get(path) : -1;
	if (fd >= 0)
		page->memory = map_page(fd);
	if (fd < 0 || !page->memory) {
		if (fd >= 0)
			close(fd);
		*app = (struct xb_app){0};
		return;
	}
	page->fd = fd;
	memcpy(page->name, app->name, sizeof(page->name));
	page->name[sizeof(page->name) - 1] = '\0';
}

/* Pages of applications that could not be taken over: an application that beats into one must ask
 * for another. */
static void remove_strays(const struct kernel *kernel)
{
	for (size_t i = 0; i < XB_APP_PAGES_MAX; i++) {
		struct kernel_app_page stray = {0};
		char path[BPFFS_PATH_BYTES];

		pin_path(kernel, i, path);
		stray.fd = kernel->app_pages[i].memory ? -1 : bpf_obj_get(path);
		if (stray.fd < 0)
			continue;
		stray.memory = map_page(stray.fd);
		if (stray.memory)
			__atomic_store_n(&stray.memory->gone, 1, __ATOMIC_RELEASE);
		else
			close(stray.fd);
		unmap(&stray);
		unlink(path);
	}
}

int kernel_apps_start(struct kernel *kernel)
{
	size_t bytes = XB_APPS_MAX * sizeof(*kernel->apps);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(kernel->skeleton->maps.xb_apps), 0);

	if (memory == MAP_FAILED)
		return -errno;
	kernel->apps = memory;
	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (kernel->apps[i].name[0])
			adopt(kernel, &kernel->apps[i]);
	remove_strays(kernel);
	return 0;
}

void kernel_apps_stop(struct kernel *kernel, bool kept)
{
	for (size_t i = 0; i < XB_APP_PAGES_MAX; i++) {
		if (!kept)
			release(kernel, i);
		unmap(&kernel->app_pages[i]);
	}
	if (kernel->apps)
		munmap(kernel->apps, XB_APPS_MAX * sizeof(*kernel->apps));
	kernel->apps = NULL;
}

/* Returns the index of a name's page, or -ENOENT. */
static int find_page(const struct kernel *kernel, const char *name)
{
	for (int i = 0; i < XB_APP_PAGES_MAX; i++)
		if (kernel->app_pages[i].memory && !strcmp(kernel->app_pages[i].name, name))
			return i;
	return -ENOENT;
}

static bool is_wanted(const struct kernel_app *apps, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(apps[i].name, name))
			return true;
	return false;
}

/* Returns the index of a page that is free, or was prepared for a reload that was refused. */
static size_t free_page(struct kernel *kernel, const struct kernel_app *apps, size_t count)
{
	size_t index = 0;

	while (index < XB_APP_PAGES_MAX - 1 && kernel->app_pages[index].memory &&
	       (is_listed(kernel, index) || is_wanted(apps, count, kernel->app_pages[index].name)))
		index++;
	return index;
}

static int make_page(struct kernel *kernel, uint32_t index, const char *name)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	struct kernel_app_page *page = &kernel->app_pages[index];
	char path[BPFFS_PATH_BYTES];
	int error = 0;
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xb_app_page", sizeof(uint32_t),
				sizeof(struct xb_app_page), 1, &options);

	if (fd < 0)
		return -errno;
	pin_path(kernel, index, path);
	if (bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.xb_app_pages), &index, &fd,
				BPF_ANY))
		error = -errno;
	if (!error)
		error = bpffs_pin(fd, path);
	if (!error && !(page->memory = map_page(fd)))
		error = -ENOMEM;
	if (error) {
		close(fd);
		return error;
	}
	page->fd = fd;
	snprintf(page->name, sizeof(page->name), "%s", name);
	return 0;
}

int kernel_apps_prepare(struct kernel *kernel, const struct kernel_app *apps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t index;
		int error;

		if (find_page(kernel, apps[i].name) >= 0)
			continue;
		index = free_page(kernel, apps, count);
		release(kernel, index);
		error = make_page(kernel, (uint32_t)index, apps[i].name);
		if (error)
			return error;
	}
	return 0;
}

static uint64_t opened_before(const struct xb_app *before, const char *name)
{
	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (!strcmp(before[i].name, name))
			return before[i].opened_ns;
	return 0;
}

void kernel_apps_use(struct kernel *kernel, const struct kernel_app *apps, size_t count)
{
	struct xb_app before[XB_APPS_MAX];

	memcpy(before, kernel->apps, sizeof(before));
	for (size_t i = 0; i < XB_APPS_MAX; i++) {
		struct xb_app app = {0};

		if (i < count) {
			snprintf(app.name, sizeof(app.name), "%s", apps[i].name);
			app.timeout_ns = apps[i].timeout_ns;
			app.opened_ns = opened_before(before, apps[i].name);
			app.page = (uint32_t)find_page(kernel, apps[i].name);
		}
		if (memcmp(&kernel->apps[i], &app, sizeof(app)) != 0)
			kernel->apps[i] = app;
	}
	kernel_self_set_app_count(kernel, count);
	for (size_t i = 0; i < XB_APP_PAGES_MAX; i++)
		if (!is_listed(kernel, i))
			release(kernel, i);
}

int kernel_app_find(const struct kernel *kernel, const char *name)
{
	for (int i = 0; i < (int)kernel->self->app_count && i < XB_APPS_MAX; i++)
		if (!strcmp(kernel->apps[i].name, name))
			return i;
	return -ENOENT;
}

static const struct kernel_app_page *page_of(const struct kernel *kernel, size_t app_index)
{
	return &kernel->app_pages[kernel->apps[app_index].page];
}

void kernel_app_read(const struct kernel *kernel, size_t app_index, struct kernel_app_state *state)
{
	*state = (struct kernel_app_state){
		.timeout_ns = kernel->apps[app_index].timeout_ns,
		.opened_ns = kernel->apps[app_index].opened_ns,
		.beat_ns = __atomic_load_n(&page_of(kernel, app_index)->memory->beat_ns,
					   __ATOMIC_ACQUIRE),
	};
}

int kernel_app_open(struct kernel *kernel, size_t app_index, uint64_t now_ns)
{
	kernel->apps[app_index].opened_ns = now_ns;
	return page_of(kernel, app_index)->fd;
}

void kernel_app_beat(const struct kernel *kernel, size_t app_index, uint64_t beat_ns)
{
	__atomic_store_n(&page_of(kernel, app_index)->memory->beat_ns, beat_ns, __ATOMIC_RELEASE);
}

uint32_t kernel_late_apps(const struct kernel *kernel)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < kernel->self->app_count && i < XB_APPS_MAX; i++) {
		struct kernel_app_state state;

		kernel_app_read(kernel, i, &state);
		if (xb_app_is_late(clock_now_ns(), state.beat_ns, state.timeout_ns))
			bits |= UINT32_C(1) << i;
	}
	return bits;
}
