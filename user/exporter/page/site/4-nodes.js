/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes and links. */
const verdict_tones = {up: "good", released: "warn"};

function verdict_text(peer) {
	return peer.verdict + (peer.degraded ? ", but not on all links" : "");
}

/* When it was, by its age in the snapshot; undefined: it is unknown. */
function time_of(age_ns) {
	return age_ns === undefined ? undefined : state.taken_ms - age_ns / 1e6;
}

function bad_links(peer) {
	return (peer.links || []).filter(link => link.verdict !== "up");
}

function degraded_text(peer) {
	return bad_links(peer).map(link => link.interface + " is " + link.verdict +
		(link.verdict_age_ns === undefined ? "" : " since " + clock(time_of(link.verdict_age_ns)))).join("; ");
}

function degraded_ms(peer) {
	const ages = bad_links(peer).map(link => link.verdict_age_ns).filter(age_ns => age_ns !== undefined);
	return ages.length ? time_of(Math.max(...ages)) : undefined;
}

function node_rows() {
	const snapshot = state.snapshot, status = snapshot.status, rows = [];
	rows.push({key: "self", name: own_name(), self: true, verdict: status.isolated ? "isolated" : status.state,
		tone: status.isolated ? "bad" : status.state === "running" ? "good" : "warn",
		reason: status.isolated_reason || "this node, since its xbeatd started", live: !status.isolated,
		since_ms: time_of(status.isolated ? status.isolated_age_ns : status.uptime_ns), version: status.version});
	for (const peer of snapshot.peers || []) {
		rows.push({key: "peer " + peer.name, name: peer.name, verdict: verdict_text(peer),
			tone: peer.degraded ? "warn" : verdict_tones[peer.verdict] || "bad",
			since_ms: peer.degraded ? degraded_ms(peer) : time_of(peer.verdict_age_ns),
			reason: peer.degraded ? degraded_text(peer) : peer.reason, live: peer.degraded,
			witness: peer.witness, version: peer.version});
	}
	return rows;
}

function node_notes(row) {
	const notes = [];
	if (row.self)
		notes.push("this node");
	if (row.witness)
		notes.push("witness: takes no addresses");
	if (row.version)
		notes.push("xbeat " + row.version);
	return notes.join(", ");
}

function show_since(cell, row) {
	if (row.since_ms === undefined)
		show_texts(cell, "unknown");
	else
		show_time(cell, row.since_ms, clock(row.since_ms), ago(row.since_ms));
}

const node_columns = [
	{label: "Node", head: true, show: (cell, row) => show_texts(cell, row.name, node_notes(row))},
	{label: "Verdict", show: (cell, row) => show_tag(cell, row.verdict, row.tone)},
	{label: "Since", className: "number", show: show_since},
	{label: "Why", className: "why", show: (cell, row) => show_reason(cell, !row.live && row.since_ms, row.reason)},
];

function link_rows() {
	const rows = [];
	for (const peer of state.snapshot.peers || [])
		for (const link of peer.links || [])
			rows.push({key: peer.name + " " + link.interface + " " + link.address, peer: peer.name, link});
	return rows;
}

function draw_spark(cell, row) {
	const points = state.rtt.get(row.key) || [];
	const known = points.filter(value => value !== null), space = "http://www.w3.org/2000/svg";
	let svg = cell.querySelector("svg");
	if (!svg) {
		svg = document.createElementNS(space, "svg");
		svg.setAttribute("class", "spark");
		svg.setAttribute("role", "img");
		svg.setAttribute("viewBox", "0 0 " + RTT_POINTS + " 20");
		svg.setAttribute("preserveAspectRatio", "none");
		svg.append(document.createElementNS(space, "path"));
		cell.append(svg, make("small"));
		cell.lastChild.setAttribute("aria-hidden", "true"); /* the picture has the same text */
	}
	const top = Math.max(...known, 1);
	let path = "", pen = "M";
	points.forEach((value, index) => {
		if (value === null) {
			pen = "M";
			return;
		}
		path += pen + index + " " + (19 - 18 * value / top).toFixed(1);
		pen = "L";
	});
	svg.firstChild.setAttribute("d", path);
	const text = row.link.verdict !== "up" ? no_round_trips(row.link) : known.length ? "median " + rtt_text(Math.min(...known)) + " to " + rtt_text(Math.max(...known)) +
		" in " + count_of(points.length, "second", "seconds") : "no round trips seen yet";
	svg.setAttribute("aria-label", "RTT to " + row.peer + " on " + row.link.interface + ": " + text);
	set_text(cell.lastChild, text);
}

function no_round_trips(link) {
	return link.age_ns === undefined ? "no round trips seen yet" : "no round trips since " + clock(time_of(link.age_ns));
}

/* The age that the evidence had when this was asked; of a link that is down, since when. */
function show_heard(cell, row) {
	const link = row.link, ms = link.age_ns === undefined ? undefined : link.age_ns / 1e6;
	if (ms === undefined)
		show_texts(cell, "never");
	else if (ms >= 10e3)
		show_time(cell, time_of(link.age_ns), "at " + clock(time_of(link.age_ns)), ago(time_of(link.age_ns)));
	else
		show_texts(cell, evidence_age(ms) + (is_current() ? " ago" : " before " + clock(state.taken_ms)));
}

function show_link_verdict(cell, row) {
	const link = row.link, is_up = link.verdict === "up", since_ms = time_of(link.verdict_age_ns);
	const notes = [is_up || since_ms === undefined ? "" : since_text(since_ms),
		link.replies_missing_age_ns === undefined ? "" : "its REPLYs are missing"];
	show_tag(cell, link.verdict, is_up ? "good" : "bad", notes.filter(Boolean).join("; "));
}

function show_round_trips(cell, row) {
	const rtt = row.link.verdict === "up" ? row.link.rtt_minute_ns || row.link.rtt_ns : undefined;
	show_texts(cell, row.link.verdict === "up" ? rtt_text(rtt && rtt.p50) : "none now", rtt ? "99 %: " + rtt_text(rtt.p99) : "");
}

function percent_text(part, whole) {
	const percent = 100 * part / whole;
	if (!part || !whole)
		return "0 %";
	return percent < .01 ? "< 0.01 %" : Number(percent.toPrecision(2)) + " %";
}

const link_columns = [
	{label: "Node", head: true, show: (cell, row) => show_texts(cell, row.peer)},
	{label: "Interface", show: (cell, row) => show_texts(cell, row.link.interface, row.link.address)},
	{label: "Verdict", show: show_link_verdict},
	{label: "Last heard", className: "number", show: show_heard},
	{label: "RTT", className: "number", show: show_round_trips},
	{label: "Lost", className: "number", show: (cell, row) => show_texts(cell, percent_text(row.link.lost, row.link.sent),
		row.link.lost + " of " + row.link.sent + " since start")},
	{label: "RTT, last 2 minutes", show: draw_spark},
];

function take_rtt() {
	for (const row of link_rows()) {
		const points = state.rtt.get(row.key) || [];
		points.push(row.link.rtt_now_ns === undefined ? null : row.link.rtt_now_ns);
		points.splice(0, points.length - RTT_POINTS);
		state.rtt.set(row.key, points);
	}
}
