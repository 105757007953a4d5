# SPDX-License-Identifier: GPL-2.0-or-later
"""Every verb of xbeatctl has a JSON schema."""

import re

import pytest

from tests.support.laboratory import ROOT
from tests.support.schemas import VERBS, WITHOUT_JSON, explain_missing


def verbs():
    files = [ROOT / "user/ctl/verb.c", *(ROOT / "user/ctl/verbs").glob("*.c")]
    return [name for file in files for name in re.findall(r"^\t\t\.name = \"(\w+)\",", file.read_text(), re.M)]


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_a_schema(verb):
    assert verb in [name for name, _, _ in VERBS] or verb in WITHOUT_JSON, explain_missing(verb)


def test_no_schema_is_of_another_verb():
    assert {name for name, _, _ in VERBS} | WITHOUT_JSON.keys() == set(verbs())
