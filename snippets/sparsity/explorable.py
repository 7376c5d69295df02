"""The explorable of sparsity, four ways to zeros: words and controls. docs/explorables/sparsity.js draws."""

from __future__ import annotations

from snippets.laboratory.controls import choose, drawing, reset, slider, text
from snippets.laboratory.languages import Say

FIGURE = "zeros"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "sizes": say(
            "640 个权重的大小，恰为 0 的另画",
            "Sizes of the 640 weights, exact zeros apart",
        ),
        "step": say("惩罚的一步", "one step of the penalty"),
        "cut": say("阈值", "threshold"),
        "path": say(
            "其中一个权重，最后 60 步", "One of the weights, its last 60 steps"
        ),
        "trade": say(
            "测试准确率，横轴是零的比例",
            "Test accuracy over share of zeros",
        ),
        "csr": say("CSR 更小 →", "smaller in CSR →"),
        # controls
        "aloud": say(
            "{value}：{zeros} 个零，准确率 {accuracy}%",
            "{value}: zeros {zeros}, accuracy {accuracy}%",
        ),
        # findings
        "plain": say(
            "既没有惩罚，也没有阈值：640 个权重里，精确的零有 {zeros} 个。准确率 {accuracy}%。",
            "With no penalty and no threshold, {zeros} of 640 weights are exactly zero. "
            "Accuracy is {accuracy}%.",
        ),
        "jumps": say(
            "精确的零有 {zeros} 个。离零不到惩罚的一步（{step}）的权重有 {tiny} 个，"
            "但光靠惩罚，下一步只会跨过零，落不到零上。",
            "Of 640 weights, {zeros} are exactly zero and {tiny} are nearer to zero "
            "than one step of the penalty, {step}. "
            "But the penalty alone throws such a weight across zero, not onto it.",
        ),
        "shakes": say(
            "这样大的惩罚，精确的零还是 {zeros} 个：惩罚让每个权重每步都挪 {step}，到了零也不停。"
            "权重在零的两边跳，准确率也跟着跳：倒数第二步 {before}%，最后一步 {accuracy}%。"
            "没有惩罚时是 {accuracyOther}%。",
            "Even so large a penalty makes {zeros} exact zeros: each step it moves every weight by {step}, "
            "past zero as well. Weights jump from side to side, and accuracy with them: {before}%, one step "
            "later {accuracy}%. Without the penalty: {accuracyOther}%.",
        ),
        "lands": say(
            "精确的零有 {zeros} 个：走完损失那一步，离零不到 {step} 的权重就设成零。准确率 {accuracy}%。"
            "同样的惩罚交给自动求导，零有 {zerosOther} 个，准确率 {accuracyOther}%。",
            "Proximal steps make {zeros} of 640 weights exactly zero: what a step on the loss leaves within "
            "{step} of zero becomes zero. Accuracy is {accuracy}%. Through autograd the same penalty makes "
            "{zerosOther}, and accuracy is {accuracyOther}%.",
        ),
        "sums": say(
            "精确的零有 {zeros} 个：FTRL 给它们累加的量，都没有超出 ±{l1}。"
            "准确率 {accuracy}%，不设阈值时是 {accuracyOther}%。",
            "FTRL makes {zeros} of 640 weights exactly zero: for each it keeps a sum, and where that is "
            "within ±{l1}, the weight is zero. Accuracy is {accuracy}%, "
            "without a threshold {accuracyOther}%.",
        ),
        "spared": say(
            "训练之后，小于 {step} 的权重清零，共有 {zeros} 个。"
            "准确率没有下降：之前 {accuracyOther}%，之后 {accuracy}%。",
            "A threshold of {step} after training sets {zeros} of 640 weights to zero. "
            "Accuracy has not fallen: {accuracyOther}% before, {accuracy}% after.",
        ),
        "costs": say(
            "训练之后，小于 {step} 的权重清零，共有 {zeros} 个。"
            "之后不再训练，没法补救：准确率从 {accuracyOther}% 降到 {accuracy}%。",
            "A threshold of {step} after training sets {zeros} of 640 weights to zero. "
            "No training follows to make up for them: accuracy falls from {accuracyOther}% to {accuracy}%.",
        ),
        "empty": say(
            "{zeros} 个权重全是零，只剩偏置：对每张图片都给同一个答案，答对 {accuracy}%。",
            "All {zeros} weights are zero, and only the biases are left: "
            "the same answer to every image, right for {accuracy}% of them.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    ways = choose(
        "way",
        say("怎样得到零", "A way to zeros"),
        {
            "autograd": say("● L1，自动求导", "● L1 by autograd"),
            "proximal": say("■ L1，近端步", "■ L1, proximal steps"),
            "ftrl": "▲ FTRL",
            "prune": say("◆ 训练后剪枝", "◆ prune after training"),
        },
        "autograd",
    )
    hands = (
        _hand("penalty", say("惩罚 λ", "Penalty λ"), -4.5, 1, -2),
        _hand(
            "l1",
            say("阈值 l1，对累加的梯度", "Threshold l1, on a sum of gradients"),
            -3.5, 2, 0, hidden=True,
        ),
        _hand("cut", say("阈值，对权重的大小", "Threshold on the size"), -5.5, 0, -1, hidden=True),
    )  # fmt: skip
    readings = (
        ("zeros", say("零（共 640）", "zeros of 640")),
        ("accuracy", say("测试准确率", "test accuracy")),
        ("bytes", say("CSR（32 位）/稠密", "CSR (32-bit)/dense")),
    )
    heads = "".join(f'<th scope="col">{head}</th>' for _, head in readings)
    cells = "".join(f'<td data-part="{name}">&nbsp;</td>' for name, _ in readings)
    return f"""
<div class="panels">
<div class="hand">{ways}{_sizes(say)}{"".join(hands)}</div>
<div class="readout">
<table class="readings"><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>
{text("finding")}{reset(say("复原", "Reset"))}</div>
{_path(say)}
{_trade(say)}
</div>"""


def _hand(
    name: str,
    label: str,
    low: float,
    high: float,
    start: float,
    *,
    hidden: bool = False,
) -> str:
    """A slider of which one is seen, from nought at its left end on."""
    knob = slider(name, label, low, high, 0.25, start, "log0")
    return f'<div data-part="{name}-hand"{" hidden" if hidden else ""}>{knob}</div>'


def _sizes(say: Say) -> str:
    alternative = say(
        "权重大小的直方图，横轴是十的幂，恰为零的在最左边，旁边一格还收着更小的；竖线是惩罚的一步，或剪枝的阈值",
        "A histogram of the sizes of weights over powers of ten, exact zeros at its left end; "
        "the first bar beside them has all that are smaller, too; "
        "a line marks one step of the penalty, or the threshold of pruning",
    )
    return drawing("sizes", 324, 216, alternative)


def _path(say: Say) -> str:
    alternative = say(
        "一个权重最后六十步的路径，零在中间",
        "The path of one weight over its last sixty steps, zero in the middle",
    )
    return drawing("path", 324, 176, alternative)


def _trade(say: Say) -> str:
    alternative = say(
        "测试准确率随零的比例变化，试过的每个设定一个记号，圈住的是当前的",
        "Test accuracy over the share of zeros, a mark for each setting tried, a ring around the present one",
    )
    return drawing("trade", 324, 176, alternative)
