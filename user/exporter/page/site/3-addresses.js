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

/* What each node reports of it, owners first; without heartbeats only this node is known. */
function roles_of(instance, owners) {
	const roles = instance.nodes || [{node: own_name(), state: instance.state, priority: instance.effective_priority}];
	const is_owner = role => owners && owners.includes(role.node);
	return [...roles.filter(is_owner), ...roles.filter(role => !is_owner(role))];
}

function verdict_of(node) {
	const peer = (state.snapshot.peers || []).find(one => one.name === node);
	return peer ? peer.verdict : "up";
}

/* What a node reported before it was fenced or fell silent is not its role now. */
function role_text(role) {
	const reported = [role.state, role.priority === undefined ? "" : "priority " + role.priority].filter(Boolean).join(", ");
	const verdict = verdict_of(role.node);
	if (!role.fenced && verdict === "up")
		return role.node + ": " + (reported || "reports nothing");
	return role.node + ": " + (role.fenced ? "fenced, does not answer" : verdict) +
		(reported ? " (last reported " + reported + ")" : "");
}

function is_backup(role) {
	return role.state === "backup" && !role.fenced && verdict_of(role.node) === "up";
}

function show_owner(cell, row) {
	const single = row.owners && row.owners.length === 1, roles = roles_of(row.instance, row.owners);
	if (!cell.firstChild)
		make("span", null, cell);
	cell.firstChild.className = "tag " + (single ? "owner" : "bad");
	set_text(cell.firstChild, owners_text(row.owners));
	while (cell.childNodes.length > roles.length + 1)
		cell.lastChild.remove();
	roles.forEach((role, index) => set_text(cell.childNodes[index + 1] || make("small", null, cell), role_text(role)));
}

/* Who answers, and who could. */
function answer_text(row) {
	const addresses = row.instance.addresses, more = addresses.length - 1;
	const name = row.instance.name + (more < 0 ? "" : " " + addresses[0].split("/")[0] + (more ? " and " + more + " more" : ""));
	if (!row.owners)
		return name + ": it is not known which node answers";
	const text = name + (more > 0 ? " are" : " is") + " answered by " + owners_text(row.owners);
	if (!row.instance.nodes)
		return text;
	const backups = row.instance.nodes.filter(is_backup).map(role => role.node).filter(node => !row.owners.includes(node));
	return text + "; " + (backups.length ? "backups: " + backups.join(", ") : "no backup");
}

function needs_attention(row) {
	return !row.owners || row.owners.length !== 1;
}

const ANSWERS_MAX = 4;

/* Those that need attention first; of many others one line. */
function show_answers() {
	const rows = instance_rows(), shown = rows.slice(0, ANSWERS_MAX), list = by_id("answers");
	const rest = rows.slice(ANSWERS_MAX), odd = rest.filter(needs_attention).length;
	const lines = shown.map(row => ({text: answer_text(row) + ".", bad: needs_attention(row)}));
	if (rest.length)
		lines.push({bad: odd > 0, text: (odd ? odd + " more without a single owner" : rest.length +
			" more: each is answered by one node") + "."});
	while (list.children.length > lines.length)
		list.lastChild.remove();
	lines.forEach((line, index) => {
		const item = list.children[index] || make("li", null, list);
		item.className = line.bad && is_current() ? "tag bad" : "";
		set_text(item, (is_current() ? "" : "Before: ") + line.text);
	});
}

/* Those that need attention first, then in the order of the configuration. */
function instance_rows() {
	const rows = state.snapshot.vrrp.map(instance => ({key: instance.vrid + " " + instance.name, instance,
		owners: instance.owners && instance.owners.map(node_name)}));
	return [...rows.filter(needs_attention), ...rows.filter(row => !needs_attention(row))];
}

function place_text(instance) {
	return "VRID " + instance.vrid + (instance.elsewhere ? ", on other nodes" : " on " + instance.interface);
}

/* How long this node saw no single owner is no measure of an outage: only the events have it. */
function without_figure(reason) {
	return reason.replace(/ \(no single owner was reported for [^()]*\)$/, "");
}

function owners_since_ms(instance) {
	return instance.owners_since_unix_ns ? instance.owners_since_unix_ns / 1e6 : undefined;
}

function why_text(instance) {
	if (instance.elsewhere)
		return "This node does not run it. Its owner's page has the reason.";
	return without_figure(instance.owners_reason || instance.reason || "");
}

const instance_columns = [
	{label: "Instance", head: true, show: (cell, row) => show_texts(cell, row.instance.name, place_text(row.instance))},
	{label: "Addresses", show: (cell, row) => show_texts(cell, row.instance.addresses.join(", ") || "none")},
	{label: "Owner", className: "roles", show: show_owner},
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
