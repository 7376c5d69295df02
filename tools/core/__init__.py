"""The guide's own markup and what becomes of it, for any host: nothing here knows MkDocs or Material.

Each of these asks only those above it, and the three at the end:

prose.py      tells prose from code and mathematics in Markdown
pages.py      a page, read once: its parts and where they stand
numbers.py    a measured number in the words of a language
formulas.py   TeX as MathML
figures.py    figures in the words of a language, kept until they change
guide.py      all pages and all evidence: what each part stands for, or why for nothing
rendering.py  a page with its parts in place: as Markdown for the site, as text for notebooks
ledger.py     lists of what other pages state
copying.py    how code to copy is shown: use, file and licence, source
glossary.py   terms that lead to their meaning
extension.py  all of that as an extension of Python-Markdown

words.py      what the guide itself says, in both languages
drawing.py    how figures are drawn: SVG that follows the page's colours
kept.py       what is slow to make, kept by all that it depends on
"""
