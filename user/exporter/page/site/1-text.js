/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state, texts and times. What the daemon sends enters the page by textContent alone. */
"use strict";

const HOUR_MS = 3600e3, RTT_POINTS = 120, FILTER_FROM = 10, ROWS_MAX = 25, COLORS = 8;
const by_id = id => document.getElementById(id);
const state = {snapshot: null, failure: "", taken_ms: 0, clock_ms: 0, connected: false, lost: false,
	lost_ms: Date.now(), events: new Map(), colors: new Map(), rtt: new Map(), moves_seen: 0,
	all_instances: false, all_servers: false};

const WHOLE_MAX = 24;

/* Names of nodes, which are not parted at a hyphen: null if there are none. */
function names_pattern() {
	const peers = state.snapshot && state.snapshot.peers || [], own = state.snapshot && own_name();
	const names = [own, ...peers.map(peer => peer.name)].filter(name => name && name.includes("-") && name.length <= WHOLE_MAX);
	const escaped = names.sort((a, b) => b.length - a.length).map(name => name.replace(/[^\w-]/g, "\\$&"));
	return names.length ? new RegExp("(?<![\\w-])(" + escaped.join("|") + ")(?![\\w-])") : null;
}

function set_text(element, text) {
	if (element.textContent === text)
		return;
	const pattern = names_pattern(), parts = pattern ? text.split(pattern) : [text];
	element.replaceChildren(...parts.map((part, index) => {
		if (index % 2 === 0)
			return part;
		const name = make("bdi", null, null, "whole");
		name.textContent = part;
		return name;
	}));
}

/* The daemon's clock now: that of a phone may be wrong. */
function now_ms() {
	return Date.now() + state.clock_ms;
}

function duration(ms) {
	const s = Math.max(0, ms) / 1000;
	if (s < 10)
		return s.toFixed(1) + " s";
	if (s < 120)
		return Math.floor(s) + " s";
	if (s < 7200)
		return Math.floor(s / 60) + " min";
	if (s < 172800)
		return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min";
	return Math.floor(s / 86400) + " days";
}

function two(number) {
	return String(number).padStart(2, "0");
}

function date_text(ms) {
	const time = new Date(ms);
	return time.getFullYear() + "-" + two(time.getMonth() + 1) + "-" + two(time.getDate());
}

function day_time(ms) {
	const time = new Date(ms);
	return two(time.getHours()) + ":" + two(time.getMinutes()) + ":" + two(time.getSeconds());
}

/* With the date if it is not of today. */
function clock(ms) {
	const date = date_text(ms);
	return (date === date_text(now_ms()) ? "" : date + " ") + day_time(ms);
}

/* In lists, so that the order is seen. */
function clock_exact(ms) {
	return clock(ms) + "." + String(Math.floor(ms) % 1000).padStart(3, "0");
}

/* At the time of the snapshot, in the unit of heartbeats. */
function evidence_age(ms) {
	return ms < 10 ? ms.toFixed(1) + " ms" : ms < 1000 ? Math.round(ms) + " ms" : duration(ms);
}

function since_text(ms) {
	return "since " + clock(ms) + ", " + ago(ms);
}

function zone_text() {
	const minutes = -new Date().getTimezoneOffset(), size = Math.abs(minutes);
	const offset = "UTC" + (minutes ? (minutes < 0 ? "-" : "+") + two(Math.floor(size / 60)) + ":" + two(size % 60) : "");
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	return zone && zone !== "UTC" ? zone + ", " + offset : offset;
}

function ago(ms) {
	return duration(now_ms() - ms) + " ago";
}

function rtt_text(ns) {
	if (ns === undefined || ns === null)
		return "unknown";
	if (ns < 1e6)
		return (ns / 1e3).toPrecision(ns < 1e3 ? 2 : 3) + " µs";
	return (ns / 1e6).toPrecision(3) + " ms";
}

function count_of(number, one, many) {
	return number + " " + (number === 1 ? one : many);
}

