// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a snapshot is a problem, how severe it is, and whether the node is healthy. */
#include "user/health/health.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Judges a snapshot, in which ' stands for ". */
static json_t *judge(const char *text)
{
	char quoted[2048];
	json_t *snapshot, *health;

	assert_true(snprintf(quoted, sizeof(quoted), "%s", text) < (int)sizeof(quoted));
	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	snapshot = json_loads(quoted, 0, NULL);
	assert_non_null(snapshot);
	health = health_judge(snapshot);
	json_decref(snapshot);
	return health;
}

static const char *text_of(const json_t *problem, const char *name)
{
	const char *text = json_string_value(json_object_get(problem, name));

	assert_non_null(text);
	assert_true(*text != '\0');
	return text;
}

/* problems: "severity kind subject, …", in their order. */
static void expect(const char *snapshot, const char *problems)
{
	json_t *health = judge(snapshot), *problem;
	char found[1024] = "";
	size_t index;

	json_array_foreach(json_object_get(health, "problems"), index, problem)
	{
		size_t used = strlen(found);

		text_of(problem, "text");
		text_of(problem, "remedy");
		snprintf(found + used, sizeof(found) - used, "%s%s %s %s", used ? ", " : "",
			 text_of(problem, "severity"), text_of(problem, "kind"),
			 text_of(problem, "subject"));
	}
	assert_string_equal(found, problems);
	assert_int_equal(json_is_true(json_object_get(health, "healthy")),
			 !strstr(found, "error") && !strstr(found, "warning"));
	json_decref(health);
}

static void nothing_is_wrong(void **state)
{
	(void)state;
	expect("{}", "");
	expect("{'status':{'state':'running','interfaces':[{'name':'eth0','mode':'native',"
	       "'vlan_tags':'visible'}],'waiting_interfaces':[],'disagreements':[],"
	       "'links':[{'interface':'eth0','bad':false,'reason':'r'}],'runner':{'pid':7}},"
	       "'peers':[{'name':'b','verdict':'up','links':[{'interface':'eth0','verdict':'up'}]}],"
	       "'vrrp':[{'name':'VI_1','vrid':51,'family':'ipv4','state':'backup'}],"
	       "'cluster':{'nodes':[{'name':'a','self':true,'state':'running'}],"
	       "'instances':[{'name':'VI_1','vrid':51,'family':4,'nodes':[{'node':'a',"
	       "'state':'backup'},{'node':'b','state':'active'}]}]},"
	       "'app':[{'name':'web','state':'beating'}],"
	       "'tracking':[{'kind':'script','name':'chk','status':'up'}],'drops':{'bad_tag':3}}",
	       "");
}

static void peers_that_are_not_up(void **state)
{
	(void)state;
	expect("{'peers':[{'name':'b','verdict':'down','reason':'r'},{'name':'c','verdict':'up'},"
	       "{'name':'d','verdict':'released','reason':'r'}]}",
	       "warning peer b, warning peer d");
}

static void links_of_peers(void **state)
{
	(void)state;
	expect("{'peers':[{'name':'b','verdict':'up','degraded':true,'links':["
	       "{'interface':'eth0','verdict':'up'},{'interface':'eth1','verdict':'down'}]}]}",
	       "warning link b");
	/* Of a node that is down the verdict is enough. */
	expect("{'peers':[{'name':'b','verdict':'down','links':[{'interface':'eth0',"
	       "'verdict':'down'}]}]}",
	       "warning peer b");
	expect("{'peers':[{'name':'b','verdict':'up','links':[{'interface':'eth0',"
	       "'verdict':'up','send_error':'e','replies_missing_age_ns':5}]}]}",
	       "warning link b, warning link b");
}

static void late_applications(void **state)
{
	(void)state;
	expect("{'peers':[{'name':'b','verdict':'up','late_apps':['web']}],"
	       "'app':[{'name':'db','state':'late'},{'name':'x','state':'unopened'},"
	       "{'name':'y','state':'beating'}]}",
	       "warning app b, warning app db, warning app x");
	expect("{'peers':[{'name':'b','verdict':'down','late_apps':['web']}]}", "warning peer b");
}

