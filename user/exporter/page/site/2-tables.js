/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables whose rows and cells stay the same elements, so that the focus and screen readers stay where
 * they are.
 */
function make(tag, role, parent, name) {
	const element = document.createElement(tag);
	if (role)
		element.setAttribute("role", role);
	if (name)
		element.className = name;
	if (parent)
		parent.append(element);
	return element;
}

function make_head(table, columns) {
	const row = table.tHead.rows[0];
	for (const column of columns) {
		const cell = make("th", "columnheader", row);
		cell.scope = "col";
		cell.textContent = column.label;
	}
}

function make_row(table, columns) {
	const row = make("tr", "row");
	for (const column of columns) {
		const cell = make(column.head ? "th" : "td", column.head ? "rowheader" : "cell", row, column.className);
		if (column.head)
			cell.scope = "row";
		else
			cell.dataset.label = column.label;
	}
	return row;
}

function fill_table(table, columns, rows) {
	const body = table.tBodies[0], old = new Map();
	if (!table.tHead.rows[0].cells.length)
		make_head(table, columns);
	for (const row of body.rows)
		old.set(row.dataset.key, row);
	let place = body.firstChild;
	for (const data of rows) {
		let row = old.get(data.key);
		if (!row) {
			row = make_row(table, columns);
			row.dataset.key = data.key;
		}
		old.delete(data.key);
		columns.forEach((column, index) => column.show(row.cells[index], data));
		if (row === place)
			place = place.nextSibling;
		else
			body.insertBefore(row, place);
	}
	for (const row of old.values())
		row.remove();
	table.hidden = rows.length === 0;
}

/* A cell with one text, and a smaller one below. */
function show_texts(cell, text, small) {
	if (!cell.firstChild) {
		make("span", null, cell);
		make("small", null, cell);
	}
	set_text(cell.firstChild, text);
	set_text(cell.lastChild, small || "");
	cell.lastChild.hidden = !small;
}

/* A time of day with the date as its title, and a smaller text below. */
function show_time(cell, ms, text, small) {
	show_texts(cell, text, small);
	cell.firstChild.title = date_text(ms) + " " + day_time(ms);
}

/* A reason is that of its time: ages in it do not grow. */
function show_reason(cell, ms, reason) {
	if (!cell.firstChild) {
		make("span", null, cell, "soft");
		make("span", null, cell);
	}
	set_text(cell.firstChild, ms && reason ? "At " + clock(ms) + ": " : "");
	set_text(cell.lastChild, reason || "");
}

function show_tag(cell, text, tone, small) {
	show_texts(cell, text, small);
	cell.firstChild.className = "tag " + tone;
}

