"""The site's machinery: from evidence and Markdown to a static site.

core/         our own markup and what becomes of it, for any host
host/         the same in MkDocs and Material, and what these leave out
notebooks.py  a page as a notebook, executed once
search.py     the index of each language, by its readers' words; search.js asks it
finishing.py  the last touches to the built site, so that it is light
leaks.py      our own markup must not reach a reader

rules/        what contributors must keep to, each rule with a name; `make check`
reviews.py    which sections were compared in both languages, noted in reviewed.json; `make reviewed`
question.py   `make question`: lays out a new one, from the files of scaffold/
site.py       `make site`: measure, build beside, finish, swap
serve.py      `make serve`: pages at once, numbers as they come
bench.py      `make bench`: what measuring, building and saving cost
audit.py      `make audit`: every page, by other judges
newest.py     `make newest`: what the newest versions of everything would change
browsing.py   a server and a browser, for audit and tests
"""
