"""Measure experiments over many seeds, keep what they found, and judge the claims.

    estimates.py    a measured quantity with its interval
    claims.py       a condition on an estimate that holds or does not
    statistics.py   from the observations of many runs to an estimate
    timing.py       how long calls take, one against the other
    seeding.py      random streams, one per run and purpose
    digits.py       the data set of the small experiments
    mnist1d.py      a harder small data set, with a validation part
    ensembles.py    many small nets trained together, one per seed
    questions.py    which questions and measurements there are
    fingerprint.py  a hash of everything that a measurement depends on
    store.py        keeps what was measured under that hash
    runner.py       runs what the store lacks
    evidence.py     puts together what is known of a question, and judges its claims
    panels.py       the layout that most figures share
    cli.py          `python -m snippets`

Nothing here knows how the site is made.
"""
