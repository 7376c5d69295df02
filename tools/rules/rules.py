"""All rules by name: what each is about, in both languages, as CONTRIBUTING lists them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from snippets.evidence.judging import Evidence, claim_place
from snippets.evidence.questions import ROOT, SourceError
from tools.core import asked
from tools.core.guide import Guide, Problem, refuted
from tools.core.pages import (
    LANGUAGES,
    Answers,
    Claim,
    Claims,
    Figure,
    Formula,
    Include,
    Number,
    Page,
    PageError,
    Part,
    Unknown,
    Verdict,
)
from tools.reviews import stale
from tools.rules import (
    code,
    explorables,
    languages,
    links,
    marks,
    markup,
    numbers,
    parity,
    project,
    source,
)
from tools.rules.rendering import MARK, Rendered, rendered

Find = Callable[..., Iterable[str]]


@dataclass(frozen=True)
class Rule:
    """A rule.

    Args:
        name: Its name in messages, and in CONTRIBUTING.
        find: Gives a message for each breach, which begins with file and line.
        en: What it asks for, in English.
        zh: The same in Chinese.
    """

    name: str
    find: Find
    en: str
    zh: str

    def __call__(self, *about: object) -> Iterator[str]:
        """The messages, each with the rule's name behind file and line."""
        for message in self._found(*about):
            yield re.sub(r"^([^:]+:\d+): ", rf"\1: {self.name}: ", message, count=1)

    def _found(self, *about: object) -> Iterator[str]:
        try:
            yield from self.find(*about)
        except (PageError, SourceError) as error:  # what it has to read cannot be read
            yield str(error)
        except (
            Exception,
            SystemExit,
        ) as error:  # nobody has broken a file in this way yet
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            yield f"{_place(about[0], error)}:1: this cannot be read, {reason}; take back its last change"


def _place(about: object, error: BaseException) -> str:
    """The file that an error names, or else what a rule was asked about."""
    file = Path(getattr(error, "filename", None) or ROOT)
    if file != ROOT and file.is_relative_to(ROOT):
        return file.relative_to(ROOT).as_posix()
    match about:
        case Page(source=source):
            return f"docs/{source}"
        case Evidence(question=question):
            return f"snippets/{question}"
    return "docs"


def _all(*finds: Find) -> Find:
    return lambda page, guide: (m for find in finds for m in find(page, guide))


def _page(find: Callable[[Page], Iterable[str]]) -> Find:
    return lambda page, _guide: find(page)


def _output(find: Callable[[Rendered], Iterable[str]]) -> Find:
    return _output_of(lambda page, _guide: find(page))


def _output_of(find: Callable[[Rendered, Guide], Iterable[str]]) -> Find:
    """A rule about what a page becomes: it finds messages, and the line of each is found for it."""

    def with_lines(page: Page, guide: Guide) -> Iterator[str]:
        for place, message in rendered(page).places(lambda one: find(one, guide)):
            yield MARK.sub("…", f"{place}: {message}")

    return with_lines


def _parts(*kinds: type[Part]) -> Find:
    """What parts of a page stand for nothing."""

    def unresolved(page: Page, guide: Guide) -> Iterator[str]:
        for part, value in guide.resolve(page).items():
            if isinstance(part, kinds) and isinstance(value, Problem):
                yield value.message

    return unresolved


def _unstated(guide: Guide) -> Iterator[str]:
    """Claims that no page states, or two pages do."""
    for language in LANGUAGES:
        stated: Counter[str] = Counter()
        # A page that is not there is told already, and so is one that cannot be read.
        pages = ("ledger", *guide.evidence)
        unread = {p for p in pages if not (guide.docs / language / f"{p}.md").exists()}
        for file in sorted((guide.docs / language).rglob("*.md")):
            try:
                page = guide.page(file.relative_to(guide.docs).as_posix())
            except PageError:
                unread.add(file.stem)
                continue
            stated.update(claim.id for claim in page.all(Claim))
        for question, evidence in guide.evidence.items():
            names = (judged.claim.id for judged in evidence.claims)
            for name in () if unread & {question, "ledger"} else names:
                if (times := stated[f"{question}.{name}"]) != 1:
                    where = (
                        f"docs/{language}/{question}.md or docs/{language}/ledger.md"
                    )
                    yield (
                        f"{claim_place(question, name)}: claim {name!r} is stated {times} times in "
                        f'{language}; write it once, as !!! claim "{question}.{name}", in {where}'
                    )


def _unlisted(_guide: Guide) -> Iterator[str]:
    if not CONTRIBUTING.exists():
        yield "CONTRIBUTING.md:1: there is no such file; take it back"
        return
    with suppress(UnicodeDecodeError):  # told by `signs`
        if "<!-- rules:" not in CONTRIBUTING.read_text(encoding="utf-8"):
            yield "CONTRIBUTING.md:1: it has no place for the rules; take back what was in it"
        if listed() != CONTRIBUTING.read_text(encoding="utf-8"):
            yield "CONTRIBUTING.md:1: its list of rules is not up to date; run: make format"


