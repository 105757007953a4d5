# SPDX-License-Identifier: GPL-2.0-or-later
"""The same scenario with keepalived and xbeatd in every combination, and what differs.

recorder: what a node sends, notifies and installs. network: the last of these, as text. run: one
scenario in one combination. compare: the lines that differ, and which of them are accepted.
"""
