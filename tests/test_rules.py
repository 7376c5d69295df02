"""Every kind of fault, planted in both languages at once, is told with its line, its rule and what to do."""

# ruff: noqa: E501, a table has a row for each kind

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from snippets.evidence.judging import known
from snippets.evidence.questions import questions
from tools.core import numbers
from tools.core.guide import Guide
from tools.core.pages import parse
from tools.rules.languages import rows, twins, typography
from tools.rules.numbers import copied
from tools.rules.project import kinds
from tools.rules.rules import RULES, check

ROOT = Path(__file__).parents[1]
PAGE = """---
description: {description}
---

# {title}

{lead}

{planted}

## {last} {{: #last }}

{lead}
"""
WORDS = {
    "en": {
        "description": "A page to plant faults in.",
        "title": "Toy",
        "lead": "Here is a sentence.",
        "last": "The end",
    },
    "zh": {
        "description": "用来埋错的页面。",
        "title": "玩具",
        "lead": "这里有一句话。",
        "last": "结尾",
    },
}
# Rule; what is planted, with the sign ⟦ in the line that is to be named; what the message says of it.
KINDS: dict[str, tuple[str, str, str]] = {
    # links
    "a missing page": ("link", "⟦[text](momentun.md)", r"leads to no page .* is it '(en|zh)/momentum\.md'\?"),
    "a missing page in a folder": ("link", "⟦[text](code/momentun.md)", r"is it '(en|zh)/code/momentum\.md'\?"),
    "a dead anchor": ("link", "⟦[text](momentum.md#masured)", r"has no section or claim #masured; is it 'measured'\?"),
    "a dead anchor of the page": ("link", "⟦[text](#lst)", r"has no section or claim #lst; is it 'last'\?"),
    "a dead anchor of a claim": ("link", "⟦[text](ledger.md#momentum.nope)", r"has no section or claim #momentum\.nope"),
    "an absolute address": ("link", "⟦[text](/en/momentum/)", "leads out of the site"),
    "an address of the site itself": ("link", "⟦[text](../en/momentum/)", "leads to no page or file"),
    "the whole address of a page": ("link", "⟦[text](https://answers-that-run.example/en/momentum/)", "is a page of this site; write it from this page on"),
    "an autolink to a page": ("link", "⟦See <https://answers-that-run.example/en/>.", "is a page of this site; write it from this page on"),
    "no address": ("link", "⟦[text]()", "a link without an address; write one"),
    "a reference to a missing page": ("link", "[text][way].\n\n⟦[way]: momentun.md", r"leads to no page .*momentum"),
    "a shortcut to a missing page": ("link", "[way].\n\n⟦[way]: momentun.md", r"leads to no page .*momentum"),
    "a link in HTML": ("link", '⟦A <a href="momentum.md">text</a>.', r"<a> is not followed where .* \[text\]\(page\.md\)"),
    "a reference to nothing": ("raw", "⟦A [text][nowhere] here.", r"'\]\[' reaches the reader .* define the reference"),
    "a footnote of nothing": ("raw", "⟦A note[^none].", r"'\[\^none\]' reaches the reader .* define the footnote"),
    "a link without words": ("link", "⟦[](momentum.md)", "has no text; write where it leads"),
    "a footnote of two texts": ("raw", "A word[^a].\n\n[^a]: B.\n⟦[^a]: C.", r"\[\^a\] is defined twice"),
    "a footnote that nothing needs": ("raw", "T.\n\n⟦[^a]: B.", r"\[\^a\] is defined, and nothing refers to it"),
    "an address that nothing needs": ("raw", "T.\n\n⟦[way]: momentum.md", r"\[way\] is defined, and nothing refers to it"),
    "another host without a lock": ("address", "⟦[text](http://example.org/a)", "neither a page of this site nor https"),
    "half a link": ("raw", "⟦A [text(momentum.md) here.", r"'\.md' reaches the reader .* write \[text\]\(address\)"),
    "a bare address": ("raw", "⟦See https://example.org/a here.", "'https://' reaches the reader"),
    "another host without slashes": ("address", "⟦[text](https:example.org)", "does not show plainly where it leads"),
    "another host behind a name": ("address", "⟦[text](https://pytorch.org@example.org/)", "does not show plainly"),
    "another host without a scheme": ("address", "⟦[text](//example.org/a)", "begin it with https:"),
    "another host by slashes of Windows": ("address", "⟦[text](/\\\\example.org/a)", "begin it with https:|leads out"),
    # pictures
    "a missing picture": ("link", "⟦![{lead}](../assets/favicn.svg)", r"is it 'assets/favicon\.svg'\?"),
    "a picture without words": ("picture", "⟦![](../assets/favicon.svg)", "write what it shows in the brackets"),
    "a remote picture": ("address", "⟦![{lead}](https://example.org/a.png)", "ask another origin; put the file into"),
    "a remote picture by reference": ("address", "![{lead}][pic]\n\n⟦[pic]: https://example.org/a.png", "another origin"),
    "a remote picture by shortcut": ("address", "![pic]\n\n⟦[pic]: //example.org/a.png", "leads to another host"),
    "a picture in HTML": ("link", '⟦<img alt="{lead}" src="../assets/favicon.svg">', "<img> is not followed"),
    "a remote srcset": ("element", '⟦<p><img alt="{lead}" src="../assets/favicon.svg" srcset="//e.org/a 2x"></p>', "'srcset'"),
    "an inline picture": ("address", "⟦![{lead}](data:image/svg+xml;base64,PHN2Zz4=)", "neither a page of this site nor https"),
    # scripts
    "a script": ("element", "⟦<script>alert(1)</script>", "<script> is no element .* must read without script"),
    "a script in capitals": ("element", "⟦<SCRIPT>alert(1)</SCRIPT>", "<script> is no element"),
    "an event": ("element", '⟦<p onclick="alert(1)">T</p>', "'onclick' is no attribute"),
    "an event behind a slash": ("element", "⟦<p/onclick=alert(1)>T</p>", "'onclick' is no attribute"),
    "an event before a blank": ("element", '⟦<p onclick ="alert(1)">T</p>', "'onclick' is no attribute"),
    "an event on its own line": ("element", '<p title="t"\n⟦onclick="alert(1)">T</p>', "'onclick' is no attribute"),
    "an event by an attribute list": ("element", 'Text.\n⟦{: onclick="alert(1)" }', "'onclick' is no attribute"),
    "a style by an attribute list": ("element", 'Text.\n⟦{: style="color:red" }', "'style' is no .* stands in docs/assets/style.css"),
    "an inline style": ("element", '⟦<p style="color:red">T</p>', "'style' is no attribute"),
    "a stylesheet": ("element", "⟦<style>p { color: red }</style>", "<style> is no element"),
    "javascript:": ("address", "⟦[text](javascript:alert(1))", "neither a page of this site nor https"),
    "javascript: in mixed case": ("address", "⟦[text](JavaScript:alert(1))", "neither a page of this site nor https"),
    "javascript: in entities": ("address", "⟦[text](&#106;avascript:alert(1))", "neither a page of this site nor https"),
    "javascript: with a tab": ("address", '⟦A <a href="java&#9;script:alert(1)">text</a>.', "neither a page of this"),
    "data:": ("address", "⟦[text](data:text/html,hello)", "neither a page of this site nor https"),
    "an autolink to a script": ("address|raw|element", "⟦<javascript:alert(1)>", "neither|reaches|no element"),
    "a refresh": ("element", '⟦<meta http-equiv="refresh" content="0;url=//e.org">', "<meta> is no element .* asks nobody"),
    "a form": ("element", '⟦<form action="//e.org"><button>Go</button></form>', "<form> is no element"),
    "a button that sends": ("element", '⟦<button formaction="//e.org">Go</button>', "<button> is no element"),
    "a frame": ("element", '⟦<iframe src="momentum.md"></iframe>', "<iframe> is no element"),
    "a base": ("element", '⟦<base href="//e.org">', "<base> is no element"),
    "a picture of HTML in SVG": ("element", "⟦<svg><use href='//e.org#a'/></svg>", "<svg> is no element"),
    "a field": ("element", '⟦<p><input type="text" name="a"></p>', "an <input> is a radio button"),
    "a class that nothing has": ("element", 'Text.\n⟦{: .leed }', r"no <p> has the class 'leed'; is it 'lead'\?"),
    "an attribute for the theme's body": ("element", 'Text <body onload="alert(1)"> more.\n'.replace("Text", "⟦Text"), "<body> belongs to the theme"),
    "an attribute for the root": ("element", '⟦<html onclick="alert(1)">', "<html> belongs to the theme"),
    "an aligned column": ("element", "| A | B |\n| --- | ---: |\n⟦| a | b |", "write --- without a colon"),
    "a number in an attribute": ("element", '⟦<p title="97.3%">T</p>', "'title' is no attribute"),
    "a language that there is not": ("element", '⟦<span lang="english">T</span>', "'english' is no language of this site"),
    # structure
    "an element that is not closed": ("balance", '⟦<div class="cards">\n\nText.', "nothing closes <div>; write </div>"),
    "an end of nothing": ("balance", "⟦</div></article>", "</div> closes nothing"),
    "a list without a blank line": ("raw", "Text:\n⟦- one\n- two", "leave a blank line before it"),
    "a table without a blank line": ("raw", "Text:\n⟦| a | b |\n| --- | --- |", "leave a blank line before it"),
    "a link with a blank": ("raw", "⟦A [text] (momentum.md) here.", "without a blank between"),
    "a list nested by two": ("indent", "- One\n⟦  - Two", "is 2 blanks in; what belongs to a list"),
    "a paragraph of a list by three": ("indent", "1. One\n\n⟦   Two", "is 3 blanks in"),
    "a list that begins further in": ("indent", "⟦  - One\n  - Two", "is 2 blanks in"),
    "a cell too many": ("table", "| A | B |\n| --- | --- |\n⟦| a | b | c |", "this row has 3 cells, and the table 2"),
    "a cell too few": ("table", "| A | B |\n| --- | --- |\n⟦| a |", "this row has 1 cells, and the table 2"),
    "a text below a table": ("table", "| A | B |\n| --- | --- |\n| a | b |\n⟦{lead}", "would be a row of the table above"),
    "a box in full-width signs": ("raw", '⟦！！！ note "Title"', "reaches the reader"),
    "a tab": ("raw", '⟦=== "Tab"', "that is no markup here"),
    "a box of another site": ("raw", "> ⟦[!NOTE]", "that is no markup here"),
    "an item without a blank": ("raw", "⟦-one\n-two", "write - and a blank before each item"),
    "an item of dots": ("raw", "⟦• One", "write - and a blank before each item"),
    "an asterisk too few": ("raw", "⟦A **word* here.", "write \\*\\*words"),
    "TeX outside of a formula": ("raw", "⟦The rate \\alpha here.", "write formulas as"),
    "code closed by another fence": ("fence", "⟦```python\nx = y\n````\n\nText.\n\n```python\ny = x\n```", "nothing closes this code before line 11"),
    "code opened by too few signs": ("fence", "⟦``python\nx = y\n```", "'``python' opens no code"),
    "a box without text": ("element", '⟦!!! note "Title"\n\nText.', "nothing stands in 'Title'; begin its lines four spaces in"),
    "a fold without text": ("element", '⟦??? question "Title"\n\nText.', "nothing stands in 'Title'"),
    "a comment that is not closed": ("balance", "⟦<!-- Text.\n\nMore.", "nothing closes this comment"),
    "code closed by too few signs": ("fence", "⟦````python\nx = y\n```", "nothing closes this code; write ````"),
    "code of Python by another name": ("fence", "⟦```py\nx = y\n```", "no code here is 'py'"),
    "a name that HTML does not have": ("raw", "⟦A &nosuch; here.", "HTML has no such name"),
    "bold that is not closed": ("raw", "⟦A __word here.", "write \\*\\*words\\*\\*"),
    "a claim in capitals": ("claim", '⟦!!! Claim "momentum.x"\n\n    T.', "is not read as a claim"),
    "a claim with too few marks": ("claim", '⟦!! claim "momentum.x"\n\n    T.', "is not read as a claim"),
    "code of no language": ("fence", "⟦```pyhton\nx = 1\n```", "no code here is 'pyhton'; is it 'python'"),
    "a heading in a quotation": ("level", "> ⟦## Two", "has no id; write it at the margin"),
    "strike through": ("raw", "⟦A ~~word~~ here.", "that is no markup here"),
    "a skipped level": ("level", "## A {: #a }\n\n⟦#### B {: #b }", r"2 levels below .* write ###"),
    "a second title": ("level", "⟦# Another", "is a second title; write ##"),
    "a title in HTML": ("level", "⟦<h1>Another</h1>", "is a second title; write ##"),
    "a heading without id": ("heading", "⟦## Why", r"heading 'Why' has no id; add \{: #english-id \}"),
    "an id that stands twice": ("heading", "## A {: #a }\n\n⟦## B {: #a }", "the id #a stands twice"),
    "an id of another element": ("id", 'A\n{: #a }\n\nB\n⟦{: #a }', "the id #a stands twice"),
    "an id in capitals": ("heading", "⟦## A {: #A_b }", "use small English letters"),
    "an id of another shape": ("id", "Text.\n⟦{: #__a }", "the id '__a' is not written as others are"),
    "an underlined heading": ("heading", "⟦T\n---", "this line becomes a heading"),
    "code that is not closed": ("fence", "⟦```python\nx = 1", "nothing closes this code; write ```"),
    "code in a line that is not closed": ("raw", "⟦A `torch.exp here.", "close the code"),
    "a claim without quotes": ("claim", "⟦!!! claim momentum.x\n\n    T.", 'is not read as a claim; write !!! claim "id"'),
    "a claim in single quotes": ("claim", "⟦!!! claim 'momentum.x'\n\n    T.", "is not read as a claim"),
    "a claim that is not indented": ("claim", '⟦!!! claim "momentum.huge-decays"\n\n  T.', "without a sentence; write it below"),
    "an unknown claim": ("claim", '⟦!!! claim "momentum.nope"\n\n    T.', "there is no claim 'momentum.nope'"),
    "a fold with one question mark too few": ("raw", '⟦?? question "Why?"\n\n    T.', r"'\?\? question' reaches"),
    "an attribute list that is none": ("raw", "⟦Text {: #a", r"'\{:' reaches the reader"),
    "bold with a blank": ("raw", "⟦A ** word** here.", "write \\*\\*words\\*\\*"),
    # mathematics
    "a formula that does not parse": ("formula", "⟦$\\frob{x}$", "is not understood"),
    "a formula of LaTeX": ("formula", "⟦The rate \\(x\\) here.", "begins no formula; write"),
    "a displayed formula of LaTeX": ("formula", "⟦\\[\nx\n\\]", "begins no formula; write"),
    "a placeholder in a formula": ("formula", "⟦$[[symmetry.he.test_accuracy]]$", "no placeholder is filled in a formula"),
    "Chinese in a formula": ("formula", "⟦$x，y$", "'，' stands in a formula"),
    "a formula that is not closed": ("raw", "⟦The rate $\\eta is small.", "write formulas as"),
    # evidence
    "an unknown key": ("number", "⟦[[symmetry.he.test_acuracy]]", r"is it '\[\[symmetry\.he\.test_accuracy\]\]'\?"),
    "an unknown question": ("number", "⟦[[symetry.he.test_accuracy]]", r"names no question; is it 'symmetry'\?"),
    "an unknown form": ("number", "⟦[[symmetry.he.test_accuracy:max]]", "write size, interval, n or machine, not 'max'"),
    "a placeholder in single brackets": ("raw", "⟦A [symmetry.he.test_accuracy] here.", "write \\[\\[question.key\\]\\]"),
    "a placeholder in braces": ("raw", "⟦A {{symmetry.he.test_accuracy}} here.", "write \\[\\[question.key\\]\\]"),
    "a placeholder on two lines": ("raw", "⟦A [[symmetry.he.\ntest_accuracy]] here.", "on one line, with both brackets"),
    "a placeholder without a bracket": ("raw", "⟦A [[symmetry.he.test_accuracy] here.", "on one line, with both brackets"),
    "a placeholder in code": ("raw", "⟦A `[[symmetry.he.test_accuracy]]` here.", "stands in code"),
    "a percent too many": ("unit", "⟦A [[symmetry.he.test_accuracy]] % here.", "is shown with its %"),
    "a percent behind bold": ("unit", "⟦A **[[symmetry.he.test_accuracy]]** percent here.", "is shown with its %"),
    "steps of a share": ("unit", "⟦A [[symmetry.he.test_accuracy]] steps here.", "is shown with its %"),
    "a percent in a link": ("typed", "⟦A [97.3% of all](https://example.org/a) here.", r"'97\.3%' is typed"),
    "a typed number": ("typed", "⟦A 97.5% here.", r"'97\.5%' is typed in .* \[\[question\.key\]\]"),
    "a number in full-width digits": ("typed", "⟦A ９７ here.", "'９７' is typed"),
    "a number in other digits": ("typed", "⟦A ٩٧ here.", "'٩' is typed"),
    "a number in a circle": ("typed", "⟦A ⑨ here.", "'⑨' is typed"),
    "a number glued to a word": ("typed", "⟦The accuracy97 here.", "'accuracy97' is a word with a number in it"),
    "a number as a link": ("typed", "⟦A [97.5%](https://example.org/a) here.", r"'97\.5%' is typed"),
    "an unknown verdict": ("verdict", "⟦[[verdict wrong: #last]]", "is supported, refuted or depends"),
    "a verdict without reason": ("verdict", "⟦[[verdict refuted: ]]", "rests on nothing; name claims"),
    "a list of nothing": ("list|verdict", "⟦[[claims nope]]", "is not understood; write"),
    "an unknown figure": ("figure", "⟦![{lead}](figure:symmetry.fredom)", r"nothing draws .* is it 'symmetry\.freedom'\?"),
    "a silent figure": ("figure", "⟦![](figure:symmetry.freedom)", "has no text alternative"),
    "a setting of no figure": ("setting", "⟦[text](?lr=1#figure)", "no control of this page.s figure is named 'lr'"),
    # includes, code
    "a missing include": ("include", '```python\n⟦--8<-- "snippets/nope.py"\n```', "no file 'snippets/nope.py' to include"),
    "an include of what is not for readers": ("include", '```\n⟦--8<-- ".git/config"\n```', "no file '.git/config' to include"),
    "an include by another spelling": ("fence", '```\n⟦-8<- "snippets/__init__.py"\n```', "is not read as an include"),
    "an include in single quotes": ("fence", "```\n⟦--8<-- 'snippets/__init__.py'\n```", "is not read as an include"),
    "an include from outside": ("include", '```\n⟦--8<-- "../elsewhere"\n```', "no file '../elsewhere' to include"),
    "code that is not Python": ("example", "```python\nx = 1\n⟦def f(:\n```", "this is not Python"),
    # bytes
    "a BOM in the text": ("signs", "⟦A\ufeff word.", r"U\+FEFF \(zero width no-break space\)"),
    "a zero-width blank": ("signs", "⟦A\u200b word.", r"column 2 has U\+200B \(zero width space\), which nobody sees"),
    "a sign that turns the text round": ("signs", "⟦A \u202e word.", r"U\+202E \(right-to-left override\)"),
    "a control character": ("signs", "⟦A \x08 word.", r"U\+0008"),
    "a line of Windows": ("signs", "⟦A word.\r\nB.", "ends as on Windows"),
    "a separator of lines": ("signs", "⟦A\u2028 word.", r"U\+2028"),
    "a letter of another alphabet": ("letters", "⟦The \u0430ccuracy here.", r"U\+0430, cyrillic .* searches do not find"),
    "a letter in two signs": ("letters", "⟦A cafe\u0301 here.", r"U\+0301, combining"),
    "a letter of formulas": ("letters", "⟦A \U0001d431 here.", r"write 'x'"),
    "a letter that is blank": ("signs", "⟦A\u3164 word.", r"U\+3164"),
    "a mark of a merge in a list": ("signs", "- A\n⟦  <<<<<<< HEAD", "left by a merge"),
    "a mark of a merge": ("signs", "⟦<<<<<<< HEAD\nA.\n=======\nB.\n>>>>>>> other", "left by a merge; keep one"),
}  # fmt: skip
# The same where the planted text differs with the language.
OWN: dict[str, tuple[str, str, str, str]] = {
    "a number in words": ("typed", "⟦It reaches ninety-seven percent here.", "⟦这里达到百分之九十七。", "is typed"),
    "points in words": ("typed", "⟦It gains seventeen points here.", "⟦这里高出十七个百分点。", "is typed"),
    "a page of the other language": ("link", "⟦[text](../zh/momentum.md)", "⟦[文字](../en/momentum.md)", "leads into the folder of a language"),
    "times in words": ("typed", "⟦It is twenty-three times as fast.", "⟦这里快二十三倍。", "is typed"),
    "tenths in words": ("typed", "T.", "⟦这里有九成七的权重。", "is typed"),
    "a box without a title": ("language", "T.", "⟦!!! note\n\n    这里有一句话。", "the title 'Note' is Markdown.s own"),
    "a fold without a title": ("language", "T.", "⟦??? question\n\n    这里有一句话。", "the title 'Question' is"),
    "a paragraph of Chinese": ("language", "⟦这一段没有译成英文，还是中文。", "T.", "is not English"),
    "a paragraph in the other language": (
        "language", "T.", "⟦This paragraph was not translated into Chinese at all.", "is not Chinese",
    ),
    "a tenth in words": ("typed", "⟦It gains one point five points.", "⟦这里高出一点五个百分点。", "is typed"),
    "a figure in the other language": (
        "figure", "⟦![一张图](figure:symmetry.freedom)", "⟦![A figure](figure:symmetry.freedom)", "is not (Chinese|English)",
    ),
    "a picture in the other language": (
        "picture", "⟦![一张图](../assets/favicon.svg)", "⟦![A figure](../assets/favicon.svg)", "is not (Chinese|English)",
    ),
    "a claim that leans": (
        "leaning", '⟦!!! claim "momentum.huge-decays"\n\n    It decays.', '⟦!!! claim "momentum.huge-decays"\n\n    它会衰减。',
        "leans on another sentence",
    ),
}  # fmt: skip
# What the languages must share: the same planted, then something else in English.
ALIKE = """A sentence with [[symmetry.he.test_accuracy]], $x = 1$ and [a link](https://example.org/a).

![{lead}](figure:symmetry.freedom)

```python
x = 1
```

- One.
- Two.

## More {: #more }

{lead}
"""
PAIRS = {
    "a missing section": (r"## More \{: #more \}", "T.", "section #more is missing in"),
    "another section": ("#more", "#less", "section #more is missing in"),
    "another formula": ("x = 1[$]", "x = 2$", "formulas of section #title: 'x = [12]'"),
    "another source": ("org/a", "org/b", "links of section #title"),
    "other code": ("\nx = 1", "\nx = 2", "code blocks of section #title: 'x = [12]'"),
    "another number": (
        "he.test_accuracy",
        "he.train_accuracy",
        "numbers of section #title",
    ),
    "another figure": (
        "symmetry.freedom",
        "symmetry.matrix",
        "figures of section #title",
    ),
    "an item too few": (
        "- Two.\n",
        "",
        "a list of 2 items of section #title has no twin",
    ),
    "another order": (
        "(```python.*?```)\n\n(- One.\n- Two.)",
        r"\2\n\n\1",
        "has no twin at",
    ),
}
TERM = "a term by another name"
CHINESE = {
    "a half-width comma": ("⟦这里有一句,那里也有。", "，"),
    "a half-width full stop": ("⟦这里有一句.", "。"),
    "a missing blank": ("⟦这里用SELU网络。", "用 SELU"),
    "half-width brackets around Latin": ("⟦这里有优化器(Adam)。", "（Adam）"),
    "no blank before code": ("⟦这里用 `torch`函数。", "a blank between"),
    "no blank beside bold": ("⟦这里用**SELU** 网络。", "a blank between"),
    "no blank before a number": (
        "⟦这里是[[symmetry.he.test_accuracy]]。",
        "a blank between",
    ),
    "no blank behind a formula": ("⟦这里 $x$是权重。", "a blank between"),
    "a half-width comma behind Latin": ("⟦用 Adam, 不用别的。", "write ，"),
    "a half-width comma behind code": ("⟦用 `a`,不用别的。", "write ，"),
    "a half-width comma behind quotes": ("⟦他说“好”,然后走了。", "write ，"),
    "a half-width semicolon": ("⟦这里有一句;那里也有。", "write ；"),
    "brackets of two widths": ("⟦这里有（一句)。", "write （ and ）"),
    "half-width brackets beside blanks": ("⟦这里用 (Adam) 训练。", "write （ and ）"),
    "two commas": ("⟦这里有，，一句。", "write one of them"),
    "another full stop": ("⟦这里有一句．", "write 。"),
    "straight quotes": ('⟦这里说"你好"。', "“ and ”"),
    "a full stop behind Latin": ("⟦这里用的是 Adam.", "end the sentence with 。"),
    "two full stops": ("⟦这里有一句。。", "write one of them"),
    "half-width brackets": ("⟦这里有一句(那里也有)。", "（"),
}


