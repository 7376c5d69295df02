"""Keep what experiments found, and judge the claims.

    estimates.py    a measured quantity with its interval
    claims.py       a condition on an estimate that holds or does not
    questions.py    which questions and measurements there are
    fingerprint.py  a hash of everything that a measurement depends on
    store.py        keeps what was measured under that hash
    runner.py       runs measurements, a few at a time
    measuring.py    runs those that the store lacks, and shows how far it is
    judging.py      puts together what is known of a question, and judges its claims
    cli.py          `python -m snippets`

Nothing here knows how an experiment is made, or the site.
"""
