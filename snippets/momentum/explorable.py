"""The explorable of momentum, a hand on friction: words and controls. docs/explorables/momentum.js draws."""

from __future__ import annotations

from collections.abc import Callable

from snippets.laboratory.controls import (
    drawing,
    more,
    number,
    reset,
    slider,
    text,
    tick,
)

Say = Callable[[str, str], str]

FIGURE = "friction"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "settle": say(
            "稳定要走几步，横轴是摩擦 1 − β", "Steps to settle, over friction 1 − β"
        ),
        "valley": say(
            "从上方看山谷：起点可以拖动", "The valley from above: drag the start"
        ),
        "distance": say(
            "到最小值的距离，起点算 1", "Distance from the minimum, the start is 1"
        ),
        "roots": say("两对根与单位圆", "The roots and the unit circle"),
        "steps": say("步", "steps"),
        "flat": say("平缓", "flat"),
        "steep": say("陡", "steep"),
        "envelope": say("包络线", "envelope"),
        # controls
        "momentum": "β = {momentum}",
        "momentum aloud": say(
            "动量 {momentum}，{steps} 步稳定",
            "momentum {momentum}, settles in {steps} steps",
        ),
        "momentum never": say(
            "动量 {momentum}，永远不稳定", "momentum {momentum}, never settles"
        ),
        "never": say("永远不", "never"),
        "few": say("不到 0.01", "less than 0.01"),
        # findings
        "creep": say(
            "摩擦太大：两个权重都慢慢挪向最小值，从不越过它。快慢由曲率决定：{flat} 步对 {steep} 步。",
            "Too much friction: both weights creep to their minimum and never pass it. "
            "Curvature decides how fast: {flat} steps against {steep}.",
        ),
        "creeps": say(
            "平缓方向的摩擦还是太大：它慢慢挪向最小值，从不越过；陡的方向已经摆起来了。",
            "Still too much friction for the flat direction: it creeps and never passes its minimum, "
            "while the steep one swings.",
        ),
        "swings": say(
            "两个方向都在摆，衰减得一样快，与曲率无关：300 步之后，摆幅都只剩 {left}%。",
            "Both directions swing, and die away alike, whatever their curvature: "
            "after 300 steps, of either swing {left}% is left.",
        ),
        "endless": say(
            "几乎没有摩擦：300 步之后，摆幅还剩 {left}%，平缓的方向要 {flat} 步才稳定下来。",
            "Hardly any friction: after 300 steps {left}% of the swing is left. "
            "The flat one takes {flat} steps to settle.",
        ),
        "nesterov": say(
            "Nesterov 补上一些摩擦，曲率越大补得越多：300 步之后，"
            "陡的方向剩 {leftSteep}%，平缓的剩 {left}%。",
            "Nesterov adds friction, and the more, the larger the curvature: after 300 steps "
            "{leftSteep}% of the steep swing is left, {left}% of the flat one.",
        ),
        "flips": say(
            "学习率乘曲率太大：陡的方向每一步都跳到最小值的另一边。",
            "Learning rate times curvature is too large: in the steep direction "
            "each step jumps to the other side of the minimum.",
        ),
        "lands": say(
            "陡的方向上，学习率乘曲率正好是 1：第 {steep} 步就到了最小值，不再离开。",
            "In the steep direction learning rate times curvature is exactly 1: "
            "with step {steep} it is at its minimum, and stays.",
        ),
        "noisy": say(
            "梯度有噪声，就永远稳定不下来：长期看，离得较远的那个权重，均方根距离是 {floor}。",
            "With noise in the gradients it never settles: in the long run the farther "
            "weight is {floor} away from its minimum (root mean square).",
        ),
        "limit": say(
            "陡的方向正好在上限：永远在最小值两边跳，不放大，也不缩小。",
            "The steep direction is exactly at the limit: for ever it jumps from side to side "
            "of its minimum, neither farther nor nearer.",
        ),
        "diverges": say(
            "发散：对陡的方向，学习率乘曲率超过了上限。",
            "It diverges: for the steep direction, learning rate times curvature is beyond the limit.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    hand = slider("momentum", say("动量", "Momentum"), 0, 5, 0.05, 1, "friction")
    flat, steep = say("平缓", "flat"), say("陡", "steep")
    row = (
        '<tr><th scope="row"><span class="swatch {2}"></span>{1}</th>'
        '<td data-part="{0}-steps"></td><td data-part="{0}-crossings"></td></tr>'
    )
    knobs = [
        slider(
            "lr",
            say("学习率 η（平缓方向的曲率是 1）", "Learning rate η (the flat curvature is 1)"),
            -4, 0, 0.05, -2, "log",
        ),
        slider(
            "condition",
            say("条件数：陡的曲率是平缓的几倍", "Condition number: the steep curvature, over the flat one"),
            0.05, 2, 0.05, 1, "log",
        ),
        tick("nesterov", "Nesterov"),
        slider(
            "noise",
            say("梯度噪声的标准差 σ", "Noise of each gradient, standard deviation σ"),
            0, 1, 0.05, 0,
        ),
        number("seed", say("噪声的种子", "Seed of the noise"), 1, 999, 1),
        slider("w1", say("起点，平缓方向", "Start, flat direction"), -1.6, 1.6, 0.05, -1.2),
        slider("w2", say("起点，陡的方向", "Start, steep direction"), -0.95, 0.95, 0.05, 0.75),
        reset(say("复原", "Reset")),
    ]  # fmt: skip
    seen = drawing(
        "roots",
        216,
        216,
        say(
            "两对根在单位圆里的位置",
            "Where the two pairs of roots lie in the unit circle",
        ),
    )
    return f"""
<div class="panels">
<div class="hand">{_settle(say)}{hand}</div>
<div class="readout">
<table class="readings"><thead><tr><td></td>
<th scope="col">{say("几步稳定", "steps to settle")}</th>
<th scope="col">{say("此前几次越过", "crossings until then")}</th></tr></thead>
<tbody>{row.format("flat", flat, "teal")}{
        row.format("steep", steep, "ochre")
    }</tbody></table>
{text("finding")}</div>
{_valley(say)}
{_distance(say)}
</div>
{
        more(
            say(
                "还可以调：学习率、条件数、Nesterov、噪声",
                "More: learning rate, condition number, Nesterov, noise",
            ),
            f'<div class="panels">{seen}<div class="knobs">{"".join(knobs)}</div></div>',
        )
    }"""


def _settle(say: Say) -> str:
    alternative = say(
        "稳定所需的步数随摩擦变化，两个方向各一条曲线，竖线是当前的动量",
        "Steps to settle over friction, a curve for each direction; a line marks the present momentum",
    )
    return drawing("settle", 324, 176, alternative)


def _valley(say: Say) -> str:
    alternative = say(
        "从上方看山谷，权重从起点出发三百步的路径",
        "The valley from above, and the path of the weights over three hundred steps",
    )
    return drawing("valley", 324, 216, alternative)


def _distance(say: Say) -> str:
    alternative = say(
        "两个权重到最小值的距离，一步一步",
        "The distance of both weights from the minimum, step by step",
    )
    return drawing("distance", 324, 216, alternative)
