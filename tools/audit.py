"""`make audit`: what is too slow for every test run. All pages in both themes, and what other judges say.

Lighthouse and TypeScript need Node.js, the Nu HTML checker also Java; npm fetches them at the versions
below. Who cannot be asked is named and counts as a fault: an audit that looked at less must not look like a
good one.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from snippets.evidence.questions import ROOT, questions
from tools.browsing import (
    FLAGS,
    browsing,
    find_browser,
    first_view,
    searched,
    served,
    violations,
)
from tools.core.explorables import FOLDER, exists
from tools.core.pages import LANGUAGES

LIGHTHOUSE, NU = "lighthouse@12.8.2", "vnu-jar@26.9.27"
TYPESCRIPT = "typescript@7.0.2"
STRICT = ("--noEmit", "--allowJs", "--checkJs", "--strict", "--pretty", "false")
LIBRARIES = ("--target", "es2023", "--lib", "es2023,dom,dom.iterable")
TYPED = ("types.d.ts", "kit.js", "random.js", "*-math.js")  # drawings have no types yet
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
JUDGED = ("zh/", "zh/momentum/", "en/selu/", "en/notebooks/sparsity/")


def main() -> int:
    """Look at the built site and print what is found.

    Returns:
        0 if nothing is wrong, else 1.
    """
    site = ROOT / "site"
    if not site.exists():
        print("make audit: there is no site/; run: make site", file=sys.stderr)
        return 1
    chromium = find_browser()
    if chromium is None:
        print("make audit: install Chromium, or set CHROME_PATH", file=sys.stderr)
        return 1
    files = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html"))
    pages = [name.removesuffix("index.html") for name in files]
    with served(site) as address:
        with browsing(chromium) as browser:
            faults = accessibility(browser, address, pages) + weight(browser, address)
            faults += frames(browser, address)
        faults += types() + nu(site) + lighthouse(address, chromium)
    print(f"audit: {faults} faults" if faults else "audit: nothing is wrong")
    return 1 if faults else 0


def accessibility(browser: Browser, address: str, pages: list[str]) -> int:
    """Run axe-core on every page, light and dark, on a phone, plain and with the search open."""
    faults = runs = 0
    for scheme in ("light", "dark"):
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": 390, "height": 844}
        )
        page = context.new_page()
        for name in pages:
            page.goto(address + name, wait_until="networkidle")
            for state in ("plain", "search open"):
                words = "激活函数" if name.startswith("zh/") else "momentum"
                if state == "search open" and not searched(page, words):
                    continue
                runs += 1
                for violation in violations(page):
                    faults += 1
                    node = violation["nodes"][0]["html"][:100]
                    print(f"axe: /{name}, {scheme}, {state}: {violation['id']}: {node}")
        context.close()
    print(f"axe: {faults} violations in {runs} runs on {len(pages)} pages")
    return faults


def weight(browser: Browser, address: str) -> int:
    """Weigh the first view of every question page, as compressed on the line."""
    faults = 0
    for name in [f"{language}/{q}/" for language in LANGUAGES for q in questions()]:
        sizes = first_view(browser, address + name).values()
        print(f"weight: /{name}: {sum(sizes) / 1000:.0f} kB, {len(sizes)} requests")
        faults += sum(sizes) > 120_000 or len(sizes) > 15
    return faults


def frames(browser: Browser, address: str) -> int:
    """Time what each explorable does in a frame while it is turned, at a quarter of this speed."""
    faults = 0
    for question in filter(exists, questions()):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}en/{question}/#figure")
        page.wait_for_selector(".explorable.alive")
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.wait_for_timeout(1500)  # what it does by itself at first
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        hands = page.locator(".explorable form input:visible")
        sliders = page.locator(".explorable form input[type=range]:visible")
        if sliders.count():
            sliders.first.focus()
            for step in range(60):
                page.keyboard.press("ArrowRight" if step < 40 else "ArrowLeft")
                page.wait_for_timeout(16)
        else:
            hands.nth(2).click()
        page.wait_for_timeout(4000)
        events = json.loads(browser.stop_tracing())["traceEvents"]
        page.close()
        # time of the thread: what else the machine does is not counted
        spent = sorted(
            e["tdur"] / 1000 for e in events if e["name"] == "FireAnimationFrame"
        )
        high = statistics.quantiles(spent, n=20)[-1]
        print(f"frames: {question}: {high:.1f} ms in 95 of 100, {len(spent)} frames")
        faults += high > 16
    return faults


def types() -> int:
    """Ask TypeScript whether scripts of explorables do with states and numbers what their types say."""
    if not shutil.which("npx"):
        print("types: not asked, it needs npx")
        return 1
    files = [str(f) for name in TYPED for f in sorted((ROOT / FOLDER).glob(name))]
    command = ["npx", "--yes", "--package", TYPESCRIPT, "tsc", *STRICT, *LIBRARIES]
    done = subprocess.run(
        [*command, *files], capture_output=True, text=True, check=False, cwd=ROOT
    )
    found = [line for line in done.stdout.splitlines() if "error TS" in line]
    if done.returncode and not found:
        print(f"types: not asked, tsc did not run: {done.stderr.strip()}")
        return 1
    for error in found[:20]:
        print(f"types: {error}")
    print(f"types: {len(found)} errors in {len(files)} files")
    return len(found)


def nu(site: Path) -> int:
    """Ask the Nu HTML checker for errors."""
    if not (shutil.which("npm") and shutil.which("java")):
        print("nu: not asked, it needs npm and java")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--prefix", folder, NU]
        subprocess.run(install, check=True)
        (jar,) = Path(folder).rglob("vnu.jar")
        command = ["java", "-Xss4m", "-jar", str(jar), "--errors-only"]
        done = subprocess.run(
            [*command, "--skip-non-html", "--format", "json", str(site)],
            capture_output=True,
            text=True,
            check=False,
        )
    found = json.loads(done.stderr)["messages"]
    for message in found[:20]:
        print(f"nu: {message.get('url')}: {message['message']}")
    print(f"nu: {len(found)} errors")
    return len(found)


def lighthouse(address: str, chromium: str) -> int:
    """Ask Lighthouse about a phone's view: the median of three runs of each category."""
    if not shutil.which("npx"):
        print("lighthouse: not asked, it needs npx")
        return 1
    faults = 0
    for name in JUDGED:
        runs = [_lighthouse(address + name, chromium) for _ in range(3)]
        scores = {
            category: statistics.median(
                run["categories"][category]["score"] for run in runs
            )
            for category in CATEGORIES
        }
        shift = max(
            run["audits"]["cumulative-layout-shift"]["numericValue"] for run in runs
        )
        print(f"lighthouse: /{name}: {scores}, largest layout shift {shift:.3f}")
        others = [score for name, score in scores.items() if name != "performance"]
        faults += scores["performance"] < 0.99 or min(others) < 1 or shift > 0
    return faults


def _lighthouse(url: str, chromium: str) -> dict[str, dict[str, dict[str, float]]]:
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json"]
    only = f"--only-categories={','.join(CATEGORIES)}"
    flags = f"--chrome-flags=--headless=new {' '.join(FLAGS)}"
    done = subprocess.run(
        [*command, only, flags],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"CHROME_PATH": chromium},
    )
    report: dict[str, dict[str, dict[str, float]]] = json.loads(done.stdout)
    return report


if __name__ == "__main__":
    raise SystemExit(main())
