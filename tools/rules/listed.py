"""`python -m tools.rules.listed`, a part of `make format`: lists the rules in CONTRIBUTING."""

from __future__ import annotations

from tools.rules.rules import CONTRIBUTING, listed

if __name__ == "__main__":
    CONTRIBUTING.write_text(listed(), encoding="utf-8")
