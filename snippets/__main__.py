"""Measure a question: `python -m snippets symmetry`."""

from snippets.evidence.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
