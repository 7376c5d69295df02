"""Measure a question: `python -m snippets symmetry`."""

try:
    from snippets.evidence.cli import main
except ModuleNotFoundError as error:
    # Copiers need torch alone; who measures needs more.
    raise SystemExit(
        f"python -m snippets: {error}; to measure, install the experiments' packages: "
        'pip install ".[experiments]" in the repository'
    ) from None

if __name__ == "__main__":
    raise SystemExit(main())
