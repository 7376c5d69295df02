"""The explorable of biases, a hand on each of two: words and controls. docs/explorables/biases.js draws."""

from __future__ import annotations

from snippets.laboratory.controls import drawing, more, number, reset, slider, text
from snippets.laboratory.languages import Say

FIGURE = "earning"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "bowl": say(
            "单独一个输出偏置的损失（nat）", "Loss of an output bias by itself, in nats"
        ),
        "descent": say(
            "Adam 单独训练它，横轴是步数", "Loss while Adam trains it alone, over steps"
        ),
        "zero": say("零", "zero"),
        "odds": say("对数几率", "log-odds"),
        "reach": say("梯度：第一步与最后一步之比", "Gradient: first step over last"),
        "profile": say(
            "序列各步的梯度，与最后一步之比",
            "Gradient at each step, over the last",
        ),
        "lstm": "LSTM",
        "gate": say("只有遗忘门", "forget gate alone"),
        "steps": say("{count} 步", "{count} steps"),
        "step": say("{count} 步", "{count} step"),
        # controls
        "prior": "π = {prior}",
        "prior aloud": say(
            "正例占 {prior}，对数几率 {bias}，从零要走 {steps}",
            "share of positives {prior}, log-odds {bias}, {steps} from zero",
        ),
        "forget": "b = {forget}",
        "forget aloud": say(
            "遗忘门偏置 {forget}，第一步的梯度是最后一步的 {reach} 倍",
            "forget bias {forget}, the first step gets {reach} of the last one’s gradient",
        ),
        # findings about the output bias
        "rare": say(
            "正例占 {percent}%，对数几率是 {bias}：没有哪个常数预测的损失更小。"
            "Adam 单独训练偏置，从零开始，要 {steps}，损失才与之相差不到 1%。",
            "{percent}% are positive, so the log-odds are {bias}, and no constant answer has less loss. "
            "Adam trains the bias by itself, from zero: it takes {steps} to come within 1% of that loss.",
        ),
        "common": say(
            "正例占 {percent}%，过了半数，对数几率就是正的：{bias}。"
            "Adam 单独训练偏置，从零开始，要 {steps}，损失才与那里相差不到 1%。",
            "{percent}% are positive, more than half, so the log-odds are above zero: {bias}. "
            "Adam trains the bias by itself, from zero: it takes {steps} to come within 1% of their loss.",
        ),
        "balanced": say(
            "正例和负例差不多一样多：从零开始，损失是 {zero}，最好的常数预测是 {best}，"
            "相差不到 1%。没有什么可省的。",
            "About as many are positive as not: from zero the loss is {zero}, within 1% of the best "
            "constant answer, {best}. There is nothing to gain.",
        ),
        # findings about the forget bias
        "lost": say(
            "LSTM 的第一步得到的梯度，是最后一步的 {reach} 倍，不到千分之一。"
            "单看偏置，遗忘门每步只留 {kept}%；要记 {steps}，偏置该是 ln {before} ≈ {rule}。",
            "The LSTM’s first step gets {reach} of the gradient that the last one gets, "
            "less than a thousandth. With its bias alone the gate keeps only {kept}% a step; "
            "to remember {steps}, the bias should be ln {before} ≈ {rule}.",
        ),
        "little": say(
            "LSTM 的第一步得到的梯度，是最后一步的 {reach} 倍，不到十分之一。"
            "单看偏置，遗忘门每步留 {kept}%；要记 {steps}，偏置该是 ln {before} ≈ {rule}。",
            "The LSTM’s first step gets {reach} of the gradient that the last one gets, less than a tenth. "
            "With its bias alone the gate keeps {kept}% a step; "
            "to remember {steps}, the bias should be ln {before} ≈ {rule}.",
        ),
        "arrives": say(
            "LSTM 的第一步得到的梯度，是最后一步的 {reach} 倍。"
            "单看偏置，遗忘门每步留 {kept}%，{half}漏掉一半；"
            "要记 {steps}，按规则偏置取 ln {before} ≈ {rule}。",
            "The LSTM’s first step gets {reach} of the gradient that the last one gets. "
            "With its bias alone the gate keeps {kept}% a step, half of the memory after {half}; "
            "the rule for {steps} is a bias of ln {before} ≈ {rule}.",
        ),
        "grows": say(
            "LSTM 的第一步得到的梯度比最后一步还大，是它的 {reach} 倍。"
            "单看偏置，遗忘门每步留 {kept}%，{half}漏掉一半。",
            "The LSTM’s first step gets even more gradient than the last, {reach} times as much. "
            "With its bias alone the gate keeps {kept}% a step, half of the memory after {half}.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    prior = slider(
        "prior",
        say("正例的比例", "Share of positives"),
        -9.2,
        2.2,
        0.1,
        -4.6,
        "logit",
    )
    forget = slider("forget", say("遗忘门偏置", "Forget bias"), -2, 5, 0.1, 1)
    bowl = drawing(
        "bowl",
        324,
        176,
        say(
            "损失随输出偏置变化，最低处在对数几率；零处另有一点",
            "Loss over the output bias, lowest at the log-odds; a second dot marks zero",
        ),
    )
    descent = drawing(
        "descent",
        324,
        160,
        say(
            "Adam 训练输出偏置时的损失，从零开始，也从对数几率开始",
            "Loss while Adam trains the output bias, from zero and from the log-odds",
        ),
    )
    reach = drawing(
        "reach",
        324,
        176,
        say(
            "第一步与最后一步的梯度之比随遗忘门偏置变化，LSTM 和只有遗忘门时各一条曲线",
            "Gradient at the first step over that at the last, over the forget bias, "
            "a curve for the LSTM and one for the gate alone",
        ),
    )
    profile = drawing(
        "profile",
        324,
        160,
        say(
            "各步的梯度与最后一步之比，LSTM 和只有遗忘门时各一条曲线",
            "Gradient at each step over that at the last, a curve for the LSTM and one for the gate alone",
        ),
    )
    knobs = [
        slider("lr", say("Adam 的学习率", "Learning rate of Adam"), -3, -1, 0.05, -2, "log"),
        number("steps", say("LSTM 要记的步数", "Steps that the LSTM has to remember"), 5, 60, 20),
        number("seed", say("八个 LSTM 的种子", "Seed of the eight LSTMs"), 1, 999, 1),
    ]  # fmt: skip
    outputs = _table(
        (
            say("开始时的损失", "loss at the start"),
            say("几步追到 1% 以内", "steps until within 1%"),
        ),
        (
            ("ochre", say("从零", "zero"), ("zero-loss", "zero-steps")),
            ("teal", say("从对数几率", "log-odds"), ("odds-loss", "odds-steps")),
        ),
    )
    gates = _table(
        (say("传到第一步", "reaches the first step"),),
        (
            ("teal", say("八个 LSTM 平均", "LSTM, mean of eight"), ("lstm-reach",)),
            ("ochre", say("只有遗忘门", "forget gate alone"), ("gate-reach",)),
        ),
    )
    return f"""
<div class="panels">
<div><div class="hand">{bowl}{prior}</div>
{descent}
<div class="readout">{outputs}{text("finding")}</div></div>
<div><div class="hand">{reach}{forget}</div>
{profile}
<div class="readout">{gates}{text("memory")}{reset(say("复原", "Reset"))}</div></div>
</div>
{
        more(
            say(
                "还可以调：学习率、序列长度、随机数",
                "More: learning rate, length of the sequence, random numbers",
            ),
            f'<div class="knobs">{"".join(knobs)}</div>',
        )
    }"""


def _table(
    heads: tuple[str, ...], rows: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> str:
    """Readings: heads of columns; of each row its colour, its name and its parts."""
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row"><span class="swatch {color}"></span>{name}</th>'
        + "".join(f'<td data-part="{part}"></td>' for part in parts)
        + "</tr>"
        for color, name, parts in rows
    )
    return (
        f'<table class="readings"><thead><tr><td></td>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
