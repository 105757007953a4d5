# SPDX-License-Identifier: GPL-2.0-or-later
"""The page on a phone, by keyboard, to a screen reader, light and dark; with many instances and
hostile names; and that it loads nothing from elsewhere."""

import pytest

from tests.net.page.test_page import ORIGIN, browser, cluster, exporter, lab, page  # noqa: F401 (fixtures)
from tests.support.configuration import instance
from tests.support.laboratory import wait_until

MANY = 100
ROWS_MAX = 25
LONG = "a-name-as-long-as-somebody-may-want-it-for-the-addresses-of-a-service"
HOSTILE = "<b>VI</b><script>document.title='x'</script>"
CONTRAST_MIN = 4.5  # WCAG 2.1, level AA

CONTRASTS = """
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const light = color => {
    const [r, g, b] = numbers(color).map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
};
const behind = element => {
    for (; element; element = element.parentElement) {
        const style = getComputedStyle(element), color = numbers(style.backgroundColor);
        if (style.backgroundImage !== "none")
            return null;
        if (color.length < 4 || color[3] === 1)
            return style.backgroundColor;
    }
    return getComputedStyle(document.body).backgroundColor;
};
const poor = [];
for (const element of document.querySelectorAll("body *")) {
    const has_text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!has_text || !element.checkVisibility() || element.closest(".unseen, .skip"))
        continue;
    const paper = behind(element);
    if (!paper)
        continue;
    const both = [light(getComputedStyle(element).color), light(paper)].sort((a, b) => b - a);
    const ratio = (both[0] + .05) / (both[1] + .05);
    if (ratio < %s)
        poor.push([element.tagName, element.className, element.textContent.slice(0, 40), ratio]);
}
return [getComputedStyle(document.body).backgroundColor, poor];
""" % CONTRAST_MIN

FOCUSED = """
const element = document.activeElement, style = getComputedStyle(element);
return [element.tagName.toLowerCase(), element.id || element.getAttribute("href") || "", style.outlineStyle !== "none"];
"""


def accessible(page):
    """[(role, name)] of all that a screen reader gets, in order."""
    nodes = page.browser.command("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
            if not node["ignored"] and "role" in node]


def names(tree, role):
    return [name for has, name in tree if has == role]


@pytest.fixture(scope="module")
def ready(page):  # noqa: F811
    page.wait("summary", "All is well.")
    page.wait_same()
    wait_until(lambda: page.read()["links"][0][6][0].startswith("median"), "it has seen round trips")
    return page


@pytest.mark.parametrize("width", [1200, 360])
def test_screen_reader(ready, width):
    ready.browser.show_as(width)
    tree = accessible(ready)
    for landmark in ("banner", "main", "contentinfo"):
        assert len(names(tree, landmark)) == 1
    assert names(tree, "navigation") == ["Parts of this page"]
    assert names(tree, "region") == ["What is wrong now", "Which node owns which address", "Nodes and links",
                                     "The last hour: who owned which address"]
    assert names(tree, "heading")[0] == "xbeat: cluster lan, seen from node-a"
    tables = names(tree, "table")
    assert len(tables) == 4 and all(tables), "each has its caption as its name"
    for header in ("Instance", "Owner", "Since", "Why", "Verdict", "When", "Moved"):
        assert header in names(tree, "columnheader")
    assert {"VI_1 VRID 51 on eth0"} <= {" ".join(name.split()) for name in names(tree, "rowheader")}
    assert [name for name in names(tree, "image") if name.startswith("RTT to node-b on eth0: median")]
    assert names(tree, "status"), "changes are announced"
    for role in ("link", "combobox", "searchbox", "textbox", "button"):
        assert all(names(tree, role)), f"each {role} has a name"


