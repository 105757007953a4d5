/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state, texts and times. What the daemon says enters the page by textContent alone. */
"use strict";

const HOUR_MS = 3600e3, RTT_POINTS = 120, FILTER_FROM = 10, ROWS_MAX = 25, COLORS = 8;
const by_id = id => document.getElementById(id);
const state = {snapshot: null, failure: "", taken_ms: 0, clock_ms: 0, connected: false, lost: false,
	lost_ms: Date.now(), events: new Map(), colors: new Map(), rtt: new Map(), moves_seen: 0,
	all_instances: false};

function set_text(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
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

function clock(ms) {
	const time = new Date(ms), today = new Date(now_ms());
	const text = two(time.getHours()) + ":" + two(time.getMinutes()) + ":" + two(time.getSeconds());
	if (time.toDateString() === today.toDateString())
		return text;
	return time.getFullYear() + "-" + two(time.getMonth() + 1) + "-" + two(time.getDate()) + " " + text;
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

