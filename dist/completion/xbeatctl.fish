# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of xbeatctl for fish: xbeatctl itself knows what may follow.

function __xbeatctl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l lines (command $words[1] __complete $words[2..-1] "$word" 2>/dev/null)
    if test "$lines" = :file
        __fish_complete_path "$word"
    else if set -q lines[1]
        printf '%s\n' $lines
    end
end

complete -c xbeatctl -f -a '(__xbeatctl_complete)'
