"""What somebody plants in a page neither runs nor asks anybody, under the policy of the built pages."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Route

from tools.browsing import FLAGS, served

THERE = "https://elsewhere.example/"
HIT = "new Image().src='" + THERE + "{}'"
POLICY = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
# By name: how it asks for an address that ends in the name, unless something refuses it.
PLANTS = {
    "script": "<script>{hit}</script>",
    "module": '<script type="module">{hit}</script>',
    "file": '<script src="{there}"></script>',
    "error": '<img src="x:" onerror="{hit}">',
    "slash": '<svg/onload="{hit}"></svg>',
    "toggle": '<details open ontoggle="{hit}"></details>',
    "link": '<a class="click" href="JavaScript:{hit};void 0">a link</a>',
    "frame": '<iframe src="{there}"></iframe>',
    "document": '<iframe srcdoc="<script>{hit}</script>"></iframe>',
    "nested": '<iframe src="javascript:{hit};void 0"></iframe>',
    "object": '<object data="{there}"></object>',
    "embed": '<embed src="{there}">',
    "picture": '<img src="{there}">',
    "film": '<video src="{there}"></video>',
    "sheet": '<link rel="stylesheet" href="{there}">',
    "style": '<style>main {{ background: url("{there}") }}</style>',
    "attribute": '<p style="background: url({there})">a paragraph</p>',
    "form": '<form action="{there}" target="new"><button class="click">a button</button></form>',
    "moved": '<button class="click" form="none" formaction="{there}" formtarget="other">one more</button>'
    '<form id="none" action="#"></form>',
    "base": f'<base href="{THERE}"><img src="base">',  # comes last: it moves what follows
}


def asked(browser: Browser, address: str) -> set[str]:
    """The names that somebody elsewhere was asked for, by the page or a window it opened."""
    context = browser.new_context()
    seen: list[str] = []

    def answer(route: Route) -> None:
        seen.append(route.request.url.removeprefix(THERE).rstrip("?"))
        route.fulfill(status=204)

    context.route(f"{THERE}**", answer)
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    for place in page.locator(".click").all():
        place.click()
    page.wait_for_timeout(500)
    context.close()
    return set(seen)


def test_what_is_planted_does_nothing(
    site: Path, browser: Browser, executable: str, tmp_path: Path
) -> None:
    (policy,) = {
        head[0]
        for file in site.rglob("*.html")
        # Nothing of a page comes before its title.
        for head in [
            POLICY.findall(file.read_text(encoding="utf-8").split("<title>")[0])
        ]
    }
    planted = "".join(
        plant.format(there=THERE + name, hit=HIT.format(name))
        for name, plant in PLANTS.items()
    )
    (tmp_path / "with.html").write_text(f"{policy}<main>{planted}</main>")
    (tmp_path / "without.html").write_text(f"<main>{planted}</main>")
    # Not the browser of all tests, where nothing may be refused.
    other = browser.browser_type.launch(executable_path=executable, args=FLAGS)
    with served(tmp_path) as address:
        assert asked(other, f"{address}with.html") == set()
        assert asked(other, f"{address}without.html") == PLANTS.keys()
    other.close()