def _faults(evidence: Evidence) -> Iterator[str]:
    if evidence.fault:
        yield evidence.fault


# fmt: off
# Of files: what cannot be read, nothing else can be said of.
FILES = (
    Rule("signs", lambda guide: project.signs(guide.docs),
         "Files are UTF-8 with LF, without signs that nobody sees and marks of a merge.",
         "文件用 UTF-8 和 LF，没有看不见的字符，没有合并留下的标记。"),
    Rule("kind", lambda guide: project.kinds(guide.docs),
         "Below `docs` stand pages of both languages, and the files of `assets`, `explorables` and `theme`.",
         "`docs` 下只放两种语言的页面，以及 `assets`、`explorables`、`theme` 里的文件。"),
    Rule("settings", lambda guide: project.settings(guide.docs),
         "YAML, TOML and JSON parse.",
         "YAML、TOML、JSON 都能解析。"),
)
# Of a page, by itself.
PAGE = (
    Rule("front-matter", _page(source.front_matter),
         "A page begins with `---`, a `description` of one sentence and `---`, in YAML.",
         "页面以 `---`、一句话的 `description` 和 `---` 开头，写成 YAML。"),
    Rule("fence", _page(source.fences),
         "Code that is opened is closed.",
         "代码块有头有尾。"),
    Rule("indent", _page(source.indents),
         "What belongs to a list, a box or a note is four blanks in.",
         "属于列表、提示框、脚注的内容缩进四格。"),
    Rule("table", _page(source.tables),
         "The rows of a table have as many cells as its head.",
         "表格各行的格数与表头相同。"),
    Rule("balance", _page(source.balance),
         "An HTML element that is opened is closed, in its place.",
         "HTML 元素有开有闭，闭在该闭的地方。"),
    Rule("letters", _page(source.letters),
         "Letters are Latin, Greek or Chinese, none that only looks like one.",
         "字母用拉丁、希腊字母和汉字，没有只是长得像的。"),
    Rule("heading", _page(source.headings),
         "A page has one title; every other heading has an id, in English, once.",
         "一页一个标题；其余标题各有一个英文 id，不重复。"),
    Rule("level", _output(markup.titles),
         "Headings go down one level at a time.",
         "标题逐级往下。"),
    Rule("id", _output(markup.ids),
         "No id stands twice on a page; ids are in small English letters.",
         "同一页里 id 不重复，用小写英文字母。"),
    Rule("number", _parts(Number),
         "A placeholder names a measured number: `[[question.key]]`.",
         "占位符指向测出来的数：`[[question.key]]`。"),
    Rule("claim", _all(_page(source.boxes), _parts(Claim)),
         'A claim is `!!! claim "id"`, a blank line, and a sentence four spaces in.',
         '断言写成 `!!! claim "id"`，空一行，句子缩进四格。'),
    Rule("verdict", _parts(Verdict, Unknown),
         "A verdict is supported, refuted or depends, and names what it rests on.",
         "结论是 supported、refuted 或 depends，并写明依据。"),
    Rule("list", _parts(Claims, Answers),
         "`[[claims question]]` and `[[answers]]` name what there is.",
         "`[[claims question]]` 和 `[[answers]]` 指向存在的东西。"),
    Rule("figure", _all(_parts(Figure), _page(languages.alternatives)),
         "A figure is a function of `figures.py`, and described in the page’s language.",
         "图是 `figures.py` 里的函数，用页面的语言描述。"),
    Rule("formula", _all(_page(source.brackets), _page(source.formulas), _parts(Formula)),
         "A formula is TeX that can become MathML.",
         "公式是能转成 MathML 的 TeX。"),
    Rule("include", _parts(Include),
         "What is included is a file of the repository.",
         "引用的是仓库里的文件。"),
    Rule("element", _all(_output(markup.elements), _output(markup.empty)),
         "Pages are Markdown and the few elements and attributes that others use: no script, no style.",
         "页面用 Markdown 写，元素、属性、类只用别处已有的那几种：没有脚本和样式。"),
    Rule("address", _output(markup.addresses),
         "Addresses are of this site or begin with `https:`; pictures are files of `docs/assets`.",
         "地址指向本站，或以 `https:` 开头；图片是 `docs/assets` 里的文件。"),
    Rule("link", _all(_page(links.written_in_html), _output(links.misleading), _output_of(links.dead)),
         "Links and pictures lead to a page, a section or a file that is there.",
         "链接和图片指向的页面、小节、文件都存在。"),
    Rule("picture", _all(_output(links.pictures), _output(languages.pictures)),
         "A picture has a text alternative in the page’s language.",
         "图片有替代文字，用页面的语言。"),
    Rule("raw", _all(_page(source.references), _output(markup.raw)),
         "No markup reaches the reader as it is written: brackets, backticks, references are whole.",
         "没有标记原样漏给读者：括号、反引号、引用都完整。"),
    Rule("typed", _all(_page(numbers.typed), _output(numbers.glued),
                        lambda page, guide: numbers.copied(page, guide.evidence)),
         "No measured number is typed: not in digits, words or links, nor as if it were a constant.",
         "测量值不手写：数字、汉字、链接文字都不行，也不冒充常数。"),
    Rule("unit", _output_of(lambda page, guide: numbers.units(page, guide.evidence)),
         "The unit behind a number is its own.",
         "数后面的单位是它自己的单位。"),
    Rule("leaning", _page(source.leaning),
         "A claim reads alone: it does not begin with “it” or “but”.",
         "断言单独读得懂：不以“它”“也”之类开头。"),
    Rule("machine", lambda page, guide: source.without_machine(page, guide.evidence),
         "A page with times names the machine: `[[question.key:machine]]`.",
         "有用时的页面写明机器：`[[question.key:machine]]`。"),
    Rule("setting", _page(explorables.try_links),
         "A link that sets the figure names its controls and ends in `#figure`.",
         "设定交互图的链接用的是图上有的控件，以 `#figure` 结尾。"),
    Rule("example", _page(code.examples),
         "A Python block is Python.",
         "Python 代码块是合法的 Python。"),
    Rule("language", _output(languages.untranslated),
         "A page speaks its language.",
         "中文页面说中文，英文页面说英文。"),
    Rule("row", _page(languages.rows),
         "A row of the glossary has a name in both languages, code and a meaning.",
         "术语表的一行：两种语言的名字、代码、意思。"),
    Rule("typography", _all(_page(languages.typography), _output(languages.across)),
         "Chinese has full-width punctuation, and a blank beside Latin words and digits.",
         "中文用全角标点，与西文、数字之间空一格。"),
)
# Of both languages of a page, where neither breaks a rule by itself.
PAIR = (
    Rule("parity", parity.unequal,
         "Both languages have the same blocks, numbers, claims, figures, formulas, links and code.",
         "两种语言的段落、数、断言、图、公式、链接和代码都相同。"),
    Rule("twin", languages.twins,
         "A row of the glossary stands in both languages, with the same names.",
         "术语表的行两种语言都有，名字相同。"),
    Rule("term", languages.terms,
         "A term is called what the glossary calls it.",
         "术语用术语表里的叫法。"),
    Rule("choice", asked.faults,
         "The right option of a choice is known, and the same in both languages.",
         "选择题的正确选项认得出，两种语言相同。"),
    Rule("stale", stale,
         "After a change, both languages are compared, and a claim with its bound: `make reviewed`.",
         "改动之后，两种语言要互相比过，断言的句子要与界限比过：`make reviewed`。"),
)
# Of a question.
QUESTION = (
    Rule("evidence", _faults,
         "Experiments and claims are Python; a claim is about what an experiment gives.",
         "实验和断言是合法的 Python，断言说的是实验给出的量。"),
    Rule("falsifiable", code.claims,
         "A claim has a bound that a result could break.",
         "断言的界限有可能被某个结果打破。"),
    Rule("words", code.units,
         "A unit has a word in both languages.",
         "单位在两种语言里都有说法。"),
    Rule("holds", refuted,
         "Claims hold, as far as their experiments were run here.",
         "断言成立，只要这里跑过它的实验。"),
    Rule("technique", lambda evidence: code.copied(evidence.question),
         "A technique imports torch and the standard library only; docstrings have all sections.",
         "供复制的函数只导入 torch 和标准库，文档字符串各部分齐全。"),
    Rule("drawing", code.figures,
         "A figure can be drawn, in both languages.",
         "图在两种语言下都画得出。"),
    Rule("explorable", lambda evidence: explorables.faults(evidence.question),
         "The words, parts and controls of an explorable are there, in both languages.",
         "交互图用到的词、部件、控件都存在，两种语言都有。"),
)
# Of everything together.
WHOLE = (
    Rule("stated", _unstated,
         "Each claim is stated once in each language.",
         "每条断言在每种语言里写一次。"),
    Rule("menu", project.menu,
         "Each page stands in the menu, `nav` of `mkdocs.yml`.",
         "每个页面都在菜单里，即 `mkdocs.yml` 的 `nav`。"),
    Rule("place", project.places,
         "Each question is on the home page, in path, ledger and traps; each technique in the reference.",
         "每个问题都在首页、路线、总账、陷阱里，每个函数都在说明里。"),
    Rule("reference", project.documented,
         "The reference documents what there is.",
         "函数说明里写的东西都存在。"),
    Rule("todo", lambda _: marks.faults(),
         "Nothing is left to be written: `TODO` stands nowhere.",
         "没有留待补写的地方：不出现 `TODO`。"),
    Rule("listed", _unlisted,
         "CONTRIBUTING lists the rules.",
         "贡献指南列出全部规则。"),
    Rule("inline", lambda guide: project.inline(guide.docs),
         "Templates hold no script and no style.",
         "模板里没有脚本和样式。"),
    Rule("origin", lambda guide: project.foreign(guide.docs),
         "Styles, scripts and templates ask no other origin.",
         "样式、脚本、模板不请求别的站点。"),
)
# fmt: on
# What the page before both languages keeps to: it has no language.
DOOR = ("address", "balance", "element", "fence", "front-matter", "link", "raw")
RULES = (*FILES, *PAGE, *PAIR, *QUESTION, *WHOLE)


