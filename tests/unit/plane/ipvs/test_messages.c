/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests byte for byte as ipvsadm 1.31 sent them on Linux 6.1 (strace), from the generic netlink
 * head on. Where a request only names a service, ipvsadm adds empty settings, which the kernel does
 * not read: they are left out.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/plane/ipvs/message.h"
#include <cmocka.h>
#include <linux/ip_vs.h>

#define FAMILY 27

static struct config_endpoint endpoint(const char *address, uint16_t port)
{
	struct config_endpoint result = {.port = port};

	assert_int_equal(address_parse(address, &result.address), 0);
	return result;
}

struct row {
	const char *ipvsadm;
	uint8_t command;
	struct plane_service service;
	const char *address;
	uint16_t port;
	struct config_pool pool;
	const char *server; /* its address; NULL: a request for the service */
	uint16_t server_port;
	struct plane_server settings;
	bool names_only;
	const char *hex;
};

#define TCP_80 .service = {.family = 4, .protocol = IPPROTO_TCP}, .address = "10.0.0.1", .port = 80
/* What names 10.0.0.1:80. */
#define TCP_80_HEX                                                                                 \
	"30000180"                                                                                 \
	"0600010002000000"                                                                         \
	"0600020006000000"                                                                         \
	"140003000a000001000000000000000000000000"                                                 \
	"0600040000500000"

