# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of xbeatctl for bash: xbeatctl itself knows what may follow.
# shellcheck shell=bash

_xbeatctl() {
	local word=${COMP_WORDS[COMP_CWORD]} line
	# What was completed before stands there with backslashes, as below.
	local -a words=("${COMP_WORDS[@]:1:COMP_CWORD}")

	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == :file ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
		else
			COMPREPLY+=("$(printf '%q' "${line%%$'\t'*}")")
		fi
	done < <("${COMP_WORDS[0]}" __complete "${words[@]//\\/}" 2>/dev/null)
}

complete -F _xbeatctl xbeatctl
