"""The explorable of momentum, a hand on friction: words and controls. docs/explorables/momentum.js draws."""

from __future__ import annotations

from snippets.laboratory.controls import (
    drawing,
    more,
    number,
    reset,
    slider,
    text,
    tick,
)
from snippets.laboratory.languages import Say

FIGURE = "friction"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "settle": say(
            "稳定要走几步，横轴是摩擦 1 − β", "Steps to settle, over friction 1 − β"
        ),
        "settle still": say(
            "没有噪声时几步稳定，横轴是摩擦 1 − β",
            "Steps to settle without noise, over friction 1 − β",
        ),
        "valley": say(
            "从上方看山谷：起点可以拖动", "The valley from above: drag the start"
        ),
        "distance": say(
            "三百步里离最小值多远，起点算 1",
            "Distance to the minimum by step, start = 1",
        ),
        "places": say(
            "三百步里两个权重的位置，最小值在 0",
            "Both weights over steps, the minimum is at 0",
        ),
        "roots": say(
            "两对根：离中心多远，每步就剩多少", "Roots: size is what a step leaves"
        ),
        "flat": say("平缓", "flat"),
        "steep": say("陡", "steep"),
        "flat way": say("左右平缓", "flat from side to side"),
        "steep way": say("上下陡", "steep up and down"),
        "envelope": say("平缓方向的摆幅", "size of the flat swing"),
        # controls
        "momentum": "β = {momentum}",
        "momentum aloud": say(
            "动量 {momentum}，{steps} 步稳定",
            "momentum {momentum}, settles in {steps} steps",
        ),
        "momentum never": say(
            "动量 {momentum}，永远不稳定", "momentum {momentum}, never settles"
        ),
        "never": say("永不", "never"),
        "left": say(" {left}%", "{left}%"),
        "few": say("不到 0.01%", "less than 0.01%"),
        # findings
        "creep": say(
            "摩擦太大：两个权重都慢慢挪向最小值，到稳定也没有越过它。"
            "快慢由曲率决定：平缓的方向要 {flat} 步，陡的方向要 {steep} 步。",
            "Too much friction: both weights creep to their minimum, and settle without having passed it. "
            "Curvature decides how fast: {flat} steps in the flat direction, {steep} in the steep one.",
        ),
        "creeps": say(
            "对平缓的方向，摩擦还是太大：它慢慢挪向最小值，从不越过，要 {flat} 步；"
            "陡的方向已经摆起来了，要 {steep} 步。",
            "Still too much friction for the flat direction: it creeps, never passes its minimum, and takes "
            "{flat} steps. The steep one swings already and takes {steep}.",
        ),
        "fits": say(
            "对平缓的方向，摩擦差不多正合适：{flat} 步稳定，还没有越过最小值。陡的方向要 {steep} 步。",
            "For the flat direction friction is about right: it settles in {flat} steps, without passing its "
            "minimum. The steep one takes {steep}.",
        ),
        "swings": say(
            "两个方向都在摆。摆幅缩小得多快，只看摩擦，不看曲率，也不看学习率："
            "300 步之后，两边都还剩{left}。",
            "Both directions swing. Friction alone decides how fast the swings die away, not curvature, "
            "not the learning rate: after 300 steps {left} of either is left.",
        ),
        "endless": say(
            "几乎没有摩擦：300 步之后，两边的摆幅都还剩{left}，换曲率、换学习率都一样。"
            "平缓的方向要 {flat} 步才稳定下来。",
            "Hardly any friction: after 300 steps {left} of either swing is left, whatever the curvature and "
            "the learning rate. The flat direction takes {flat} steps to settle.",
        ),
        "nesterov": say(
            "Nesterov 补上一些摩擦，学习率乘曲率越大，补得越多。平缓的方向 {flat} 步稳定，"
            "不开 Nesterov 要 {plain} 步；陡的方向 {steep} 步稳定。",
            "Nesterov adds friction, the more, the larger learning rate times curvature. The flat direction "
            "settles in {flat} steps, without Nesterov in {plain}; the steep one in {steep}.",
        ),
        "flips": say(
            "学习率乘曲率太大，陡的方向每一步都跳到最小值的另一边；稳定倒还能稳定，要 {steep} 步。",
            "Learning rate times curvature is so large that in the steep direction each step jumps "
            "to the other side of the minimum. It settles all the same, in {steep} steps.",
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
        "driven": say(
            "陡的方向正好在上限，跳动不会变小，长期看，梯度里的噪声会把它越推越远。",
            "The steep direction is exactly at the limit: its jumps never get smaller, "
            "and in the long run noise in the gradients drives it farther and farther away.",
        ),
        "diverges": say(
            "发散：对陡的方向，学习率乘曲率是 {product}，超过了上限 {limit}。",
            "It diverges: for the steep direction, learning rate times curvature is {product}, "
            "beyond the limit, {limit}.",
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
    ]  # fmt: skip
    seen = drawing(
        "roots",
        216,
        216,
        say(
            "两对根在半径为一的圆里的位置",
            "Where the two pairs of roots lie in the circle of radius one",
        ),
    )
    return f"""
<div class="panels">
<div class="hand">{_settle(say)}{hand}</div>
<div class="readout">
<table class="readings"><thead><tr><td></td>
<th scope="col">{say("几步稳定", "steps to settle")}</th>
<th scope="col">{say("此前越过几次", "crossings until then")}</th></tr></thead>
<tbody>{row.format("flat", flat, "teal")}{
        row.format("steep", steep, "ochre")
    }</tbody></table>
{text("finding")}{reset(say("复原", "Reset"))}</div>
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
