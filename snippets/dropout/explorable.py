"""The explorable of dropout, a hand on the number of samples: words and controls.

docs/explorables/dropout.js draws.
"""

from __future__ import annotations

from snippets.laboratory.controls import (
    choose,
    drawing,
    more,
    number,
    reset,
    slider,
    text,
)
from snippets.laboratory.languages import Say

FIGURE = "samples"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "loss": say(
            "60 个测试样本的损失（nat），横轴是采样次数 T",
            "Loss of 60 test examples (nats), over samples T",
        ),
        "classes": say(
            "一个测试样本，十类的概率",
            "One test example: probabilities of ten classes",
        ),
        "input": say("这个样本，40 个数", "That example, 40 numbers"),
        "seen": say(
            "第 {example} 个样本，正确的类是 {right}：eval() 给它 {off}，MC\u00a0Dropout 给 {on}。",
            "Example {example}, of class {right}: eval() gives this class {off}, MC\u00a0Dropout {on}.",
        ),
        "tempered": say("eval()，加温度", "eval(), tempered"),
        # controls
        "samples": "T = {samples}",
        "samples aloud": say(
            "采样 {samples} 次，平均的损失是 {on} nat",
            "T = {samples}, loss {on} nats",
        ),
        # findings
        "one": say(
            "只采样一次，损失是 {on}，比 eval() 的 {off} 高 {gap}。采样越多，"
            "取平均之后的损失离极限越近，而这个极限未必低于 eval()。",
            "One sample: its loss is {on}, which is {gap} above the {off} of eval(). "
            "With more samples the loss of their mean nears a limit, which need not be below eval().",
        ),
        "worse": say(
            "{samples} 次采样的平均：{on}，比 eval() 的 {off} 差；{most} 次是 {limit}，还是差。"
            "eval() 不够自信：平均给自己的答案 {confidence}%，却答对了 {accuracy}%。",
            "The mean of {samples} samples: {on}, above the {off} of eval(); with {most} it is {limit}, "
            "still above. eval() is underconfident: it gives its answers {confidence}% on average, "
            "and {accuracy}% are right.",
        ),
        "worse limit": say(
            "采样 {most} 次，停在 {on}，还比 eval() 高 {gap}。"
            "eval() 本来就不够自信，平均给自己的答案 {confidence}%，"
            "却答对了 {accuracy}%；采样的平均更不自信：{softer}%。一次 eval() 加温度：{tempered}。",
            "{most} samples stop at {on}, still {gap} above eval(), which was underconfident already: "
            "it gives its answers {confidence}% on average, and {accuracy}% are right. "
            "The mean of the samples is less sure still: {softer}%. One pass with a temperature: {tempered}.",
        ),
        "better": say(
            "{samples} 次采样的平均：{on}，比 eval() 的 {off} 好；{most} 次是 {limit}。"
            "eval() 过于自信：平均给自己的答案 {confidence}%，只答对 {accuracy}%；采样的平均给 {softer}%。",
            "The mean of {samples} samples: {on}, below the {off} of eval(); with {most} it is {limit}. "
            "eval() is overconfident: it gives its answers {confidence}% on average, "
            "and {accuracy}% are right. The mean of the samples gives {softer}%.",
        ),
        "better limit": say(
            "采样 {most} 次，停在 {on}，比 eval() 低 {gap}。eval() 过于自信：平均给自己的答案 {confidence}%，"
            "只答对 {accuracy}%；采样的平均给 {softer}%。一次 eval() 加温度更低：{tempered}。",
            "{most} samples stop at {on}, {gap} below eval(), which is overconfident: it gives its answers "
            "{confidence}% on average, and {accuracy}% are right. The mean of the samples gives {softer}%. "
            "One pass with a temperature is lower still: {tempered}.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    trained = choose(
        "trained",
        say("训练样本", "Trained on"),
        {
            "many": say("3000 个", "3,000 examples"),
            "few": say("200 个", "200 examples"),
        },
        "many",
    )
    hand = slider(
        "samples", say("采样次数", "Samples"), 0, 2.40824, 0.30103, 0, "count"
    )  # it doubles
    loss = drawing(
        "loss",
        324,
        176,
        say(
            "损失随采样次数变化的曲线，横线是 eval() 和加了温度的 eval()",
            "Loss over the number of samples; level lines for eval(), without and with a temperature",
        ),
    )
    classes = drawing(
        "classes",
        324,
        176,
        say(
            "一个样本的十类概率：每次采样一个点，还有平均和 eval()",
            "Probabilities of ten classes for one example: a dot for each sample, their mean, and eval()",
        ),
    )
    shape = drawing("input", 324, 84, say("样本的形状", "The shape of the example"))
    other = number(
        "example", say("第几个测试样本", "Number of the test example"), 1, 60, 1
    )
    following = say("换一个样本", "Another example")
    masks = number("seed", say("掩码的种子", "Seed of the masks"), 1, 9, 2)
    folded = f'<div class="knobs">{masks}{other}</div>'
    return f"""
<div class="panels">
<div class="hand">{trained}{loss}{hand}</div>
<div class="readout">{_readings(say)}{text("finding")}{reset(say("复原", "Reset"))}</div>
<div>{classes}{_key(say)}</div>
<div class="example">{shape}{text("seen")}<button type="button" data-part="next">{following}</button></div>
</div>
{more(say("还可以调：掩码，样本的编号", "More: other masks, an example by its number"), folded)}"""


def _key(say: Say) -> str:
    """What is drawn among the classes."""
    marks = {
        "ochre": "eval()",
        "mean": "MC Dropout",
        "sample": say("一次采样", "a sample"),
        "band": say("正确类", "right"),
    }
    items = (
        f'<span><span class="swatch {mark}"></span>{label}</span>'
        for mark, label in marks.items()
    )
    return f'<p class="key">{"".join(items)}</p>'


def _readings(say: Say) -> str:
    """Loss, confidence and accuracy of each way to predict."""
    rows = {
        "off": '<span class="swatch ochre"></span>eval()',
        "tempered": '<span class="swatch soft"></span>' + say("加温度", "tempered"),
        "on": '<span class="swatch"></span>MC Dropout',
    }
    columns = {
        "loss": say("损失", "loss"),
        "confidence": say("置信度", "confidence"),
        "accuracy": say("准确率", "accuracy"),
    }
    head = "".join(f'<th scope="col">{label}</th>' for label in columns.values())
    body = "".join(
        f'<tr><th scope="row">{label}</th>'
        + "".join(f'<td data-part="{row}-{column}"></td>' for column in columns)
        + "</tr>"
        for row, label in rows.items()
    )
    return (
        f'<table class="readings"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