def page_of(language: str, planted: str) -> tuple[str, int]:
    """A page with a fault in it, and the line that is to be named."""
    words = WORDS[language]
    text = PAGE.format(planted=planted.replace("{lead}", words["lead"]).replace("{", "{"), **words)  # fmt: skip
    line = text.partition("⟦")[0].count("\n") + 1
    return text.replace("⟦", ""), line


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is said of each page with a fault: all are planted, each on pages of its own, and checked once."""
    docs = tmp_path_factory.mktemp("rules") / "docs"
    shutil.copytree(ROOT / "docs", docs)
    planted = {name: {"en": k[1], "zh": k[1]} for name, k in KINDS.items()}
    planted |= {name: {"en": k[1], "zh": k[2]} for name, k in OWN.items()}
    for name, (pattern, new, _) in PAIRS.items():
        other = re.sub(pattern, new, ALIKE, count=1, flags=re.S)
        assert other != ALIKE, name
        planted[name] = {"zh": ALIKE, "en": other}
    planted[TERM] = {"zh": "⟦这里用层标准化。", "en": "Here is layer normalization."}
    planted |= {name: {"zh": k[0], "en": "T."} for name, k in CHINESE.items()}
    for name, texts in planted.items():
        for language, text in texts.items():
            file = docs / language / f"{slug(name)}.md"
            file.write_bytes(page_of(language, text)[0].encode())
    found: dict[str, list[str]] = {}
    guide = Guide(docs, {q: known(q) for q in questions()})
    for message in check(guide):
        found.setdefault(message.partition(":")[0], []).append(message)
    return found


def slug(name: str) -> str:
    return "toy-" + re.sub(r"\W+", "-", name)


def expect(
    told: dict[str, list[str]],
    name: str,
    language: str,
    planted: str,
    rule: str,
    said: str,
) -> None:
    file = f"docs/{language}/{slug(name)}.md"
    _, line = page_of(language, planted)
    found = told.get(file, [])
    wanted = rf"{re.escape(file)}:{line}: (?:{rule}): .*(?:{said})"
    assert any(re.match(wanted, m, re.S) for m in found), (wanted, found)


@pytest.mark.parametrize("name", KINDS)
def test_it_is_told_in_both_languages(told: dict[str, list[str]], name: str) -> None:
    rule, planted, said = KINDS[name]
    for language in WORDS:
        expect(told, name, language, planted, rule, said)


@pytest.mark.parametrize("name", OWN)
def test_it_is_told_in_the_words_of_each_language(
    told: dict[str, list[str]], name: str
) -> None:
    rule, en, zh, said = OWN[name]
    for language, planted in (("en", en), ("zh", zh)):
        if "⟦" in planted:
            expect(told, name, language, planted, rule, said)


@pytest.mark.parametrize("name", PAIRS)
def test_what_one_language_lacks_is_told(told: dict[str, list[str]], name: str) -> None:
    files = [f"docs/{language}/{slug(name)}.md" for language in WORDS]
    found = [m for file in files for m in told.get(file, [])]
    assert any(": parity: " in m and re.search(PAIRS[name][2], m) for m in found), found


def test_a_term_is_not_translated_two_ways(told: dict[str, list[str]]) -> None:
    found = told[f"docs/zh/{slug(TERM)}.md"]
    assert any(
        re.search(
            r":9: term: '层标准化' is 'layer normalization' in .*; write '层归一化'", m
        )
        for m in found
    ), found


@pytest.mark.parametrize(
    "how", ["${}$", "`{}`", r"$\approx {}\%$", r"$\mathbf{{}}$", "${=}$"]
)
@pytest.mark.parametrize("page", ["symmetry", "traps"])
def test_a_result_is_no_constant(how: str, page: str) -> None:
    found = known("symmetry")
    estimate = found.estimates["he.test_accuracy"]
    number = numbers.size(estimate).rstrip("%")
    share = f"{float(number) / 100:.4f}"  # the same in other digits
    text = f"# T\n\nIt is {how.replace('{}', number).replace('{=}', share)}.\n"
    (message,) = copied(parse(f"en/{page}.md", text), {"symmetry": found})
    assert message.startswith(f"docs/en/{page}.md:3: ")
    assert "is what [[symmetry." in message


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_is_set_as_chinese(told: dict[str, list[str]], name: str) -> None:
    planted, new = CHINESE[name]
    expect(
        told, name, "zh", planted, "typography", f"is not how Chinese is set; .*{new}"
    )


def test_a_wide_blank_is_told_where_a_paragraph_begins() -> None:
    page = parse("zh/toy.md", "# 题\n\n\u3000\u3000先猜，再动手。\n")
    (found,) = typography(page)
    assert found.startswith("docs/zh/toy.md:3: a wide blank (U+3000)"), found


# What a good contributor writes, in both languages or in the words of each.
GOOD = {
    "links": ("See <https://example.org/a> and [a](<https://example.org/b>).",) * 2,
    "notes": ("It learns[^a].\n\n[^a]: A note.", "网络学得会[^a]。\n\n[^a]: 注。"),
    "years": (
        "Since 2015, in the 1980s, at NeurIPS 2017 and ICML 2015 (Kingma and Ba, 2015; Loshchilov and Hutter, 2019).",
        "2015 年，2024 年 5 月，Transformer（Vaswani 等，2017）。两者都有（Kingma 和 Ba，2015；Loshchilov 和 Hutter，2019）。",
    ),
    "names": (
        "ResNet-50, GPT-2, MNIST-1D, W8A8, Llama-3.1-8B in 2D, bfloat16, fp16, conv1, sha256, CUDA 12, NumPy 1.26.",
        "这里有 ResNet-50 和 MNIST-1D，用 fp16 与 `float32`，CUDA 12，Python 3.11。",
    ),
    "places": ("Theorem 3, section 4.2, pages 12–15, Eq. 10.", "定理 3，第 4.2 节，第 12–15 页，用 No. 表示编号。"),
    "words": ("Thirteen points lie on the curve; repeat it twenty times. About seven percent of them.", "百分之七的点在曲线上。"),
    "signs": ("What??? Really!!! It ends… and goes on.", "他说：“好。”真的吗？！《深度学习》写道——确实如此……然后（见下文）继续。"),
    "emphasis": ("A **bold** word, an *italic* one, ***both***.", "**粗体**里有 **SELU** 网络，*强调*也行。"),
    "quotations": ("> A quotation.", '> <span lang="en">We propose a new optimizer for all of the networks here.</span>'),
    "lists": ("1. One\n2. Two\n\n    - nested\n    - more\n\n3. Three", "- 一\n\n    | 甲 | 乙 |\n    | --- | --- |\n    | `a|b` | 丙 |\n\n- 二"),
    "code": ("````text\n```python\n````",) * 2,
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_good_is_not_refused(tmp_path: Path, language: str) -> None:
    docs = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", docs)
    names = {name: f"good_{name}" for name in GOOD}
    for name, texts in GOOD.items():
        text = page_of(language, texts[language == "zh"])[0]
        (docs / language / f"{names[name]}.md").write_text(text, encoding="utf-8")
    found = list(check(Guide(docs, {q: known(q) for q in questions()})))
    of_twins = r"there is no docs/(?:en|zh)/good_|stands in no menu"
    assert [m for m in found if not re.search(of_twins, m)] == []


ROWS = {
    "zh": "# 术语\n\n| 中文 | English | 代码 | 含义 |\n| --- | --- | --- | --- |\n| 动量 | momentum |  | 速度。 |\n",
    "en": "# Terms\n\n| English | 中文 | Code | Meaning |\n| --- | --- | --- | --- |\n| momentum | 动量 |  | Speed. |\n",
}


@pytest.mark.parametrize(
    ("language", "old", "new", "said"),
    [
        ("en", "| momentum | 动量 |  | Speed. |\n", "", "zh/glossary.md:5: the row of '动量' has no twin in"),
        ("zh", "| momentum |", "| momentun |", "zh/glossary.md:5: the row of '动量' has no twin .* write | momentun |"),
        ("zh", "| 动量 |", "| 冲量 |", "zh/glossary.md:5: '冲量' is called '动量' in docs/en/glossary.md; make both"),
    ],
)  # fmt: skip
def test_a_row_of_the_glossary_stands_in_both_languages(
    language: str, old: str, new: str, said: str
) -> None:
    pages = {name: parse(f"{name}/glossary.md", text) for name, text in ROWS.items()}
    assert list(twins(pages["zh"], pages["en"])) == []
    pages[language] = parse(f"{language}/glossary.md", ROWS[language].replace(old, new))
    found = list(twins(pages["zh"], pages["en"]))
    assert any(re.search(said.replace("|", r"\|"), m) for m in found), found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_row_of_too_few_cells_is_told(language: str) -> None:
    text = ROWS[language].replace("|  |", "|")
    (found,) = rows(parse(f"{language}/glossary.md", text))
    assert f"docs/{language}/glossary.md:5: " in found
    assert "is not read as a term; write | name |" in found


def test_a_message_has_place_rule_and_what_to_do(told: dict[str, list[str]]) -> None:
    names = {rule.name for rule in RULES}
    for message in (m for messages in told.values() for m in messages):
        match = re.match(
            r"[\w./-]+:\d+: (?P<rule>[\w-]+): .+(?:[;?]|write) .+", message
        )
        assert match, message
        assert match["rule"] in names, message


# What stands in other files: where, what is replaced (or the end), what is planted, the rule, what is said.
END = r"\Z"
FILES: dict[str, tuple[str, str, str, str, str]] = {
    "a script of the settings": ("mkdocs.yml", r"extra_css:\n", "extra_css:\n  - https://e.org/a.css\n", "settings", "put the file into docs/assets"),
    "a script in the door": ("docs/index.md", END, "\n⟦<script>alert(1)</script>\n", "element", "<script> is no element"),
    "a figure that leaves": ("snippets/symmetry/figures.py", END, "\n\ndef odd(evidence, say, wide):\n⟦    raise SystemExit(3)\n", "drawing", "SystemExit.*cannot be drawn"),
    "a number in a description": ("docs/zh/api.md", r"description: [^\n]*", "description: 准确率 97.3%。", "front-matter", "a number, which nothing brings up to date"),
    "a remote font": ("docs/assets/style.css", END, '\n⟦@font-face { src: url("https://e.org/a") }\n', "origin", "put the file into docs/assets"),
    "a remote import": ("docs/assets/style.css", END, '\n⟦@import "//e.org/a.css";\n', "origin", "another origin"),
    "a remote image set": ("docs/assets/sheet.css", END, '\n⟦p { background: image-set("HTTPS://e.org/a" 1x) }\n', "origin", "another origin"),
    "a remote script of the theme": ("docs/theme/door.html", END, '\n⟦<script src="https://e.org/a.js"></script>\n', "origin", "another origin"),
    "a remote frame of the theme": ("docs/theme/door.html", END, "\n⟦<iframe\nsrc = //e.org/a></iframe>\n", "origin", "another origin"),
    "a beacon": ("docs/assets/site.js", END, '\n⟦fetch("https://e.org/b")\n', "origin", "another origin"),
    "a beacon by another name": ("docs/assets/site.js", END, "\n⟦navigator.sendBeacon(`//e.org/b`)\n", "origin", "another origin"),
    "a socket": ("docs/explorables/selu.js", END, "\n⟦new WebSocket('wss://e.org/b')\n", "origin", "another origin"),
    "an inline script of the theme": ("docs/theme/main.html", END, "\n⟦<script>fetch(location)</script>\n", "inline", "write it in a file of docs/assets"),
    "an inline style of the theme": ("docs/theme/404.html", END, "\n⟦<style>p { color: red }</style>\n", "inline", "write it in a file of docs/assets"),
    "a remote script without slashes": ("docs/theme/404.html", END, '\n⟦<script src="https:e.org/a.js"></script>\n', "origin", "another origin"),
    "a ping": ("docs/theme/404.html", END, '\n⟦<p ping="\\\\e.org/a"></p>\n', "origin", "another origin"),
    "a beacon without slashes": ("docs/assets/site.js", END, '\n⟦fetch("https:e.org/b")\n', "origin", "another origin"),
    "a key that stands twice": ("CITATION.cff", END, "\n⟦title: Another\n", "settings", "'title' stands twice"),
    "a key of a page that stands twice": ("docs/en/traps.md", r"\n---\n", "\n⟦description: Another.\n---\n", "front-matter", "'description' stands twice"),
    "a BOM": ("docs/zh/offline.md", r"\A", "⟦\ufeff", "signs", r"U\+FEFF"),
    "another encoding": ("docs/zh/start.md", END, "\n⟦caf\udce9\n", "signs", "save the file as UTF-8"),
    "another encoding of a test": ("tests/test_selu.py", END, "\n⟦# caf\udce9\n", "signs", "save the file as UTF-8"),
    "marks of a merge in code": ("snippets/selu/figures.py", END, "\n⟦<<<<<<< HEAD\n", "signs", "left by a merge"),
    "front matter that is not closed": ("docs/en/offline.md", r"\A---(.*?)\n---\n", "⟦---\n\n", "front-matter", "is not closed; write ---"),
    "front matter that is not YAML": ("docs/en/sheet.md", r"description: [^\n]*", "⟦description: a: b", "front-matter", "not YAML"),
    "no front matter": ("docs/zh/sheet.md", r"\A---.*?---\n", "⟦", "front-matter", "begin with ---"),
    "no description": ("docs/zh/questions.md", r"description: [^\n]*", "other: a", "front-matter", "has no description"),
    "no title": ("docs/en/glossary.md", r"\n# [^\n]*", "\n", "heading", "the page has no title"),
    "a page in no menu": ("mkdocs.yml", r"( *)- en/traps\.md\n", "", "menu", "docs/en/traps.md stands in no menu; write - en/traps.md"),
    "a menu of a page that is not there": ("mkdocs.yml", "zh/traps.md", "zh/trapz.md", "menu", r"there is no docs/zh/trapz\.md; is it 'zh/traps\.md'\?"),
    "settings that are not YAML": (".github/workflows/site.yml", r"permissions: \{\}", "permissions: {", "settings", "not YAML"),
    "settings that are not TOML": ("pyproject.toml", END, "\n⟦a = = b\n", "settings", "not TOML"),
    "data that is not JSON": ("tools/reviewed.json", END, "⟦}", "settings", "not JSON"),
    "a question without card": ("docs/en/index.md", r"\(biases\.md\)", "(selu.md)", "place", "no card for 'biases'; link biases.md"),
    "a question without row": ("docs/en/start.md", r"\(biases\.md\)", "(selu.md)", "place", "no row in the path for 'biases'"),
    "a question without claims": ("docs/zh/ledger.md", r"\[\[claims biases\]\]", "。", "place", r"no claims of 'biases'; write \[\[claims biases\]\]"),
    "a question without traps": ("docs/zh/traps.md", r"\{: #biases \}", "{: #biasses }", "place", "no section of 'biases'"),
    "a technique without entry": ("docs/en/api.md", r"::: snippets\.biases", "", "place", r"no entry for '\w+'; write ::: snippets\.biases"),
    "an entry of nothing": ("docs/zh/api.md", r"(?=::: snippets\.selu)", "⟦::: snippets.sellu\n\n", "reference", r"no 'snippets\.sellu' to document; is it 'snippets\.selu'\?"),
    "an entry of no function": ("docs/zh/api.md", END, "\n\n⟦::: snippets.selu.mean_field.nope\n", "reference", "snippets.selu.mean_field defines no 'nope'"),
    "what is left to be written": ("docs/zh/traps.md", END, "\n⟦TODO：再写一个陷阱。\n", "todo", "still to be written: 再写一个陷阱"),
    "a technique that imports more": ("snippets/selu/mean_field.py", r"\nimport math", "\n⟦import numpy", "technique", "take torch and the standard library only"),
    "a technique without sections": ("snippets/biases/log_prior_bias_.py", "Raises:", "Errors:", "technique", "has no Raises:; write it"),
    "a claim that cannot fail": ("snippets/symmetry/claims.py", END, "\nCLAIMS += (Claim(⟦'odd', 'he.test_accuracy', above=-0.5, false_if='not'),)\n", "falsifiable", "cannot fail: .* lies between 0 and 1"),
    "a claim that nothing known could fail": ("snippets/normalization/claims.py", END, "\nCLAIMS += (Claim(⟦'odd', 'followed.halved', above=-1e9, false_if='not'),)\n", "falsifiable", "cannot fail: .* lies between"),
    "a technique that imports by name": ("snippets/symmetry/tied_units.py", END, "\n⟦NUMPY = __import__('numpy')\n", "technique", "calls '__import__'"),
    "a claim of nothing": ("snippets/biases/claims.py", END, "\nCLAIMS += (Claim(⟦'odd', 'nope.x', above=0, false_if='not'),)\n", "evidence", "no public function 'nope'"),
    "a claim that does not hold": ("snippets/symmetry/claims.py", END, "\nCLAIMS += (Claim('even', 'he.test_accuracy', above=0.9999, false_if='not'),)\n", "holds", "claim symmetry.even does not hold, it is false if not: he.test_accuracy is 0.9"),
    "claims that are none": ("snippets/dropout/claims.py", r"\nCLAIMS\b", "\nCLAIM", "evidence", "there are no claims in it; write CLAIMS"),
    "claims that are not Python": ("snippets/sparsity/claims.py", END, "\n⟦def f(:\n", "evidence", "not valid Python"),
    "claims that leave": ("snippets/activations/claims.py", END, "\n⟦raise SystemExit(0)\n", "evidence", "SystemExit"),
    "a figure that raises": ("snippets/momentum/figures.py", END, "\n\ndef odd(evidence, say, wide):\n⟦    return evidence.estimates['he.nope']\n", "drawing", "KeyError.*cannot be drawn"),
    "a word of one language": ("snippets/activations/explorable.py", END, "\n\n_words = words\n\n\ndef words(say):\n    return _words(say) | {'odd': say('{a}', '')}\n", "explorable", "in one language only"),
}  # fmt: skip


def project(folder: Path) -> Path:
    """A copy of the repository with what was measured, without what was made of it."""
    ignore = shutil.ignore_patterns(
        ".git",
        ".venv",
        "kept",
        "notebooks",
        "site",
        ".site-*",
        ".*_cache",
        "__pycache__",
    )
    return Path(shutil.copytree(ROOT, folder, ignore=ignore))


def checked(folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.rules"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()


@pytest.fixture(scope="module")
def of_files(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, int], list[str]]:
    """The lines that are to be named, and what is said of a project with all of these faults at once."""
    folder = project(tmp_path_factory.mktemp("rules") / "project")
    lines = {}
    for name, (where, pattern, planted, _, _) in FILES.items():
        file = folder / where
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
        match = re.search(pattern, text, re.S)
        assert match, name
        head = text[: match.start()] + planted.partition("⟦")[0]
        lines[name] = head.count("\n") + 1 if "⟦" in planted else 0
        text = text[: match.start()] + planted.replace("⟦", "") + text[match.end() :]
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
    return lines, checked(folder)


@pytest.mark.parametrize("name", FILES)
def test_it_is_told_wherever_it_stands(
    of_files: tuple[dict[str, int], list[str]], name: str
) -> None:
    where, _, _, rule, said = FILES[name]
    lines, found = of_files
    line = lines[name] or r"\d+"
    if rule == "holds":  # the experiment may be what is to be mended
        where = where.replace("claims", "experiment")
    wanted = rf"{re.escape(where)}:{line}: {rule}: .*(?:{said})"
    about = [m for m in found if m.startswith(where)]
    assert any(re.match(wanted, m, re.S) for m in about), (wanted, about)


STRANGE = {
    "docs/en/more.markdown": "do not stand here",
    "docs/en/more.html": "do not stand here",
    "docs/fr/more.md": "do not stand here",
    "docs/assets/more.mjs": "do not stand here",
    "docs/assets/more.svg": "stands in a picture, which runs nothing",
}


def test_what_nothing_reads_is_not_published(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", docs)
    (docs / "fr").mkdir()
    for name in STRANGE:
        (tmp_path / name).write_text('<svg onload="alert(1)"></svg>')
    found = list(kinds(docs))
    for name, said in STRANGE.items():
        assert any(m.startswith(f"{name}:1: ") and said in m for m in found), found
    assert len(found) == len(STRANGE)


BROKEN = {
    "empty": lambda _: b"",
    "cut": lambda content: content[: len(content) // 2],
    "merged": lambda content: b"<<<<<<< HEAD\n" + content + b"=======\n>>>>>>> other\n",
    "in another encoding": lambda content: content.decode("utf-8").encode("utf-16"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_no_broken_file_is_told_by_a_traceback(tmp_path: Path, how: str) -> None:
    """Of every kind of file that is edited, all broken at once."""
    folder = project(tmp_path / "project")
    broken = [
        *(folder / "docs").rglob("*.md"),
        *(folder / "docs").rglob("*.js"),
        *(folder / "docs").rglob("*.css"),
        *(folder / "docs" / "theme").rglob("*.html"),
        *(f for f in (folder / "snippets").glob("*/*.py") if f.parent.name not in ("evidence", "laboratory")),
        *(folder / "tests").glob("*.py"),
        *(folder / name for name in ("pyproject.toml", "tools/reviewed.json", "CITATION.cff")),
    ]  # fmt: skip
    for file in broken:
        file.write_bytes(BROKEN[how](file.read_bytes()))
    found = checked(folder)
    places = {m.partition(":")[0] for m in found if re.match(r"\S+:\d+: ", m)}
    untold = {file.relative_to(folder).as_posix() for file in broken} - places
    if how in ("merged", "in another encoding"):
        assert not untold
    else:  # an empty script is one, and half a test may be a whole one
        assert not any(name.startswith("docs/en") for name in untold)
    settings = folder / "mkdocs.yml"
    settings.write_bytes(BROKEN[how](settings.read_bytes()))
    assert any(message.startswith("mkdocs.yml:") for message in checked(folder))
