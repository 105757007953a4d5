/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which method makes the checks of each kind. */
#include "user/checker/bfd/bfd.h"
#include "user/checker/dns/dns.h"
#include "user/checker/http/http.h"
#include "user/checker/methods/method.h"
#include "user/checker/process/process.h"

const struct method *method_of(enum config_check_kind kind)
{
	static const struct method *const methods[CONFIG_CHECK_KIND_COUNT] = {
		[CONFIG_CHECK_TCP] = &tcp_method,	  [CONFIG_CHECK_UDP] = &udp_method,
		[CONFIG_CHECK_PING] = &ping_method,	  [CONFIG_CHECK_SMTP] = &smtp_method,
		[CONFIG_CHECK_SESSION] = &session_method, [CONFIG_CHECK_AGENT] = &agent_method,
		[CONFIG_CHECK_MISC] = &exec_method,	  [CONFIG_CHECK_HTTP] = &http_method,
		[CONFIG_CHECK_GRPC] = &grpc_method,	  [CONFIG_CHECK_DNS] = &dns_method,
		[CONFIG_CHECK_BFD] = &bfd_method,
	};

	return kind < CONFIG_CHECK_KIND_COUNT ? methods[kind] : NULL;
}