static void this_node(void **state)
{
	(void)state;
	expect("{'status':{'isolated':true,'isolated_reason':'r','guard_refused_reason':'r',"
	       "'disagreements':[{'subject':'heartbeat/interval','text':'t'}],'runner':{'pid':0}}}",
	       "error isolated self, warning guard self, warning disagreement heartbeat/interval, "
	       "warning runner self");
}

static void what_an_operator_asked_for_is_healthy(void **state)
{
	(void)state;
	expect("{'status':{'state':'draining','restarting':true,'scheduling':{'reason':'r'}},"
	       "'vrrp':[{'name':'VI_1','active_address':'10.0.0.2','obstacles':["
	       "{'kind':'drained','text':'t'}]}],"
	       "'cluster':{'nodes':[{'name':'a','self':true,'state':'draining'},"
	       "{'name':'b','state':'draining'},{'name':'c','daemon':'restarting'}]},"
	       "'tracking':[{'kind':'script','name':'chk','status':'down','reason':'r'}]}",
	       "info stays_away VI_1, info draining self, info restart self, info scheduling self, "
	       "info draining b, info restart c, info tracked chk");
}

static void interfaces(void **state)
{
	(void)state;
	expect("{'status':{'interfaces':[{'name':'eth0','detached_reason':'r'},"
	       "{'name':'eth1','vlan_tags':'unknown'}],"
	       "'waiting_interfaces':[{'interface':'eth2','reason':'r','age_ns':9}],"
	       "'links':[{'interface':'eth3','bad':true,'reason':'r'},"
	       "{'interface':'eth4','bad':false,'waiting_for':'10.0.0.1'}]}}",
	       "error detached eth0, warning vlan_tags eth1, warning waiting eth2, "
	       "warning link eth3, warning waiting eth4");
	expect("{'status':{'chain':[{'interface':'eth0','program_id':7,'runs':true},"
	       "{'interface':'eth1','program_id':8,'runs':false}]}}",
	       "warning chain eth1");
	expect("{'status':{'interfaces':[{'name':'vlan7','vlan_tags':'tc','foreign_programs':["
	       "{'interface':'eth0','text':'t','before_ours':true},"
	       "{'interface':'vlan7','text':'t','before_ours':false}]}]}}",
	       "info foreign vlan7");
}

static void owners(void **state)
{
	(void)state;
	expect("{'cluster':{'instances':[{'name':'VI_1','vrid':51,'family':4,'nodes':["
	       "{'node':'a','state':'active'},{'node':'b','state':'active'}]},"
	       "{'name':'VI_2','vrid':52,'family':4,'nodes':[{'node':'a','state':'backup'},"
	       "{'node':'b'}]}]},"
	       /* VI_1 and VI_2 are in cluster already; the others are known by adverts alone */
	       "'vrrp':[{'name':'VI_1','vrid':51,'family':'ipv4','state':'active'},"
	       "{'name':'VI_2','vrid':52,'family':'ipv4','state':'backup'},"
	       "{'name':'VI_6','vrid':52,'family':'ipv6','state':'backup'},"
	       "{'name':'VI_3','vrid':53,'family':'ipv4','state':'active'},"
	       "{'name':'VI_4','vrid':54,'family':'ipv4','state':'backup',"
	       "'active_address':'10.0.0.9'}]}",
	       "error owners VI_1, error no_owner VI_2, error no_owner VI_6");
	/* One that is fenced is none, and what this node concludes counts more than reports. */
	expect("{'cluster':{'instances':[{'name':'VI_1','vrid':51,'family':4,'nodes':["
	       "{'node':'a','state':'active','fenced':true},{'node':'b','state':'active'}]},"
	       "{'name':'VI_2','vrid':52,'family':4,'nodes':["
	       "{'node':'a','state':'active'},{'node':'b','state':'active'}]}]},"
	       "'vrrp':[{'name':'VI_2','vrid':52,'family':'ipv4','state':'active','owners':['b']},"
	       "{'name':'VI_3','vrid':53,'family':'ipv4','state':'backup','owners':[]},"
	       "{'name':'VI_4','vrid':54,'family':'ipv4','state':'active','owners':['a','b']}]}",
	       "error no_owner VI_3, error owners VI_4");
}