def test_keyboard(ready):
    ready.browser.show_as(1200)
    ready.browser.run("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    seen = []
    for _ in range(7):
        ready.browser.press("Tab")
        seen.append(ready.browser.run(FOCUSED))
    assert [place for _, place, _ in seen] == ["#verdict", "#verdict", "#addresses", "#nodes", "#hour", "range", "others-text"]
    assert seen[-1][0] == "summary" and all(outlined for *_, outlined in seen)
    ready.browser.press("Enter")
    wait_until(lambda: ready.browser.run("return document.querySelectorAll('#events tbody tr').length > 5"),
               "all events are shown")
    ready.browser.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours(ready, scheme):
    ready.browser.show_as(1200, scheme)
    paper, poor = ready.browser.run(CONTRASTS)
    assert poor == [] and (sum(map(int, paper[4:-1].split(","))) < 128 * 3) == (scheme == "dark")


def test_nothing_from_elsewhere(ready, exporter):  # noqa: F811
    sent = [event["params"] for event in ready.browser.log("performance")
            if event["method"] == "Network.requestWillBeSent"]
    requests = [one["request"]["url"] for one in sent if one["documentURL"].startswith(ORIGIN)]
    assert ORIGIN in requests and f"{ORIGIN}events" in requests
    assert [url for url in requests if not url.startswith((ORIGIN, "data:"))] == []
    _, headers, text = exporter.get("/")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    nonce = policy.split("script-src 'nonce-")[1].split("'")[0]
    assert text.count(f'nonce="{nonce}"') == 2 and exporter.get("/")[1]["Content-Security-Policy"] != policy


RANGE = "const menu = document.getElementById('range'); menu.value = '%s'; menu.dispatchEvent(new Event('change'))"
TIMELINE = """
const boxes = [...document.querySelectorAll(".scale span")].map(mark => mark.getBoundingClientRect());
return {
    heading: document.getElementById("hour-heading").textContent, known: document.getElementById("known").textContent,
    caption: document.getElementById("moves-caption").textContent,
    legend: [...document.querySelectorAll("#legend li")].map(item => item.textContent),
    marks: [...document.querySelectorAll(".scale span")].map(mark => mark.textContent),
    gaps: document.querySelectorAll(".bar .gap").length,
    overlaps: boxes.some((box, index) => boxes.slice(index + 1).some(other => box.left < other.right && other.left < box.right)),
    cut: [...document.querySelectorAll(".bar span")].filter(piece => piece.scrollWidth > piece.clientWidth + 1 && piece.textContent).length,
};
"""


@pytest.mark.parametrize("width", [1200, 360])
def test_timeline(ready, width):
    ready.browser.show_as(width)
    ready.browser.run(RANGE % 5)
    wait_until(lambda: ready.browser.run(TIMELINE)["heading"].startswith("The last 5 minutes:"), "the range is named")
    shown = ready.browser.run(TIMELINE)
    assert "the last 5 minutes" in shown["caption"] and shown["known"].startswith("Known since ")
    assert shown["marks"][-1] == "now" and not shown["overlaps"] and not shown["cut"], shown
    assert "node-a" in shown["legend"] and ("not known" in shown["legend"]) == (shown["gaps"] > 0)
    ready.browser.run(RANGE % 60)


def test_on_a_phone(ready):
    """The owner is on the first screen, the name comes first in each record, and names stay whole."""
    ready.browser.show_as(360)
    answer, name, when, whole = ready.browser.run("""
        window.scrollTo(0, 0);
        const top = selector => document.querySelector(selector).getBoundingClientRect().top;
        const names = [...document.querySelectorAll("bdi.whole")].filter(name => name.checkVisibility());
        return [top("#answers li"), top("#moves tbody th"), top("#moves tbody td"),
                names.length > 0 && names.every(name => name.getClientRects().length === 1)];""")
    assert 0 < answer < 640 and name < when and whole


def test_many_instances_and_hostile_names(ready, cluster):  # noqa: F811
    a = cluster["node-a"]
    more = [instance(f'"{HOSTILE}"' if number == 0 else f"{LONG}-{number}", vrid=100 + number, advert_int="1",
                     vips=[f"10.78.{number}.1/24"]) for number in range(MANY)]
    a.reload(a.configuration.read_text(), *more)
    wait_until(lambda: len(ready.read()["instances"]) == ROWS_MAX, "it shows the first")
    ready.browser.run("document.getElementById('all-instances').click()")
    wait_until(lambda: len(ready.read()["instances"]) == MANY + 1, "it shows all")
    page = ready.read()
    assert HOSTILE in [row[0][0] for row in page["instances"]] and page["title"] != "x"
    assert ready.browser.run("return document.querySelectorAll('#instances b, #instances script').length") == 0
    wait_until(lambda: all(row[2][0] == "node-a" for row in ready.read()["instances"]), "it owns all")
    for width in (360, 768, 1200):
        ready.browser.show_as(width)
        sizes = ready.browser.run("const root = document.documentElement; return [root.scrollWidth, root.clientWidth]")
        assert sizes[0] <= sizes[1], f"{width} px: no need to scroll sideways: {sizes}"
    ready.browser.run("const box = document.getElementById('filter'); box.value = '10.78.42.';"
                      "box.dispatchEvent(new Event('input'));")
    assert [row[0][0] for row in ready.read()["instances"]] == [f"{LONG}-42"]
    assert ready.browser.run("return document.getElementById('filter-count').textContent") == f"1 of {MANY + 1}"
