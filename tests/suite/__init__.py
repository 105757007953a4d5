# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests/run is made of: containment of processes, declared commands, a list of what is
executed."""
