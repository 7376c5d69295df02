"""The guide in MkDocs and Material: what they call, and what they leave out.

hooks.py      what MkDocs calls, in its order
faults.py     what is wrong with a page or a question: ends a build, is shown by the server
converting.py pages as Markdown made them, kept until something of them changes
derived.py    pages and files that are made from others: notebooks, code, techniques
languages.py  two languages in one project: names, navigation, interface
sharing.py    what a chat shows of a link, and its picture
showing.py    `mkdocs serve` goes on when a build fails
zensical.py   the same pages by another host, with the settings in zensical.yml
"""
