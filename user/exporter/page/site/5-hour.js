/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last hour: who owned which address, and all events. */
function event_ms(event) {
	return event.time_unix_ns / 1e6;
}

function recent_events() {
	const from = now_ms() - HOUR_MS;
	return [...state.events.values()].filter(event => event_ms(event) >= from).sort((a, b) => event_ms(b) - event_ms(a) ||
		b.sequence - a.sequence);
}

/* A name that is longer than events keep. */
function is_subject(event, name) {
	return event.subject === name || (new TextEncoder().encode(event.subject).length >= 39 && name.startsWith(event.subject));
}

function owners_of(text) {
	return text === "none" || !text ? [] : text.split(", ").map(node_name);
}

/* Where the bars begin: at what was chosen, or later if no more is known. */
function first_ms(moves) {
	const chosen = now_ms() - Number(by_id("range").value) * 60e3;
	const since = state.snapshot.vrrp.map(instance => (instance.owners_since_unix_ns || Infinity) / 1e6);
	const known = Math.min(...since, ...moves.map(event_ms));
	return Math.max(chosen, Math.min(known, now_ms() - 60e3));
}

/* What is known of an instance from start on, oldest first: from, to, owners. */
function spans_of(instance, moves, start) {
	const spans = [];
	const own = moves.filter(event => is_subject(event, instance.name)).sort((a, b) => a.sequence - b.sequence);
	for (const event of own) {
		if (spans.length)
			spans[spans.length - 1].to = event_ms(event);
		else if (event.from !== "none")
			spans.push({from: start, to: event_ms(event), owners: owners_of(event.from)});
		spans.push({from: event_ms(event), to: now_ms(), owners: owners_of(event.to)});
	}
	if (!own.length && instance.owners)
		spans.push({from: Math.max(start, instance.owners_since_unix_ns / 1e6), to: now_ms(),
			owners: instance.owners.map(node_name)});
	return spans.filter(span => span.to > start).map(span => ({...span, from: Math.max(span.from, start)}));
}

function draw_bar(bar, spans, start) {
	const percent = 100 / (now_ms() - start);
	while (bar.childNodes.length > spans.length)
		bar.lastChild.remove();
	spans.forEach((span, index) => {
		const piece = bar.childNodes[index] || make("span", null, bar);
		const name = owners_text(span.owners);
		piece.className = span.owners.length === 1 ? color_of(name) : span.owners.length ? "several" : "nobody";
		piece.style.left = (percent * (span.from - start)).toFixed(3) + "%";
		piece.style.width = Math.max(.3, percent * (span.to - span.from)).toFixed(3) + "%";
		set_text(piece, name);
		piece.title = name + " from " + clock(span.from) + " to " + clock(span.to);
	});
}

const MARKS = 4;

function draw_scale(scale, start) {
	const step = (now_ms() - start) / MARKS;
	for (let index = 0; index <= MARKS; index++) {
		const mark = scale.children[index] || make("span", null, scale);
		const time = clock(start + index * step).slice(-8);
		mark.style.left = 100 * index / MARKS + "%";
		set_text(mark, index === MARKS ? "now" : step < 120e3 ? time : time.slice(0, 5));
	}
}

/* Instances that have moved come first; of many others one line stands for all. */
function show_timeline(moves) {
	const box = by_id("timeline"), start = first_ms(moves);
	const instances = state.snapshot.vrrp.filter(instance => !instance.elsewhere);
	const has_moved = instance => moves.some(event => is_subject(event, instance.name) && event.from !== "none");
	const moved = instances.filter(has_moved), still = instances.filter(instance => !has_moved(instance));
	const shown = [...moved.slice(0, 40), ...still.slice(0, Math.max(0, FILTER_FROM - moved.length))];
	const rows = [...box.querySelectorAll(".track")], used = new Set();
	for (const row of rows.slice(shown.length + 1))
		row.remove();
	for (let index = 0; index <= shown.length; index++) {
		const row = rows[index] || make("div", null, box, "track");
		if (!row.firstChild) {
			make("div", null, row, "name");
			make("div", null, row);
		}
		const last = index === shown.length;
		row.lastChild.className = last ? "scale" : "bar";
		if (row.dataset.kind !== row.lastChild.className)
			row.lastChild.replaceChildren();
		row.dataset.kind = row.lastChild.className;
		const hidden = instances.length - shown.length;
		set_text(row.firstChild, last ? (hidden ? "and " + hidden + " more" : "") : shown[index].name);
		if (last) {
			draw_scale(row.lastChild, start);
			continue;
		}
		const spans = spans_of(shown[index], moves, start);
		draw_bar(row.lastChild, spans, start);
		for (const span of spans)
			if (span.owners.length === 1)
				used.add(span.owners[0]);
	}
	show_legend(used);
}

function show_legend(names) {
	const list = by_id("legend"), wanted = [...names].sort();
	if (list.dataset.names === wanted.join(" "))
		return;
	list.dataset.names = wanted.join(" ");
	list.replaceChildren(...wanted.map(name => {
		const item = make("li");
		make("span", null, item, "swatch " + color_of(name));
		item.append(name);
		return item;
	}));
}

function times_text(event) {
	return event.count > 1 ? event.count + " times since " + clock(event.first_unix_ns / 1e6) : ago(event_ms(event));
}

const when_column = {label: "When", className: "number",
	show: (cell, event) => show_time(cell, event_ms(event), clock_exact(event_ms(event)), times_text(event))};
const why_column = {label: "Why", className: "why", show: (cell, event) => show_texts(cell, event.reason)};

const move_columns = [
	when_column,
	{label: "Instance", head: true, show: (cell, event) => show_texts(cell, event.subject)},
	{label: "Moved", className: "moved", show: (cell, event) => show_texts(cell, move_text(event))},
	{label: "Why", className: "why", show: (cell, event) => show_texts(cell, without_figure(event.reason))},
];

function move_text(event) {
	return "from " + owners_text(owners_of(event.from)) + " to " + owners_text(owners_of(event.to));
}

const event_columns = [
	when_column,
	{label: "Kind", show: (cell, event) => show_texts(cell, event.kind)},
	{label: "Subject", head: true, show: (cell, event) => show_texts(cell, event.subject)},
	{label: "Change", show: (cell, event) => show_texts(cell, event.from +
		(event.from && event.to ? " → " : "") + event.to)},
	why_column,
];

function show_hour() {
	const events = recent_events().map(event => ({...event, key: String(event.sequence)}));
	const moves = events.filter(event => event.kind === "owner");
	show_timeline(moves);
	fill_table(by_id("moves"), move_columns, moves.slice(0, ROWS_MAX));
	by_id("moves").hidden = false;
	set_text(by_id("moves-caption"), moves.length > ROWS_MAX ? "The newest " + ROWS_MAX + " of " + moves.length +
		" moves in the last hour; the others are among all events." : moves.length ? "Moves in the last hour, newest first." :
		"No address has moved in the last hour.");
	set_text(by_id("others-count"), String(events.length));
	if (by_id("others").open)
		fill_table(by_id("events"), event_columns, events);
	announce_moves(moves);
}

/* For those who do not see them appear. */
function announce_moves(moves) {
	const newest = moves.length ? moves[0].sequence : 0;
	if (state.moves_seen && newest > state.moves_seen)
		set_text(by_id("announcer"), moves[0].subject + " moved " + move_text(moves[0]));
	state.moves_seen = newest || state.moves_seen || 1;
}

