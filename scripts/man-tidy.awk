# SPDX-License-Identifier: GPL-2.0-or-later
# Cleans scdoc's roff for mandoc -Tlint: no paragraph macro next to a heading or another one, and
# text lines of at most 80 bytes.

function flush_paragraph()
{
	if (paragraph && !heading)
		print ".P"
	paragraph = 0
	heading = 0
}

# Breaks at spaces; no part may begin with a control character of roff.
function print_text(line,    at)
{
	while (length(line) > 80) {
		for (at = 80; at > 1; at--)
			if (substr(line, at, 1) == " " && substr(line, at + 1, 1) !~ /[.' ]/)
				break
		if (at <= 1)
			break
		print substr(line, 1, at - 1)
		line = substr(line, at + 1)
	}
	print line
}

/^\.P$/ { paragraph = 1; next }
/^\.RE$/ { print; next } # the paragraph macro goes after the indented part
/^\.S[HS] / { paragraph = 0; print; heading = 1; next }
/^\.nf$/ { literal = 1 }
/^\.fi$/ { literal = 0 }
/^\.RS/ { paragraph = 0 }
{
	flush_paragraph()
	if (literal || /^[.']/)
		print
	else
		print_text($0)
}