static const struct row rows[] = {
	{
		"-A -t 10.0.0.1:80 -s rr",
		IPVS_CMD_NEW_SERVICE,
		TCP_80,
		.pool = {.scheduler = "rr"},
		.hex = "010100005400018006000100020000000600020006000000140003000a0000010000000000"
		       "00000000000000060004000050000007000600727200000c00070000000000ffffffff0800"
		       "08000000000008000900ffffffff",
	},
	{
		"-E -t 10.0.0.1:80 -s sh -b sh-port,sh-fallback -p 300 -M 255.255.255.0",
		IPVS_CMD_SET_SERVICE,
		TCP_80,
		.pool = {.scheduler = "sh",
			 .scheduler_flags = 3,
			 .persistence_timeout_s = 300,
			 .persistence_mask = {{[10] = 0xff, 0xff, 255, 255, 255, 0}}},
		.hex = "020100005400018006000100020000000600020006000000140003000a0000010000000000"
		       "00000000000000060004000050000007000600736800000c00070019000000ffffffff0800"
		       "08002c01000008000900ffffff00",
	},
	{
		"-A -f 7 -s wlc -6",
		IPVS_CMD_NEW_SERVICE,
		.service = {.family = 6, .mark = 7},
		.pool = {.scheduler = "wlc"},
		.hex = "0101000038000180060001000a000000080005000700000008000600776c63000c00070000"
		       "000000ffffffff08000800000000000800090080000000",
	},
	{
		"-A -u [fd00::99]:53 -s mh -b mh-port -o",
		IPVS_CMD_NEW_SERVICE,
		.service = {.family = 6, .protocol = IPPROTO_UDP},
		.address = "fd00::99",
		.port = 53,
		.pool = {.scheduler = "mh",
			 .scheduler_flags = 2,
			 .one_packet = true,
			 .persistence_prefix = 128},
		.hex = "0101000054000180060001000a000000060002001100000014000300fd0000000000000000"
		       "0000000000009906000400003500000700"
		       "06006d6800000c00070014000000ffffffff08000800000000000800090080000000",
	},
	{
		"-A -u 10.0.0.1:5060 -s rr -p 60 --pe sip",
		IPVS_CMD_NEW_SERVICE,
		.service = {.family = 4, .protocol = IPPROTO_UDP},
		.address = "10.0.0.1",
		.port = 5060,
		.pool = {.scheduler = "rr",
			 .persistence_timeout_s = 60,
			 .persistence_engine = "sip"},
		.hex = "010100005c00018006000100020000000600020011000000140003000a0000010000000000"
		       "000000000000000600040013c40000070006007272000008000b00736970000c0007000100"
		       "0000ffffffff080008003c00000008000900ffffffff",
	},
	{
		"-D -t 10.0.0.1:80",
		IPVS_CMD_DEL_SERVICE,
		TCP_80,
		.names_only = true,
		.hex = "03010000" TCP_80_HEX,
	},
	{
		"-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 3 -x 20 -y 10",
		IPVS_CMD_NEW_DEST,
		TCP_80,
		.server = "192.168.0.1",
		.server_port = 8080,
		.settings = {.weight = 3, .upper_threshold = 20, .lower_threshold = 10},
		.hex = "05010000" TCP_80_HEX
		       "6000028006000b000200000014000100c0a80001000000000000000000000000060002001f"
		       "9000000800030000000000080004000300000005000d000000000006000e00000000000600"
		       "0f00000000000800050014000000080006000a000000",
	},
	{
		"-e -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 0",
		IPVS_CMD_SET_DEST,
		TCP_80,
		.server = "192.168.0.1",
		.server_port = 8080,
		.hex = "06010000" TCP_80_HEX
		       "6000028006000b000200000014000100c0a80001000000000000000000000000060002001f"
		       "9000000800030000000000080004000000000005000d000000000006000e00000000000600"
		       "0f000000000008000500000000000800060000000000",
	},
	{
		"-a -t 10.0.0.1:80 -r 192.168.0.2:80 -i --tun-type gue --tun-port 6080 --tun-csum",
		IPVS_CMD_NEW_DEST,
		TCP_80,
		.server = "192.168.0.2",
		.server_port = 80,
		.settings = {.weight = 1,
			     .forwarding = {CONFIG_LVS_TUN, CONFIG_TUNNEL_GUE, 6080,
					    CONFIG_TUNNEL_CSUM}},
		.hex = "05010000" TCP_80_HEX
		       "6000028006000b000200000014000100c0a800020000000000000000000000000600020000"
		       "5000000800030002000000080004000100000005000d000100000006000e0017c000000600"
		       "0f000100000008000500000000000800060000000000",
	},
	{
		"-a -t 10.0.0.1:80 -r 192.168.0.3:80 -i --tun-type gre",
		IPVS_CMD_NEW_DEST,
		TCP_80,
		.server = "192.168.0.3",
		.server_port = 80,
		.settings = {.weight = 1, .forwarding = {CONFIG_LVS_TUN, CONFIG_TUNNEL_GRE, 0, 0}},
		.hex = "05010000" TCP_80_HEX
		       "6000028006000b000200000014000100c0a800030000000000000000000000000600020000"
		       "5000000800030002000000080004000100000005000d000200000006000e00000000000600"
		       "0f000000000008000500000000000800060000000000",
	},
	{
		"-a -f 7 -6 -r [fd00::1]:0 -g",
		IPVS_CMD_NEW_DEST,
		.service = {.family = 6, .mark = 7},
		.server = "fd00::1",
		.settings = {.weight = 1, .forwarding = {CONFIG_LVS_DR, 0, 0, 0}},
		.hex = "05010000"
		       "14000180060001000a0000000800050007000000"
		       "6000028006000b000a00000014000100fd0000000000000000000000000000010600020000"
		       "0000000800030003000000080004000100000005000d000000000006000e00000000000600"
		       "0f000000000008000500000000000800060000000000",
	},
};

