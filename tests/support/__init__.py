# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared code of the demo, the benches and the network tests."""
