"""The site's machinery: from evidence and Markdown to a static site.

prose.py      tells prose from code and mathematics in Markdown
numbers.py    a measured number in the words of a language
figures.py    figures as SVG that follows the page's colours
notebooks.py  a page as a notebook, executed once
pages.py      a page, and what it names
rendering.py  what becomes of it: numbers, claims, figures, formulas
hooks.py      the thin layer that MkDocs calls
rules.py      what every page must keep to; `make check`
site.py       `make site`: measure, build beside, swap
serve.py      `make serve`: pages at once, numbers as they come
"""
