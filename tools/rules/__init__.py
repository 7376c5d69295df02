"""What `make check` keeps to, each rule with a name: `file:line: rule: what is wrong; what to do`.

rendering.py    a page as Markdown renders it, and the line that something of it comes from
markup.py       which elements, attributes, classes and addresses a page may become
links.py        whether links and pictures lead somewhere
source.py       what only the source shows: front matter, headings, claims that lean on others
numbers.py      measured numbers that are typed, and units
languages.py    Chinese typography, text alternatives, terms
parity.py       whether both languages say the same
code.py         techniques, claims, figures, examples
explorables.py  words, controls and scripts of figures that can be turned
project.py      bytes of files, settings, the menu, where each question must stand
marks.py        what `make question` leaves to be written
rules.py        all of them by name, in both languages
"""