_LIST = re.compile(
    r"(?P<head><!-- rules:(?P<language>en|zh) -->\n).*?(?=<!-- /rules -->)", re.S
)
MOST = 60  # messages of a rule about a file: one mistake may be found at every sign
CONTRIBUTING = ROOT / "CONTRIBUTING.md"


def listed() -> str:
    """CONTRIBUTING with the rules as they are, where it lists them."""
    text = CONTRIBUTING.read_text(encoding="utf-8")

    def rules(match: re.Match[str]) -> str:
        lines = (
            f"- `{rule.name}` {getattr(rule, match['language'])}" for rule in RULES
        )
        return match["head"] + "\n" + "\n".join(lines) + "\n\n"

    return _LIST.sub(rules, text)


def check(guide: Guide) -> Iterator[str]:
    """All breaches of the rules, each once."""
    told = set()
    times: Counter[str] = Counter()
    for message in _check(guide):
        # What two rules say of a line is said once.
        text = re.sub(r"^(\S+:\d+): [\w-]+: ", r"\1: ", message)
        if text in told:
            continue
        told.add(text)
        where = re.sub(r"^([^:]+):\d+: ([\w-]+).*", r"\1: \2", message, flags=re.S)
        times[where] += 1
        if times[where] > MOST:
            if times[where] == MOST + 1:
                yield f"{message.partition(': ')[0]}: {where.partition(': ')[2]}: and so on; mend these first"
            continue
        yield message


