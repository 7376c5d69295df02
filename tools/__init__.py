"""The site's machinery: from evidence and Markdown to a static site.

prose.py      tells prose from code and mathematics in Markdown
pages.py      a page, and what it names
numbers.py    a measured number in the words of a language
kept.py       what is slow to make, kept by all that it depends on
figures.py    figures in the words of a language, kept until they change
drawing.py    how they are drawn: SVG that follows the page's colours
rendering.py  what becomes of a page: numbers, claims, figures, formulas
glossary.py   terms that lead to their meaning
search.py     the index of each language, by its readers' words
copying.py    how code to copy is shown: use, file and licence, source
notebooks.py  a page as a notebook, executed once
hooks.py      the thin layer that MkDocs calls
finishing.py  the last touches to the built site, so that it is light
leaks.py      our own markup must not reach a reader

rules.py      what every page must keep to; `make check`
reviews.py    which sections were compared in both languages; `make reviewed`
site.py       `make site`: measure, build beside, finish, swap
serve.py      `make serve`: pages at once, numbers as they come
audit.py      `make audit`: every page, by other judges
browsing.py   a server and a browser, for audit and tests
"""
