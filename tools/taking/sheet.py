"""The cheat sheet of a language on one A4 page: its page of the site, printed as any reader would."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tools.taking.printing import PrintingError, pdf


def write(site: Path, language: str, file: Path, browser: Browser) -> None:
    """Print the cheat sheet of a language.

    Args:
        site: The finished site.
        language: "zh" or "en".
        file: The PDF.
        browser: Prints it.

    Raises:
        PrintingError: If it does not fit on one page.
    """
    path = f"{language}/sheet/"
    html = (site / path / "index.html").read_text(encoding="utf-8")
    pages = pdf(browser, html, file, site=site, path=path)
    if pages != 1:
        raise PrintingError(
            f"docs/{language}/sheet.md: it fills {pages} pages of A4 instead of one; shorten it, or "
            "set it more densely in docs/assets/sheet.css, with nothing below 6.5 pt"
        )
