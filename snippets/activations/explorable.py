"""The explorable of activations, a wrong logit in the hand: words and controls.

`docs/explorables/activations.js` draws.
"""

from __future__ import annotations

from snippets.laboratory.controls import choose, drawing, reset, slider, text
from snippets.laboratory.languages import Say

FIGURE = "cliff"  # what it takes the place of

DTYPES = ("float64", "float32", "float16", "bfloat16")


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "loss": say("损失", "Loss"),
        "gradient": say("对数几率得到的梯度", "Gradient on the logit"),
        "kept": say(
            "存下的概率，折算成对数几率",
            "The stored probability, as a logit",
        ),
        "last": say("1 之前的最后一个数：{last}", "last before 1: {last}"),
        "logits": "BCEWithLogitsLoss",
        "own": say("sigmoid 加 BCELoss", "sigmoid, BCELoss"),
        "nan": "NaN",
        "nan aloud": say("不是数", "not a number"),
        # controls
        "logit": "z = {logit}",
        "logit aloud": say(
            "对数几率 {logit}，自己接 sigmoid，损失 {loss}，梯度 {gradient}",
            "logit {logit}, after a sigmoid of your own loss {loss}, gradient {gradient}",
        ),
        # findings
        "agree": say(
            "两条路相差不到 1%：损失 {loss}，梯度 {gradient}。看不出哪里不对。",
            "The two ways are less than 1% apart: loss {loss}, gradient {gradient}. "
            "Nothing looks wrong.",
        ),
        "rough": say(
            "舍入看得见了：存下的概率，相当于对数几率 {memory}。"
            "自己接 sigmoid，损失是 {ownLoss}，而不是 {loss}。",
            "Rounding shows: the stored probability is that of a logit of {memory}. "
            "After a sigmoid of your own the loss is {ownLoss} instead of {loss}.",
        ),
        "guard": say(
            "存下的概率离 1 还有 {distance}，可 BCELoss 的除数不小于 10⁻¹²："
            "梯度只剩 {ownGradient}，本该是 {gradient}。",
            "The stored probability is {distance} away from 1, but BCELoss divides by at least 10⁻¹²: "
            "a gradient of {ownGradient} is left instead of {gradient}.",
        ),
        "blind": say(
            "存下的概率正好是 1。自己接 sigmoid，对数几率从 {from} 起，错得再离谱，"
            "损失也只是 100，梯度也只是 0。",
            "The stored probability is exactly 1. From a logit of {from} on, a sigmoid of your own "
            "leaves a loss of 100 and a gradient of 0, however bad the mistake.",
        ),
        "spoilt": say(
            "存下的概率正好是 1，float16 又把保护除法的 10⁻¹² 舍入成 0："
            "对数几率从 {from} 起，梯度不是数。",
            "The stored probability is exactly 1, and float16 rounds BCELoss’s guard, 10⁻¹², to 0: "
            "from a logit of {from} on, the gradient is not a number.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    hand = slider(
        "logit", say("对数几率（目标是 0）", "Logit (the target is 0)"), 0, 40, 0.25, 8
    )
    types = choose(
        "dtype",
        say("数值类型", "Type of the numbers"),
        {dtype: dtype for dtype in DTYPES},
        "float32",
    )
    row = (
        '<tr><th scope="row"><span class="swatch {2}"></span>{1}</th>'
        '<td data-part="{0}-loss"></td><td data-part="{0}-gradient"></td></tr>'
    )
    own = say("sigmoid 加 BCELoss", "sigmoid, BCELoss")
    return f"""
<div class="panels">
<div class="hand">{_drawings(say)}{hand}</div>
<div class="readout">{types}
<table class="readings"><thead><tr><td></td>
<th scope="col">{say("损失", "loss")}</th>
<th scope="col">{say("梯度", "gradient")}</th></tr></thead>
<tbody>{row.format("own", own, "ochre")}{
        row.format("logits", "BCEWithLogitsLoss", "teal")
    }</tbody></table>
{text("finding")}
{reset(say("复原", "Reset"))}</div>
</div>"""


def _drawings(say: Say) -> str:
    loss = say(
        "损失随对数几率变化，两条路各一条曲线，竖线是当前的对数几率",
        "Loss over the logit, a curve for each of the two ways; a line marks the present logit",
    )
    gradient = say(
        "损失对对数几率的梯度，两条路各一条曲线",
        "Gradient of the loss over the logit, a curve for each of the two ways",
    )
    kept = say(
        "这种类型里小于 1 的数，各在自己的对数几率处，1 在最右边；一个点标出存下的概率",
        "The numbers below 1 that the type has, each at its logit, and 1 at the right end; "
        "a dot marks the stored probability",
    )
    return (
        drawing("loss", 324, 130, loss)
        + drawing("gradient", 324, 108, gradient)
        + drawing("kept", 324, 74, kept)
    )
