/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole: takes what the server sends, and shows it. */
function data_age_ms() {
	return state.taken_ms ? Math.max(0, now_ms() - state.taken_ms) : 0;
}

function is_current() {
	return state.connected && !state.failure && state.snapshot !== null;
}

function show_link() {
	const age = data_age_ms(), lost = !state.connected || state.failure !== "";
	by_id("link").className = lost ? "lost" : "soft";
	set_text(by_id("link-state"), !state.connected ? "No connection to xbeat-exporter since " +
		clock(state.lost_ms + state.clock_ms) + "; it is tried again." : state.failure ? "xbeatd does not answer." : "Live.");
	set_text(by_id("link-age"), state.taken_ms && (lost || age > 3000) ? "What is shown is " + duration(age) + " old." : "");
}

function show_about() {
	const status = state.snapshot.status, beats = status.heartbeat;
	const parts = ["xbeat " + status.version, "daemon " + status.instance, "file " + status.configuration_file,
		"running for " + duration(status.uptime_ns / 1e6)];
	if (beats)
		parts.push("heartbeat " + beats.name + " every " + beats.interval_ns / 1e6 + " ms");
	set_text(by_id("about"), parts.join(" · "));
	const title = beats ? "xbeat: cluster " + beats.name + ", seen from " + own_name() : "xbeat on " + own_name();
	set_text(by_id("title"), title);
	set_text(by_id("zone"), "Times are in the time zone of this browser: " + zone_text() + ".");
	set_text(by_id("peers-caption"), "Each node as " + own_name() + " judges it.");
	document.title = (by_id("verdict").className === "good" ? "" : "! ") + title;
}

function show() {
	show_link();
	if (!state.snapshot && !state.failure && !state.lost)
		return;
	show_problems();
	if (!state.snapshot)
		return;
	show_answers();
	show_instances();
	show_pools();
	fill_table(by_id("peers"), node_columns, node_rows());
	fill_table(by_id("links"), link_columns, link_rows());
	by_id("links-heading").hidden = by_id("links").hidden;
	show_hour();
	show_about();
}

function on_state(message) {
	const data = JSON.parse(message.data);
	state.failure = data.failure || "";
	if (!state.failure) {
		state.snapshot = data;
		state.taken_ms = data.taken_unix_ns / 1e6;
		/* Clocks within 2 s of each other count as equal: a message may have waited. */
		const difference = state.taken_ms - Date.now();
		state.clock_ms = Math.abs(difference) < 2000 ? 0 : difference;
		take_rtt();
	}
	show();
}

function on_events(message) {
	const data = JSON.parse(message.data);
	if (data.again)
		state.events.clear();
	for (const event of data.events)
		state.events.set(event.sequence, event);
	for (const [sequence, event] of state.events)
		if (event_ms(event) < now_ms() - HOUR_MS)
			state.events.delete(sequence);
	if (state.snapshot)
		show_hour();
}

function connect() {
	const source = new EventSource("events");
	source.addEventListener("state", on_state);
	source.addEventListener("events", on_events);
	source.addEventListener("open", () => {
		state.connected = true;
		show_link();
	});
	source.addEventListener("error", () => {
		if (state.connected)
			state.lost_ms = Date.now();
		state.connected = false;
		state.lost = true;
		show();
		if (source.readyState === EventSource.CLOSED) { /* refused: the browser does not try again */
			setTimeout(connect, 3000);
		}
	});
}

by_id("filter").addEventListener("input", () => state.snapshot && show_instances());
by_id("all-instances").addEventListener("click", () => {
	state.all_instances = !state.all_instances;
	show_instances();
});
by_id("all-servers").addEventListener("click", () => {
	state.all_servers = !state.all_servers;
	show_pools();
});
by_id("range").addEventListener("change", () => state.snapshot && show_hour());
by_id("others").addEventListener("toggle", () => state.snapshot && show_hour());
setInterval(show, 1000);
connect();