static void instances(void **state)
{
	(void)state;
	expect("{'vrrp':[{'name':'VI_1','state':'active','guard':{'fenced':true},"
	       "'adverts':{'failure':'e','failing_ns':5},"
	       "'auth_hmac':{'notes':[{'kind':'missing','text':'t','age_ns':5}]}},"
	       "{'name':'VI_2','state':'backup','active_address':'10.0.0.9','foreign_addresses':["
	       "{'instance':'VI_2','address':'10.0.0.100/32','interface':'eth0'}]},"
	       "{'name':'VI_3','state':'initialize','active_address':'10.0.0.9','obstacles':["
	       "{'kind':'tracked','text':'t'},{'kind':'operator','text':'t'}]}]}",
	       "error fenced VI_1, error adverts VI_1, error foreign_address VI_2, "
	       "warning signature VI_1, warning fault VI_3, info stays_away VI_3");
}

static void pools(void **state)
{
	(void)state;
	expect("{'pools':{'checker':{'state':'running'},'plane':{'name':'ipvs','state':'works'},"
	       "'pools':[{'name':'p','state':'up','servers_by_state':{'up':1},"
	       "'servers':[{'address':'s','state':'up','mode':'ready'}]}]}}",
	       "");
	expect("{'pools':{'checker':{'state':'away'},"
	       "'plane':{'name':'ipvs','state':'missing','reason':'r'},'pools':[]}}",
	       "error plane ipvs, warning checker self");
	expect("{'pools':{'pools':[{'name':'p','state':'down','quorum':{'weight':1},"
	       "'servers_by_state':{'down':2},'servers':["
	       "{'address':'s','state':'down','checks':[{'held_ns':5}]},"
	       "{'address':'t','state':'down','checks':[{}]}]},"
	       "{'name':'q','state':'down','suspended':true,'servers_by_state':{'down':1}}]}}",
	       "error pool p, warning flapping s, warning server t");
	expect("{'pools':{'pools':[{'name':'p','state':'up','servers':["
	       "{'address':'s','state':'drain','mode':'drain','plane_refused_reason':'r'},"
	       "{'address':'t','state':'maintenance','mode':'maintenance'}]}]}}",
	       "error plane s, info draining s, info draining t");
	expect("{'pools':{'pools':[{'name':'p','state':'up','servers':["
	       "{'address':'s','state':'up','checks':[{},{'failed_here':true,'reason':'r'}]},"
	       "{'address':'t','state':'up','checks':[{'failed_here':true,'reason':'r'}]}]},"
	       "{'name':'q','suspended':true,'servers':["
	       "{'address':'u','checks':[{'failed_here':true,'reason':'r'}]}]}]}}",
	       "warning check p");
}

/* One problem stands for many servers, also where a snapshot does not list them. */
static void pools_with_many_servers_down(void **state)
{
	(void)state;
	expect("{'pools':{'pools':[{'name':'p','state':'up','servers_by_state':{'down':4},"
	       "'servers':[{'state':'down'},{'state':'down'},{'state':'down'},{'state':'down'}]},"
	       "{'name':'q','state':'up','servers_by_state':{'down':1}}]}}",
	       "warning server p, warning server q");
}

static void since_when(void **state)
{
	json_t *health = judge("{'peers':[{'name':'b','verdict':'down','verdict_age_ns':31},"
			       "{'name':'c','verdict':'down'},{'name':'d','verdict':'up',"
			       "'degraded':true,'links':[{'interface':'eth1','verdict':'down',"
			       "'verdict_age_ns':37}]}]}");
	const json_t *problems = json_object_get(health, "problems");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(json_array_get(problems, 0), "age_ns")),
			 31);
	assert_null(json_object_get(json_array_get(problems, 1), "age_ns"));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(problems, 2), "age_ns")),
			 37);
	json_decref(health);
}

