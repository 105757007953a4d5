// SPDX-License-Identifier: GPL-2.0-or-later
/* Mail in global_defs, instances and sync groups: values, precedence, and the errors of invalid
 * ones. */
#include "tests/unit/config/fixture.h"

#define SERVED "global_defs {\nnotification_email {\na@x b@x\nc@x\n}\nsmtp_server mail.x 26\n"
#define TWO                                                                                        \
	INSTANCE VIPS "}\nvrrp_instance W {\ninterface eth0\nvirtual_router_id 2\n"                \
		      "virtual_ipaddress { 10.0.0.8 }\n%s\n}\n"                                    \
		      "vrrp_sync_group G {\ngroup { V W }\n%s\n}\n"

static void values(void **state)
{
	struct config *config = fixture_parse(
		SERVED "notification_email { d@x }\nnotification_email_from e@x\nsmtp_helo_name h\n"
		       "smtp_connect_timeout 4\nno_email_faults\n}\n" INSTANCE VIPS "}",
		"");
	const struct config_mail *mail = &config->mail;
	static const char *const recipients[] = {"a@x", "b@x", "c@x", "d@x"};

	(void)state;
	assert_int_equal(mail->recipient_count, 4);
	for (size_t i = 0; i < mail->recipient_count; i++)
		assert_string_equal(mail->recipients[i], recipients[i]);
	assert_null(mail->recipients[4]);
	assert_string_equal(mail->server, "mail.x");
	assert_int_equal(mail->port, 26);
	assert_string_equal(mail->from, "e@x");
	assert_string_equal(mail->helo, "h");
	assert_int_equal(mail->timeout_s, 4);
	assert_true(mail->no_faults);
	assert_false(config->instances[0].notify.mail);
	config_free(config);
}

static void defaults(void **state)
{
	struct config *config =
		fixture_parse("global_defs { smtp_server ::1 }\n" INSTANCE VIPS "}", "");

	(void)state;
	assert_null(config->mail.recipients);
	assert_int_equal(config->mail.port, 25);
	assert_null(config->mail.from);
	assert_null(config->mail.helo);
	assert_int_equal(config->mail.timeout_s, 30);
	assert_false(config->mail.no_faults);
	config_free(config);

	config = fixture_parse(
		"global_defs { smtp_server m\nsmtp_connect_timeout 0\n}\n" INSTANCE VIPS "}", "");
	assert_int_equal(config->mail.timeout_s, 1); /* as keepalived */
	config_free(config);
}

/* V has no smtp_alert of its own. */
static const struct {
	const char *globals, *of_w, *of_group;
	bool v, w, group;
} precedence[] = {
	{"", "", "", false, false, false},
	{"smtp_alert", "", "", true, true, true},
	{"smtp_alert", "smtp_alert no", "smtp_alert off", true, false, false},
	{"smtp_alert\nsmtp_alert_vrrp off", "smtp_alert", "", false, true, false},
	{"smtp_alert_vrrp\nsmtp_alert off", "", "", true, true, true},
	{"", "", "smtp_alert", false, false, true},
};

/* An own statement before smtp_alert_vrrp before smtp_alert, wherever they stand. */
static void who_mails(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(precedence) / sizeof(precedence[0]); i++) {
		char text[1024];
		struct config *config;

		snprintf(text, sizeof(text), TWO SERVED "%s\n}\n", precedence[i].of_w,
			 precedence[i].of_group, precedence[i].globals);
		config = fixture_parse(text, "");
		assert_int_equal(config->instances[0].notify.mail, precedence[i].v);
		assert_int_equal(config->instances[1].notify.mail, precedence[i].w);
		assert_int_equal(config->groups[0].notify.mail, precedence[i].group);
		config_free(config);
	}
}

static void wrong_keywords(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\nglobal_defs {\nsmtp_server m 0\nsmtp_connect_timeout x\n"
			       "smtp_alert perhaps\nsmtp_helo_name\nnotification_email { }\n}",
		 "8:15: error: '0' is not a port; 1 to 65535 is allowed\n"
		 "9:22: error: 'x' is not a whole number; write \"smtp_connect_timeout 0-4294\"\n"
		 "10:12: error: 'perhaps' is neither on nor off; write \"smtp_alert [on|off]\"\n"
		 "11:1: error: smtp_helo_name lacks a value; write \"smtp_helo_name NAME\"\n"
		 "12:1: warning: notification_email is empty; write \"notification_email { ADDRESS ... }\", or remove it\n"},
		{INSTANCE VIPS
		 "}\nglobal_defs {\nnotification_email { \"A B <a@x>\" }\nnotification_email_from <a@x>\n}",
		 "8:22: warning: 'A B <a@x>' is more than a mail address, which servers refuse; write \"user@example.org\"\n"
		 "9:25: warning: '<a@x>' is more than a mail address, which servers refuse; write \"user@example.org\"\n"},
		{INSTANCE VIPS "smtp_alert\n}\nglobal_defs { notification_email { a@x } }",
		 "2:1: warning: smtp_alert sends nothing without a server; add \"smtp_server HOST\" to global_defs\n"},
		{INSTANCE VIPS "smtp_alert\n}\nglobal_defs { smtp_server m }",
		 "2:1: warning: smtp_alert sends nothing without recipients; add \"notification_email { ADDRESS }\" to global_defs\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(defaults),
		cmocka_unit_test(who_mails),
		cmocka_unit_test(wrong_keywords),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
