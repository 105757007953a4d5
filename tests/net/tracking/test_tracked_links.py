# SPDX-License-Identifier: GPL-2.0-or-later
"""A tracked file that is found through symbolic links, which are exchanged."""

import os

import pytest

from tests.support.configuration import block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd


def exchange(link, target):
    """Replaces a link by another one, as kubelet and deployments do."""
    new = link.with_name(link.name + "_tmp")
    os.symlink(target, new)
    os.rename(new, link)


class Volume:
    """A ConfigMap as kubelet mounts it: the file is a link to ..data/file, ..data one to a folder
    for each version."""

    def __init__(self, directory):
        self.directory = directory
        self.version = 0
        directory.mkdir()
        self.path = directory / "value"
        os.symlink("..data/value", self.path)

    def write(self, value):
        self.version += 1
        folder = self.directory / f"..2024_{self.version}"
        folder.mkdir()
        (folder / "value").write_text(f"{value}\n")
        exchange(self.directory / "..data", folder.name)
        if self.version > 1:
            old = self.directory / f"..2024_{self.version - 1}"
            (old / "value").unlink()
            old.rmdir()


class Release:
    """The file is in a folder that a link elsewhere names; the links are absolute."""

    def __init__(self, directory):
        self.directory = directory
        self.version = 0
        directory.mkdir()
        (directory / "etc").mkdir()
        self.path = directory / "etc" / "app" / "value"
        os.symlink(directory / "current", directory / "etc" / "app")

    def write(self, value):
        self.version += 1
        folder = self.directory / str(self.version)
        folder.mkdir()
        (folder / "value").write_text(f"{value}\n")
        exchange(self.directory / "current", folder)


class Plain:
    """A link to a file that is written in place."""

    def __init__(self, directory):
        directory.mkdir()
        self.path = directory / "value"
        (directory / "elsewhere").mkdir()
        os.symlink("elsewhere/value", self.path)

    def write(self, value):
        (self.path.parent / "elsewhere" / "value").write_text(f"{value}\n")


def texts(path):
    return (block("track_file number", f"file {path}", "weight 1"),
            instance("VI_1", block("track_file", "number")))


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("kind", [Volume, Release, Plain])
def test_change_behind_links_is_seen(lab, kind):
    volume = kind(lab.path("volume"))
    volume.write(3)
    node = Xbeatd(lab, "node-a", *texts(volume.path)).start()
    node.wait_priority(103)
    for value in (7, -20, 0, 12):
        volume.write(value)
        node.wait_priority(100 + value)


@pytest.mark.laboratory(nodes=1)
def test_links_without_an_end(lab):
    """A link that leads nowhere, and links in a circle, are files that are missing, until they lead
    to a file."""
    directory = lab.path("volume")
    directory.mkdir()
    os.symlink("nowhere/value", directory / "value")
    node = Xbeatd(lab, "node-a", *texts(directory / "value")).start()
    node.wait_priority(100)
    (directory / "nowhere").mkdir()
    (directory / "nowhere" / "value").write_text("5\n")
    node.wait_priority(105)
    exchange(directory / "value", "value")
    node.wait_priority(100)
    (directory / "number").write_text("9\n")
    exchange(directory / "value", "number")
    node.wait_priority(109)
