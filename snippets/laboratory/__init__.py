"""What experiments are made of: data, many nets trained together, random streams, intervals.

    seeding.py    random streams, one per run and purpose
    digits.py     the data set of the small experiments
    mnist1d.py    a harder small data set, with a validation part
    ensembles.py  many small nets trained together, one per seed
    intervals.py  from the observations of many runs to an estimate with its interval
    timing.py     how long calls take, one against the other
    panels.py     the layout that most figures share

An experiment returns the estimates of `snippets.evidence`, which keeps and judges them.
"""
