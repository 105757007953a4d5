# SPDX-License-Identifier: GPL-2.0-or-later
"""Rounds of a measurement, and the version that is measured beside this one."""

import os
import pathlib


def beside_build():
    """The build folder that BESIDE names; None without it."""
    return pathlib.Path(os.environ["BESIDE"]).resolve() if os.environ.get("BESIDE") else None


def measure_rounds(count, what, measure, *arguments):
    """Returns the results of the rounds that could be measured. One that fails is reported, and the
    others continue."""
    results = []
    for number in range(1, count + 1):
        try:
            results.append(measure(*arguments))
        except Exception as error:  # whatever the error, the other rounds are still worth measuring
            print(f"   {what}, round {number} of {count}: not measured: {type(error).__name__}: {error}")
    return results
