# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration's grammar as keepalived reads it.

Each statement is a keyword that neither program knows, so both report how they parsed it; nothing
is started.
"""

import re
import subprocess

import pytest

from tests.support.laboratory import BUILD


# Left out, because keepalived 2.2 differs from its manual: ${_HASH} and ${_BANG} outside quotes, a
# definition of several lines within a word, values of ~LST with quotes, circular definitions.
CASES = {
    "definitions": """
        $A=1
        $E=
        aa${A}b
        ab$A.5
        ac$A
        ad$Ax
        ag$UNDEFINED
        ah${E}i
        $R=x${S}
        $S=s1
        ai${R}
        $S=s2
        ai${R}
        $T=tv # comment
        aj${T}k
        $1A=2
        $A =5
        "${A}"
        "$A"
        "c # ${_HASH} ${_BANG} d"
        """,
    "several lines": """
        $A=1
        $M= \\
          ca1 \\
          ca2${A} \\
          $A=7 \\
          ca3${A} # comment \\
          @other ca4 \\
          @main ca5
        $M
        ce$M
        $F=x1 \\
        x2
        $F
        $N1=da ${N2}
        $N2=db
        $N1 dc
        """,
    "conditions": """
        @main ba
        @^main bb
        @other bc
        @^other bd
        @main $P=1
        @^main $P=2
        bc${P}
        @^main @main bf
        @main bg @main
        @ bh
        @^ bi
         @main bj
        $NOT=@^main
        $NOT be
        """,
    "loops": """
        ~SEQ(I1,0,3) ea${I1}
        ~SEQ(I2,3) eb${I2}
        ~SEQ(I3,5,1) ec${I3}
        ~SEQ(I4,-3) ed${I4}
        ~SEQx(I5,0x8,0x4,0x10) ee${I5}
        ~SEQ(I6,010,011) ef${I6}
        ~LST(L1,a,b, c) eg${L1}
        ~LST({L2,L3},{1,2},{3,4}) eh${L2}.${L3}
        ~SEQ(I7,1,2) ~LST(L4,x,y) ei${I7}${L4}
        ~SEQ(I8,1,2)ej${I8}
        @main ~SEQ(I9,1,2) ek${I9}
        @^main ~SEQ(J1,1,2) el${J1}
        ~SEQ(J2,1,2) @main em${J2}
        ~SEQ(J3,1,2) $J4=${J3}
        en${J4}
        $TO=3
        ~SEQ(J5,2,${TO}) eo${J5}
        """,
    "includes": """
        include sub/first.conf
        w${FROM}
          include sub/g*.inc # comment
        include {sub/g1.inc,nothing.conf}
        include nothing*.conf
        @other include sub/g1.inc
        includes sub/g1.inc
        p${_PWD}
        i${_INSTANCE}
        r${_RANDOM 3 3}
        """,
}

FILES = {
    "sub/first.conf": "in${_PWD}\ninclude deep/inner.conf\n$FROM=first\n",
    "sub/deep/inner.conf": "deep${_PWD}\n",
    "sub/g1.inc": "globbed1\n",
    "sub/g2.inc": "globbed2\n",
}


def unknown_words(argv, directory):
    """The keywords that a program reports as unknown, in order."""
    done = subprocess.run(argv, cwd=directory, capture_output=True, text=True)
    return re.findall(r"nknown keyword '([^']*)'", done.stdout + done.stderr)


def keepalived_words(directory):
    """Both of keepalived's readers report each keyword: one report is enough."""
    words = unknown_words(["unshare", "--net", "keepalived", "--config-test", "--config-id", "main",
                           "--use-file", "test.conf"], directory)
    return words[:len(words) // 2] if words[:len(words) // 2] == words[len(words) // 2:] else words


def xbeat_words(directory):
    return unknown_words([str(BUILD / "xbeatctl"), "check", "-i", "main", "test.conf"], directory)


@pytest.mark.parametrize("name", CASES)
def test_same_words(tmp_path, name):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "test.conf").write_text(CASES[name].replace("\n        ", "\n"))
    expected = keepalived_words(tmp_path)
    assert len(expected) > 5
    assert sorted(set(xbeat_words(tmp_path))) == sorted(set(expected))
