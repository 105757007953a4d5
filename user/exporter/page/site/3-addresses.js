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
	return roles.map(role => role.node + ": " + role.state + ", priority " + role.priority).join("; ");
}

function instance_rows() {
	return state.snapshot.vrrp.map(instance => ({key: instance.name, instance,
		owners: instance.owners && instance.owners.map(node_name)}));
}

const instance_columns = [
	{label: "Instance", head: true, show: (cell, row) => show_texts(cell, row.instance.name,
		"VRID " + row.instance.vrid + " on " + row.instance.interface)},
	{label: "Addresses", show: (cell, row) => show_texts(cell, row.instance.addresses.join(", ") || "none")},
	{label: "Owner", show: (cell, row) => {
		const single = row.owners && row.owners.length === 1;
		show_tag(cell, owners_text(row.owners), single ? "owner" : "bad", roles_text(row.instance));
	}},
	{label: "Since", className: "number", show: (cell, row) => {
		const ns = row.instance.owners_since_unix_ns;
		show_texts(cell, ns ? clock(ns / 1e6) : "unknown", ns ? ago(ns / 1e6) : "");
	}},
	{label: "Why", className: "why", show: (cell, row) => show_texts(cell, row.instance.owners_reason || row.instance.reason)},
];

function matches(row, text) {
	const words = [row.key, ...row.instance.addresses, ...(row.owners || [])].join(" ").toLowerCase();
	return words.includes(text);
}

function show_instances() {
	const rows = instance_rows(), text = by_id("filter").value.trim().toLowerCase();
	const shown = text ? rows.filter(row => matches(row, text)) : rows;
	by_id("filter-row").hidden = rows.length < FILTER_FROM;
	set_text(by_id("filter-count"), text ? shown.length + " of " + rows.length : "");
	fill_table(by_id("instances"), instance_columns, shown);
	const empty = by_id("instances-empty");
	empty.hidden = shown.length > 0;
	set_text(empty, rows.length ? "No instance matches." :
		"No VRRP instances on this node: none is configured, or this node is a witness.");
}

