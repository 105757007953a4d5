# SPDX-License-Identifier: GPL-2.0-or-later
"""A host on the LAN that attacks a cluster: what it sends, and what must come of it."""