static void print_hex(const struct nlmsghdr *message, char *text)
{
	const uint8_t *bytes = (const uint8_t *)(message + 1);

	for (size_t i = 0; i < message->nlmsg_len - sizeof(*message); i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

static void compare(const struct nlmsghdr *message, const char *hex, const char *what)
{
	char text[2 * IPVS_MESSAGE_BYTES + 1] = "";

	assert_in_range(message->nlmsg_len, sizeof(*message), IPVS_MESSAGE_BYTES);
	assert_int_equal(message->nlmsg_type, FAMILY);
	assert_int_equal(message->nlmsg_flags, NLM_F_REQUEST);
	print_hex(message, text);
	if (strcmp(text, hex))
		print_message("ipvsadm %s\n", what);
	assert_string_equal(text, hex);
}

static struct nlmsghdr *build(const struct row *row, char *buffer)
{
	struct nlmsghdr *message = ipvs_message(buffer, FAMILY, row->command, 0);
	struct plane_service service = row->service;
	struct ipvs_service_id id;
	struct ipvs_service_settings settings;
	struct config_endpoint server;
	struct ipvs_server_settings server_settings;

	service.pool = &row->pool;
	if (row->address)
		service.endpoint = endpoint(row->address, row->port);
	id = ipvs_service_id_of(&service);
	settings = ipvs_service_settings_of(&service);
	ipvs_put_service(message, &id, row->server || row->names_only ? NULL : &settings);
	if (!row->server)
		return message;
	server = endpoint(row->server, row->server_port);
	server_settings = ipvs_server_settings_of(&row->settings);
	ipvs_put_server(message, &server, &server_settings);
	return message;
}

static void requests_are_those_of_ipvsadm(void **state)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		compare(build(&rows[i], buffer), rows[i].hex, rows[i].ipvsadm);
}

static void timeouts_are_those_of_ipvsadm(void **state)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = ipvs_message(buffer, FAMILY, IPVS_CMD_SET_CONFIG, 0);

	(void)state;
	ipvs_put_timeouts(message, &(struct ipvs_timeouts){900, 120, 300});
	compare(message, "0c01000008000400840300000800050078000000080006002c010000",
		"--set 900 120 300");
}

static void sync_daemons_are_those_of_ipvsadm(void **state)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = ipvs_message(buffer, FAMILY, IPVS_CMD_NEW_DAEMON, 0);
	struct config_lvs_sync sync = {
		.interface = "lo",
		.length_max = 1400,
		.port = 8848,
		.ttl = 1,
		.group = endpoint("224.0.0.81", 0).address,
	};

	(void)state;
	ipvs_put_sync(message, true, 3, &sync);
	compare(message,
		"090100003c0003800800010001000000070002006c6f00000800030003000000"
		"06000400780500000600070090220000050008000100000008000500e0000051",
		"--start-daemon=master");
	message = ipvs_message(buffer, FAMILY, IPVS_CMD_DEL_DAEMON, 0);
	ipvs_put_sync(message, false, 0, NULL);
	compare(message, "0a0100000c0003800800010002000000", "--stop-daemon=backup");
}

/* An answer of the kernel has the same attributes. */
static void what_is_written_is_read(void **state)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct plane_service service;
	struct ipvs_service_entry entry;
	struct ipvs_service_settings settings;
	struct ipvs_server_entry server;
	struct ipvs_server_settings server_settings;
	struct nlmsghdr *message;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		message = build(&rows[i], buffer);
		assert_true(ipvs_read_service(message, &entry));
		service = rows[i].service;
		service.pool = &rows[i].pool;
		settings = ipvs_service_settings_of(&service);
		if (!rows[i].server && !rows[i].names_only)
			assert_true(ipvs_service_settings_equal(&entry.settings, &settings));
		assert_int_equal(entry.id.mark, service.mark);
		assert_int_equal(entry.id.family, service.family);
		assert_int_equal(ipvs_read_server(message, 4, &server), rows[i].server != NULL);
		if (!rows[i].server)
			continue;
		server_settings = ipvs_server_settings_of(&rows[i].settings);
		assert_true(ipvs_server_settings_equal(&server.settings, &server_settings));
		assert_int_equal(server.endpoint.port, rows[i].server_port);
	}
}

/* Whatever its attributes' lengths are, reading stays within the message. */
static void a_cut_message_is_read_safely(void **state)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct ipvs_service_entry service;
	struct ipvs_server_entry server;
	struct nlmsghdr *message;
	uint32_t length;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		length = build(&rows[i], buffer)->nlmsg_len;
		for (uint32_t cut = sizeof(*message) + 4; cut < length; cut++) {
			message = memcpy(test_malloc(cut), buffer, cut);
			message->nlmsg_len = cut;
			ipvs_read_service(message, &service);
			ipvs_read_server(message, 6, &server);
			test_free(message);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_those_of_ipvsadm),
		cmocka_unit_test(timeouts_are_those_of_ipvsadm),
		cmocka_unit_test(sync_daemons_are_those_of_ipvsadm),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_cut_message_is_read_safely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
