/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of what is allowed, for libseccomp. It has what the program and its libraries call, also
 * in other versions and on other machines. What is refused fails with ENOSYS and not EPERM: a
 * library that is newer than this list then uses the older call.
 */
#include "user/daemon/rights/system_calls.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/system_call_list.h"
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Names, separated by spaces. */
static const char *const allowed[] = {
	/* descriptors */
	"read write readv writev pread64 pwrite64 lseek _llseek close close_range dup dup2 dup3 "
	"pipe pipe2 fcntl fcntl64 ioctl flock poll ppoll ppoll_time64 select _newselect "
	"pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait "
	"epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime "
	"timerfd_settime64 timerfd_gettime timerfd_gettime64 memfd_create",
	/* files */
	"open openat openat2 creat stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 "
	"statx statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2 readlink "
	"readlinkat getdents getdents64 getcwd chdir umask mkdir mkdirat mknod mknodat rmdir "
	"unlink unlinkat rename renameat renameat2 chmod fchmod fchmodat fchmodat2 chown "
	"chown32 fchown fchown32 fchownat truncate truncate64 ftruncate ftruncate64 fsync "
	"fdatasync fadvise64 fadvise64_64 getxattr lgetxattr fgetxattr",
	/* sockets, besides socket(2) */
	"socketpair bind listen accept accept4 connect getsockname getpeername getsockopt "
	"setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 "
	"shutdown",
	/* BPF */
	"bpf perf_event_open",
	/* memory */
	"brk mmap mmap2 munmap mremap mprotect madvise mincore mlock mlock2 mlockall munlock "
	"munlockall membarrier map_shadow_stack mseal",
	/* threads, besides clone(2) */
	"futex futex_time64 futex_wait futex_wake futex_requeue futex_waitv set_robust_list "
	"get_robust_list rseq set_tid_address gettid exit exit_group sched_yield sched_setattr "
	"sched_getattr sched_setscheduler sched_getscheduler sched_setparam sched_getparam "
	"sched_get_priority_max sched_get_priority_min sched_getaffinity setpriority "
	"getpriority getcpu",
	/* signals and other processes */
	"rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait "
	"rt_sigtimedwait_time64 rt_sigsuspend sigaction sigprocmask sigreturn sigaltstack "
	"restart_syscall tgkill tkill alarm setitimer wait4 waitpid waitid pidfd_open",
	/* time */
	"clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep "
	"clock_nanosleep_time64 nanosleep gettimeofday time times",
	/* what the process is and may do */
	"getpid getppid getpgrp getpgid getsid getuid getuid32 geteuid geteuid32 getgid "
	"getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups "
	"getgroups32 capget capset getrlimit ugetrlimit prlimit64 setrlimit getrusage sysinfo "
	"uname getrandom",
#if defined(__SANITIZE_ADDRESS__)
	"ptrace kill prctl clone personality",
#endif
};

/* Families of socket(2). AF_INET and AF_INET6: adverts, heartbeats, name services; AF_PACKET:
 * announcements. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};

/* Options of prctl(2). */
static const int options[] = {PR_SET_NAME,	 PR_GET_NAME,	      PR_CAPBSET_READ,
			      PR_GET_SECCOMP,	 PR_GET_NO_NEW_PRIVS, PR_GET_DUMPABLE,
			      PR_GET_SECUREBITS, PR_CAP_AMBIENT,      0x53564d41 /* PR_SET_VMA */};

static const struct system_call_list list = {
	.names = allowed,
	.name_count = ARRAY_SIZE(allowed),
	.families = families,
	.family_count = ARRAY_SIZE(families),
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* For all threads. SSB: without the processor's slower mode, which older kernels would switch
 * on. */
static int load(scmp_filter_ctx filter, bool logged)
{
	const struct {
		enum scmp_filter_attr name;
		uint32_t value;
	} attributes[] = {
		{SCMP_FLTATR_CTL_NNP, 1},      {SCMP_FLTATR_CTL_TSYNC, 1},
		{SCMP_FLTATR_CTL_SSB, 1},      {SCMP_FLTATR_CTL_LOG, logged},
		{SCMP_FLTATR_API_SYSRAWRC, 1}, /* errors as the kernel has them */
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(attributes) && !error; i++)
		error = seccomp_attr_set(filter, attributes[i].name, attributes[i].value);
	return error ? error : seccomp_load(filter);
}

/* Another filter that only refuses clone3(2), which happens for each thread, so it is not
 * logged. */
static int load_clone3(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? system_call_refuse_clone3(filter) : -ENOMEM;

	if (!error)
		error = load(filter, false);
	seccomp_release(filter);
	return error;
}

static int load_allowed(uint32_t action)
{
	scmp_filter_ctx filter = seccomp_init(action);
	int error = filter ? system_call_list_allow(filter, &list) : -ENOMEM;

	if (!error)
		error = system_call_allow(filter, "clone3");
	if (!error)
		error = load(filter, true);
	seccomp_release(filter);
	return error;
}

void system_calls_restrict(void)
{
	const char *wish = secure_getenv(SYSTEM_CALLS_VARIABLE);
	uint32_t action = SCMP_ACT_ERRNO(ENOSYS);
	int error;

	if (wish && !strcmp(wish, "off"))
		return;
	if (wish && !strcmp(wish, "log"))
		action = SCMP_ACT_LOG;
	else if (wish && !strcmp(wish, "kill"))
		action = SCMP_ACT_KILL_PROCESS;
	else if (wish && *wish)
		log_warning("environment: unknown " SYSTEM_CALLS_VARIABLE
			    " \"%s\"; use off, log or kill",
			    wish);
	error = load_clone3();
	if (!error)
		error = load_allowed(action);
	if (error)
		log_warning(
			"system calls are not restricted (seccomp): %s; xbeatd goes on without that",
			limits_strerror(-error));
}
