/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which node owns which address. */
function color_of(name) {
	if (!state.colors.has(name))
		state.colors.set(name, "c" + state.colors.size % COLORS);
	return state.colors.get(name);
}

function owners_text(owners) {
	if (!owners)
		return "unknown";
	if (!owners.length)
		return "no node";
	return owners.join(" and ");
}

function own_name() {
	const status = state.snapshot && state.snapshot.status;
	return status && status.node ? status.node.name : "this node";
}

/* Without a heartbeat block the daemon has no name for its node. */
function node_name(name) {
	return name === "self" ? own_name() : name;
}

/* What each node reports of it; without heartbeats only this node is known. */
function roles_text(instance) {
	const roles = instance.nodes || [{node: own_name(), state: instance.state, priority: instance.effective_priority}];
	return roles.map(role => role.node + ": " + role.state + (role.fenced ? " but fenced" : "") +
		", priority " + role.priority).join("; ");
}

/* Those that need attention first, then in the order of the configuration. */
function instance_rows() {
	const rows = state.snapshot.vrrp.map(instance => ({key: instance.vrid + " " + instance.name, instance,
		owners: instance.owners && instance.owners.map(node_name)}));
	const is_odd = row => !row.owners || row.owners.length !== 1;
	return [...rows.filter(is_odd), ...rows.filter(row => !is_odd(row))];
}

function place_text(instance) {
	return "VRID " + instance.vrid + (instance.elsewhere ? ", on other nodes" : " on " + instance.interface);
}

function owners_since_ms(instance) {
	return instance.owners_since_unix_ns ? instance.owners_since_unix_ns / 1e6 : undefined;
}

function why_text(instance) {
	if (instance.elsewhere)
		return "This node does not run it. Its owner's page has the reason.";
	return instance.owners_reason || instance.reason;
}

const instance_columns = [
	{label: "Instance", head: true, show: (cell, row) => show_texts(cell, row.instance.name, place_text(row.instance))},
	{label: "Addresses", show: (cell, row) => show_texts(cell, row.instance.addresses.join(", ") || "none")},
	{label: "Owner", show: (cell, row) => {
		const single = row.owners && row.owners.length === 1;
		show_tag(cell, owners_text(row.owners), single ? "owner" : "bad", roles_text(row.instance));
	}},
	{label: "Since", className: "number", show: (cell, row) => {
		show_since(cell, {since_ms: owners_since_ms(row.instance)});
	}},
	{label: "Why", className: "why", show: (cell, row) => show_reason(cell,
		row.instance.owners_reason && owners_since_ms(row.instance), why_text(row.instance))},
];

function matches(row, text) {
	const words = [row.instance.name, ...row.instance.addresses, ...(row.owners || [])].join(" ").toLowerCase();
	return words.includes(text);
}

function show_instances() {
	const rows = instance_rows(), text = by_id("filter").value.trim().toLowerCase();
	const found = text ? rows.filter(row => matches(row, text)) : rows;
	const shown = state.all_instances ? found : found.slice(0, ROWS_MAX);
	by_id("filter-row").hidden = rows.length < FILTER_FROM;
	set_text(by_id("filter-count"), text ? found.length + " of " + rows.length : "");
	fill_table(by_id("instances"), instance_columns, shown);
	const button = by_id("all-instances");
	button.hidden = found.length <= ROWS_MAX;
	set_text(button, state.all_instances ? "Show the first " + ROWS_MAX : "Show all " + found.length + " instances");
	const empty = by_id("instances-empty");
	empty.hidden = shown.length > 0;
	set_text(empty, rows.length ? "No instance matches." : "No VRRP instances: none is configured.");
}
