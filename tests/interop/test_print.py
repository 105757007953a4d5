# SPDX-License-Identifier: GPL-2.0-or-later
"""A configuration that keepalived accepts without a message is accepted again after xbeat has
printed it, defaults included."""

import subprocess

import pytest

from tests.interop.test_keywords import TAKEN
from tests.support.keepalived_check import check_all
from tests.support.laboratory import BUILD


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The directory with all printed configurations and keepalived's output for each."""
    directory = tmp_path_factory.mktemp("print")
    for number, text in enumerate(TAKEN):
        (directory / f"{number}.given").write_text(text)
        done = subprocess.run([str(BUILD / "tools/print_config"), f"{number}.given"], cwd=directory,
                              check=True, capture_output=True, text=True)
        (directory / f"{number}.conf").write_text(done.stdout)
    check_all(directory)
    return directory


@pytest.mark.parametrize("number", range(len(TAKEN)))
def test_printed_is_taken(printed, number):
    said = (printed / f"{number}.conf.said").read_text()
    text = (printed / f"{number}.conf").read_text()
    assert (printed / f"{number}.conf.code").read_text() == "0\n", f"{said}\n{text}"
