/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong now. */
const severities = {error: ["bad", "Error"], warning: ["warn", "Warning"], info: ["", "Note"]};

const NAMED_MAX = 3;

/* Without the figures, which follow in the list. */
function clause(problem) {
	return problem.text.split(/: | \(/)[0];
}

function summarize(problems) {
	const wrong = problems.filter(problem => problem.severity !== "info"), named = wrong.slice(0, NAMED_MAX).map(clause);
	const count = wrong.length + state.snapshot.health.problem_count - problems.length;
	if (!wrong.length)
		return problems.length ? "All is well, with " + count_of(problems.length, "note", "notes") + "." : "All is well.";
	if (count > NAMED_MAX)
		named.push(count - NAMED_MAX + " more");
	return count_of(count, "thing is wrong: ", "things are wrong: ") + named.join("; ") + ".";
}

/* Colours are for what is known now. */
function tone_of(problems) {
	if (!is_current())
		return "";
	if (problems.some(problem => problem.severity === "error"))
		return "bad";
	return problems.some(problem => problem.severity === "warning") ? "warn" : "good";
}

function show_problems() {
	const problems = state.snapshot ? state.snapshot.health.problems : [];
	const before = state.snapshot ? " Before: " + summarize(problems) : "";
	by_id("verdict").className = tone_of(problems);
	set_text(by_id("summary"), is_current() ? summarize(problems) : !state.connected ?
		"Not known now: no connection to xbeat-exporter." + before : "Not known now: " + state.failure + "." + before);
	const list = by_id("problems");
	while (list.children.length > problems.length)
		list.lastChild.remove();
	problems.forEach((problem, index) => show_problem(list, index, problem));
}

function show_problem(list, index, problem) {
	let item = list.children[index];
	if (!item) {
		item = make("li", null, list);
		for (const name of ["tag", "text", "age soft", "reason", "remedy"])
			item.append(make("span", null, null, name), " ");
	}
	const [tag, text, age, reason, remedy] = item.children, [tone, word] = severities[problem.severity] || severities.info;
	tag.className = "tag " + tone;
	set_text(tag, word + ":");
	set_text(text, problem.text);
	const since_ms = time_of(problem.age_ns);
	set_text(age, since_ms === undefined ? "" : since_text(since_ms));
	set_text(reason, problem.reason ? (since_ms === undefined ? "When it began: " : "At " + clock(since_ms) + ": ") +
		problem.reason : "");
	set_text(remedy, problem.remedy ? "What to do: " + problem.remedy : "");
}