def _check(guide: Guide) -> Iterator[str]:
    for rule in FILES:
        yield from rule(guide)
    if not project.usable():
        return  # how pages are rendered is settled in mkdocs.yml
    for evidence in guide.evidence.values():
        for rule in QUESTION:
            yield from rule(evidence)
    yield from _of_door(guide)
    yield from _of_pages(guide)
    for rule in WHOLE:
        yield from rule(guide)


def _of_pages(guide: Guide) -> Iterator[str]:
    """What is wrong with the pages of both languages."""
    pages: dict[str, list[str]] = {}
    for language in LANGUAGES:
        folder = guide.docs / language
        for file in folder.rglob("*.md"):
            name = file.relative_to(folder).as_posix()
            pages.setdefault(name, []).append(language)
    for name, there in sorted(pages.items()):  # first, since others follow from it
        if len(there) == 1:
            other = "en" if there == ["zh"] else "zh"
            yield f"docs/{there[0]}/{name}:1: parity: there is no docs/{other}/{name}; write it too"
    for name, there in sorted(pages.items()):
        yield from _of_page(name, there, guide)


def _of_door(guide: Guide) -> Iterator[str]:
    """What is wrong with the page before both languages, as far as it is one like the others."""
    try:
        door = guide.page("index.md")
    except PageError as error:
        yield re.sub(r"^(\S+:\d+): ", r"\1: signs: ", str(error), count=1)
        return
    for rule in PAGE:
        if rule.name in DOOR:
            yield from rule(door, guide)


def _of_page(name: str, there: list[str], guide: Guide) -> Iterator[str]:
    """What is wrong with a page in the languages that have it."""
    pages, sound = [], True
    for language in there:
        try:
            page = guide.page(f"{language}/{name}")
        except PageError as error:
            yield re.sub(r"^(\S+:\d+): ", r"\1: signs: ", str(error), count=1)
            continue
        pages.append(page)
        whole = True
        for rule in PAGE:
            for message in rule(page, guide) if whole else ():
                sound = False
                yield message
                # What comes after code that is not closed is not what it seems.
                whole = whole and rule.name != "fence"
    if len(pages) == 2:
        of_both = (m for rule in PAIR for m in rule(*pages))
        if sound:
            yield from of_both
        elif any(True for _ in of_both):  # what is wrong already would be told twice
            yield (
                f"docs/zh/{name}:1: parity: not yet compared with docs/en/{name}; "
                "mend what stands above, then make check goes on"
            )
