/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of system calls that are allowed; see user/daemon/rights/system_calls.c for the reasons. */
#include "user/checker/process/privileges.h"
#include "user/checker/process/process.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/lib/process/system_call_list.h"
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define VARIABLE "XBEAT_SECCOMP" /* "off", "log" or "kill", as for xbeatd */

/* Names, separated by spaces. No file is written; libraries read a few. */
static const char *const allowed[] = {
	"read write readv writev pread64 lseek _llseek close dup dup2 dup3 pipe pipe2 fcntl fcntl64 "
	"ioctl poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create "
	"epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 "
	"timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64",
	"open openat stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx access "
	"faccessat faccessat2 readlink readlinkat getdents64 getcwd statfs fstatfs",
	"socketpair bind connect getsockname getpeername getsockopt setsockopt send sendto sendmsg "
	"sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 shutdown",
	"brk mmap mmap2 munmap mremap mprotect madvise map_shadow_stack mseal",
	"futex futex_time64 set_robust_list rseq gettid exit exit_group sched_yield "
	"sched_getaffinity getcpu membarrier",
	"rt_sigaction rt_sigprocmask rt_sigreturn setitimer sigreturn sigaltstack restart_syscall tgkill",
	"clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep "
	"clock_nanosleep_time64 nanosleep gettimeofday time",
	"getpid getppid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 "
	"getresuid getresgid getrlimit ugetrlimit prlimit64 getrusage sysinfo uname getrandom",
};

/* AF_NETLINK: names of interfaces, and c-ares; AF_UNIX: name services. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static const int options[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, 0x53564d41 /* VMA */};

static const struct system_call_list list = {
	.names = allowed,
	.name_count = ARRAY_SIZE(allowed),
	.families = families,
	.family_count = ARRAY_SIZE(families),
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

static uint32_t refusal(const char *wish)
{
	if (wish && !strcmp(wish, "log"))
		return SCMP_ACT_LOG;
	if (wish && !strcmp(wish, "kill"))
		return SCMP_ACT_KILL_PROCESS;
	return SCMP_ACT_ERRNO(ENOSYS);
}

static int load(uint32_t action)
{
	scmp_filter_ctx filter = seccomp_init(action);
	int error = filter ? system_call_list_allow(filter, &list) : -ENOMEM;

	if (!error && action != SCMP_ACT_ERRNO(ENOSYS))
		error = system_call_refuse_clone3(filter);
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	if (!error)
		error = seccomp_load(filter);
	seccomp_release(filter);
	return error;
}

void system_calls_restrict(void)
{
	const char *wish = secure_getenv(VARIABLE);
	int error;

	if (wish && !strcmp(wish, "off"))
		return;
	error = load(refusal(wish));
	if (error)
		replies_log(LOG_WARNING, "system calls are not restricted (seccomp): %s",
			    strerror(-error));
}
