/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Server pools: what of each gets connections, and why the rest does not. */
const server_tones = {up: "good", drain: "warn", maintenance: "warn", down: "bad"};

function pool_rows() {
	const pools = state.snapshot.pools ? state.snapshot.pools.pools : [];
	return pools.map(pool => ({key: pool.name, pool, since_ms: time_of(pool.state_age_ns)}));
}

function server_rows() {
	const rows = [];
	for (const {pool} of pool_rows())
		for (const server of pool.servers || [])
			rows.push({key: pool.name + " " + server.address, pool, server, since_ms: time_of(server.state_age_ns)});
	const is_up = row => row.server.state === "up";
	return [...rows.filter(row => !is_up(row)), ...rows.filter(is_up)];
}

function servers_text(pool) {
	const counts = Object.entries(pool.servers_by_state || {}).filter(([, count]) => count);
	return counts.length ? counts.map(([name, count]) => count + " " + name).join(", ") : "none";
}

function pool_note(pool) {
	if (pool.suspended)
		return "not checked: its address is on another node";
	return pool.sorry_active ? "the sorry server answers" : "";
}

/* The weight in the data plane, and the configured one where it is another. */
function weight_text(server) {
	return server.weight === server.configured_weight ? "" : "configured: " + server.configured_weight;
}

function server_note(server) {
	return server.mode === "ready" ? "" : "by an operator";
}

const pool_columns = [
	{label: "Pool", head: true, show: (cell, row) => show_texts(cell, row.pool.name, pool_note(row.pool))},
	{label: "Quorum", show: (cell, row) => show_tag(cell, row.pool.state, row.pool.suspended ? "" : row.pool.state === "up" ? "good" : "bad")},
	{label: "Servers", show: (cell, row) => show_texts(cell, servers_text(row.pool))},
	{label: "Weight alive", className: "number", show: (cell, row) => show_texts(cell, String(row.pool.quorum.alive_weight),
		"needed: " + row.pool.quorum.weight)},
	{label: "Since", className: "number", show: show_since},
	{label: "Why", className: "why", show: (cell, row) => show_reason(cell, row.since_ms, row.pool.reason)},
];

const server_columns = [
	{label: "Server", head: true, show: (cell, row) => show_texts(cell, row.server.address, row.pool.name)},
	{label: "State", show: (cell, row) => show_tag(cell, row.server.state, server_tones[row.server.state] || "bad", server_note(row.server))},
	{label: "Weight", className: "number", show: (cell, row) => show_texts(cell, String(row.server.weight), weight_text(row.server))},
	{label: "Connections", className: "number", show: (cell, row) => {
		const counters = row.server.counters || {};
		show_texts(cell, counters.active === undefined ? "not counted" : counters.active + " open",
			counters.connections === undefined ? "" : counters.connections + " in all");
	}},
	{label: "Since", className: "number", show: show_since},
	{label: "Why", className: "why", show: (cell, row) => show_reason(cell, row.since_ms, row.server.reason)},
];

/* What all pools depend on. */
function workers_text() {
	const {checker, plane} = state.snapshot.pools || {}, texts = [];
	if (checker && checker.state === "away")
		texts.push("xbeat-checker is not running: all servers keep their last state (" +
			(checker.reason || "unknown reason") + ").");
	if (plane && plane.state === "missing")
		texts.push("No data plane forwards connections: " + (plane.reason || "unknown reason") + ".");
	return texts.join(" ");
}

function show_pools() {
	const rows = server_rows(), pools = pool_rows();
	const shown = state.all_servers ? rows : rows.slice(0, ROWS_MAX), button = by_id("all-servers");
	by_id("pools-part").hidden = by_id("pools-link").hidden = pools.length === 0;
	set_text(by_id("pools-workers"), workers_text());
	by_id("pools-workers").hidden = !workers_text();
	fill_table(by_id("pools"), pool_columns, pools);
	fill_table(by_id("servers"), server_columns, shown);
	by_id("servers-heading").hidden = by_id("servers").hidden;
	button.hidden = rows.length <= ROWS_MAX;
	set_text(button, state.all_servers ? "Show the first " + ROWS_MAX : "Show all " + rows.length + " servers");
}

