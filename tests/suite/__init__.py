# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of tests/run: containment of processes, declared commands, a list of executed files."""
