# SPDX-License-Identifier: GPL-2.0-or-later
"""What the demo, the benches and the network tests share."""