/* The first problem has exactly this text, remedy and reason; "": none. */
static void expect_texts(const char *snapshot, const char *text, const char *remedy,
			 const char *reason)
{
	json_t *health = judge(snapshot);
	const json_t *problem = json_array_get(json_object_get(health, "problems"), 0);
	const json_t *found = json_object_get(problem, "reason");

	assert_string_equal(text_of(problem, "text"), text);
	assert_string_equal(text_of(problem, "remedy"), remedy);
	assert_string_equal(found ? json_string_value(found) : "", reason);
	json_decref(health);
}

#define HERE "'status':{'node':{'name':'c'}},"

/* bpftool lists no filters but BPF programs. */
static void what_shows_a_foreign_program(void **state)
{
	(void)state;
	expect_texts("{'status':{'interfaces':[{'name':'vlan7','foreign_programs':["
		     "{'interface':'eth0','hook':'tc','text':'t','before_ours':true}]}]}}",
		     "t", "see what it does, on this node run: tc filter show dev eth0 ingress",
		     "");
	expect_texts("{'status':{'interfaces':[{'name':'vlan7','foreign_programs':["
		     "{'interface':'eth0','hook':'xdp','text':'t','before_ours':true}]}]}}",
		     "t", "see what it does, on this node run: bpftool net show dev eth0", "");
}

static void names_in_what_to_do(void **state)
{
	(void)state;
	expect_texts("{" HERE "'peers':[{'name':'b','verdict':'unreachable','reason':'r','links':["
		     "{'interface':'eth0','address':'10.0.0.2'},"
		     "{'interface':'eth1','address':'10.1.0.2'}]}]}",
		     "b is unreachable: other nodes hear it, this node does not",
		     "check the network between c and b on eth0 (10.0.0.2), eth1 (10.1.0.2)", "r");
	expect_texts("{" HERE "'peers':[{'name':'a','verdict':'fenced','reason':'r'}]}",
		     "a is fenced: its kernel no longer answers for its addresses",
		     "on a run: xbeatctl explain a", "r");
	/* One that is dead answers no command. */
	expect_texts("{" HERE "'peers':[{'name':'a','verdict':'fenced','daemon':'dead',"
		     "'reason':'r'}]}",
		     "a is fenced: its kernel no longer answers for its addresses",
		     "on a run: systemctl start xbeatd; its log there has why it ended", "r");
	expect_texts("{" HERE "'peers':[{'name':'b','verdict':'up','degraded':true,'links':["
		     "{'interface':'eth0','address':'10.0.0.2','verdict':'up'},"
		     "{'interface':'eth1','address':'10.1.0.2','verdict':'down',"
		     "'verdict_age_ns':31}]}]}",
		     "b is not up on all its links: eth1 is down",
		     "check the network between c and b on eth1 (10.1.0.2); until then its "
		     "heartbeats depend on eth0 alone",
		     "");
	expect_texts("{'vrrp':[{'name':'VI_1','active_address':'10.0.0.9','obstacles':[{"
		     "'kind':'operator','text':'t'}]}]}",
		     "VI_1 cannot become Active here: t",
		     "to end it, on this node run: xbeatctl resume VI_1", "");
	/* A command with a name that a shell reads otherwise is not to be copied. */
	expect_texts(
		"{'vrrp':[{'name':'x;reboot','active_address':'10.0.0.9','obstacles':[{'kind':'operator',"
		"'text':'t'}]}]}",
		"x;reboot cannot become Active here: t",
		"to end it, on this node run: xbeatctl resume NAME", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wrong),
		cmocka_unit_test(peers_that_are_not_up),
		cmocka_unit_test(links_of_peers),
		cmocka_unit_test(late_applications),
		cmocka_unit_test(this_node),
		cmocka_unit_test(what_an_operator_asked_for_is_healthy),
		cmocka_unit_test(interfaces),
		cmocka_unit_test(owners),
		cmocka_unit_test(instances),
		cmocka_unit_test(pools),
		cmocka_unit_test(pools_with_many_servers_down),
		cmocka_unit_test(since_when),
		cmocka_unit_test(what_shows_a_foreign_program),
		cmocka_unit_test(names_in_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
