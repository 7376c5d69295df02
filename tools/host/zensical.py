"""`python -m tools.host.zensical`: the same pages by another host, and what each shows beside `site/`.

Zensical is Material's successor. It runs extensions of Markdown and ignores hooks, so it proves that the core
needs none. It builds in a folder of its own, for it keeps and clears a `.cache` there.

What version 0.0.73 lacks for this site: a navigation, a name and `<html lang>` for each language (all 24
pages say zh; `languages.py` has 40 lines for it), a search index for each, split by words (there is one of
0.8 MB for both; `search.py`), the 14 notebooks and 14 pages of code, which are made while building
(`derived.py`), the door with its template, `hreflang` in the sitemap, pictures of links, and the finishing
of what the theme wrote.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from bs4 import BeautifulSoup

from snippets.evidence.questions import ROOT

KINDS = {
    "numbers": "data.measured",
    "formulas": "math",
    "figures": "svg.fig",
    "claims": ".admonition.claim",
    "verdicts": ".badge",
    "terms": "a.term",
    "listings": "details.listing",
    "code blocks": "pre",
    "tables": "table",
}


def build(target: Path) -> None:
    """Build all pages into a folder.

    Raises:
        SystemExit: If Zensical is not installed, or fails.
    """
    shutil.copytree(ROOT / "docs", target / "docs")
    for name in ("snippets", "tools", "mkdocs.yml"):
        (target / name).symlink_to(ROOT / name)
    shutil.copy(Path(__file__).with_suffix(".yml"), target)
    command = [sys.executable, "-m", "zensical", "build", "-f", "zensical.yml"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    if subprocess.run(command, cwd=target, env=environment, check=False).returncode:
        raise SystemExit(
            "zensical: not built; install it: pip install zensical==0.0.73"
        )


def shown(html: str) -> dict[str, list[str]]:
    """What a reader sees of each kind on a built page, in its order."""
    article = BeautifulSoup(html, "html.parser").article
    assert article, "a page has an article"
    return {
        kind: [" ".join(part.get_text().split()) for part in article.select(chosen)]
        for kind, chosen in KINDS.items()
    }


def main() -> int:
    """Compare all pages that both have.

    Returns:
        0 if they show the same, else 1.
    """
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    differing, pages = 0, 0
    with TemporaryDirectory() as folder:
        build(Path(folder))
        for page in sorted(Path(folder, "site").glob("??/**/index.html")):
            twin = ROOT / "site" / page.relative_to(Path(folder, "site"))
            mine, other = (shown(p.read_text(encoding="utf-8")) for p in (twin, page))
            pages += 1
            for kind in KINDS:
                ours[kind] += len(mine[kind])
                theirs[kind] += len(other[kind])
                if mine[kind] != other[kind]:
                    differing += 1
                    print(f"{twin}: other {kind}")
    print(f"{pages} pages, of each kind as many by MkDocs and by Zensical:")
    for kind in KINDS:
        print(f"{kind:12} {ours[kind]:6} {theirs[kind]:6}")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
