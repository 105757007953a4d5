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

function range_ms() {
	return Number(by_id("range").value) * 60e3;
}

/* "the last hour", as the menu names it. */
function range_text() {
	return by_id("range").selectedOptions[0].textContent;
}

/* Since when something is known of any instance. */
function known_ms(moves) {
	const since = state.snapshot.vrrp.map(instance => (instance.owners_since_unix_ns || Infinity) / 1e6);
	return Math.min(...since, ...moves.map(event_ms));
}

/* Where the bars begin: at what was chosen, or later if no more is known. */
function first_ms(moves) {
	return Math.max(now_ms() - range_ms(), Math.min(known_ms(moves), now_ms() - 60e3));
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

const LETTER_PX = 7;

/* A text that does not fit is left out: the title of its piece has it. */
function draw_piece(piece, text, title, width_px) {
	set_text(piece, width_px >= LETTER_PX * text.length + 8 ? text : "");
	piece.title = title;
}

/* What is known, after a gap in which nothing is. */
function draw_bar(bar, spans, start) {
	const known = spans.length ? spans[0].from : now_ms(), percent = 100 / (now_ms() - start);
	const gap = {from: start, to: known, gap: true, owners: []};
	const pieces = percent * (known - start) > 1 ? [gap, ...spans] : spans;
	while (bar.childNodes.length > pieces.length)
		bar.lastChild.remove();
	pieces.forEach((span, index) => {
		const piece = bar.childNodes[index] || make("span", null, bar);
		const name = span.gap ? "not known before " + clock(known) : owners_text(span.owners);
		const width = Math.max(.3, percent * (span.to - span.from));
		piece.className = span.gap ? "gap" : span.owners.length === 1 ? color_of(name) : span.owners.length ? "several" : "none";
		piece.style.left = (percent * (span.from - start)).toFixed(3) + "%";
		piece.style.width = width.toFixed(3) + "%";
		draw_piece(piece, name, span.gap ? name : name + " from " + clock(span.from) + " to " + clock(span.to),
			bar.clientWidth * width / 100);
	});
	return pieces.length > spans.length;
}

const STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600], MARK_PX = 64;

/* Round times of this time zone, as many as have room, and now. */
function mark_times(start, width_px) {
	const now = now_ms(), zone_ms = new Date().getTimezoneOffset() * 60e3, room = Math.max(1, Math.floor(width_px / MARK_PX));
	const step = 1000 * (STEPS_S.find(seconds => (now - start) / 1000 / seconds <= room) || 3600), times = [];
	for (let time = Math.ceil((start - zone_ms) / step) * step + zone_ms; time < now; time += step)
		times.push({time, text: step < 60e3 ? day_time(time) : day_time(time).slice(0, 5), x: width_px * (time - start) / (now - start)});
	return [...times.filter(mark => mark.x > MARK_PX / 2 && mark.x < width_px - MARK_PX), {time: now, text: "now", x: width_px}];
}

function draw_scale(scale, start) {
	const marks = mark_times(start, scale.clientWidth);
	while (scale.children.length > marks.length)
		scale.lastChild.remove();
	marks.forEach((mark, index) => {
		const element = scale.children[index] || make("span", null, scale);
		element.style.left = (100 * (mark.time - start) / (now_ms() - start)).toFixed(3) + "%";
		set_text(element, mark.text);
	});
}

/* Instances that have moved come first; of many others one line stands for all. */
function show_timeline(moves) {
	const box = by_id("timeline"), start = first_ms(moves);
	const instances = state.snapshot.vrrp.filter(instance => !instance.elsewhere);
	const has_moved = instance => moves.some(event => is_subject(event, instance.name) && event.from !== "none");
	const moved = instances.filter(has_moved), still = instances.filter(instance => !has_moved(instance));
	const shown = [...moved.slice(0, 40), ...still.slice(0, Math.max(0, FILTER_FROM - moved.length))];
	const rows = [...box.querySelectorAll(".track")], used = new Set(), kinds = new Set();
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
		if (draw_bar(row.lastChild, spans, start))
			kinds.add("gap");
		for (const span of spans) {
			if (span.owners.length === 1)
				used.add(span.owners[0]);
			else
				kinds.add(span.owners.length ? "several" : "none");
		}
	}
	show_legend(used, kinds);
}

const KINDS = [["none", "no owner"], ["several", "several owners"], ["gap", "not known"]];

function show_legend(names, kinds) {
	const list = by_id("legend"), items = [...names].sort().map(name => [color_of(name), name]);
	items.push(...KINDS.filter(([kind]) => kinds.has(kind)));
	const wanted = JSON.stringify(items);
	if (list.dataset.items === wanted)
		return;
	list.dataset.items = wanted;
	list.replaceChildren(...items.map(([color, name]) => {
		const item = make("li");
		make("span", null, item, "swatch " + color);
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

/* The heading names what the menu chose, and what is known of it. */
function show_range(moves) {
	const known = known_ms(moves), text = range_text();
	set_text(by_id("hour-heading"), text[0].toUpperCase() + text.slice(1) + ": who owned which address");
	by_id("known").hidden = !Number.isFinite(known) || known <= now_ms() - range_ms();
	set_text(by_id("known"), Number.isFinite(known) ? "Known since " + clock(known) + "." : "");
}

function show_hour() {
	const all = recent_events().map(event => ({...event, key: String(event.sequence)}));
	const all_moves = all.filter(event => event.kind === "owner"), from = now_ms() - range_ms(), text = range_text();
	const events = all.filter(event => event_ms(event) >= from), moves = all_moves.filter(event => event_ms(event) >= from);
	show_range(all_moves);
	show_timeline(all_moves);
	fill_table(by_id("moves"), move_columns, moves.slice(0, ROWS_MAX));
	by_id("moves").hidden = false;
	set_text(by_id("moves-caption"), moves.length > ROWS_MAX ? "The newest " + ROWS_MAX + " of " + moves.length +
		" moves in " + text + "; the others are among all events." : moves.length ? "Moves in " + text + ", newest first." :
		"No address has moved in " + text + ".");
	set_text(by_id("others-text"), "All events of " + text + " (" + events.length + ")");
	if (by_id("others").open)
		fill_table(by_id("events"), event_columns, events);
	announce_moves(all_moves);
}

/* For those who do not see them appear. */
function announce_moves(moves) {
	const newest = moves.length ? moves[0].sequence : 0;
	if (state.moves_seen && newest > state.moves_seen)
		set_text(by_id("announcer"), moves[0].subject + " moved " + move_text(moves[0]));
	state.moves_seen = newest || state.moves_seen || 1;
}

