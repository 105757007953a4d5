/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names in the bpf file system that are not those of maps. */
#ifndef XBEAT_KERNEL_PIN_NAMES_H
#define XBEAT_KERNEL_PIN_NAMES_H

/* Of BPF links: that of an interface begins so; that of the tracepoint (load/daemon_exit.c). */
#define PINS_LINK "link_"
#define PINS_EXIT_LINK "exit"

/* Our XDP programs, with "mode none", for others that call them. */
#define PINS_PROGRAM "program"
#define PINS_PROGRAM_IP "program_ip"

#endif
