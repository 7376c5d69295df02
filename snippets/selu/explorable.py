"""The explorable of selu, a hand on the weights: words and controls. docs/explorables/selu.js draws."""

from __future__ import annotations

from snippets.laboratory.controls import drawing, more, reset, slider, text
from snippets.laboratory.languages import Say

FIGURE = "depth"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "run": say(
            "每层最终乘以多少，横轴是 τ",
            "Long-run factor per layer, over τ",
        ),
        "run dropped": say(
            "每层最终乘以多少，横轴是 τ ÷ (1 − p)",
            "Long-run factor per layer, over τ ÷ (1 − p)",
        ),
        "signal": say("SELU：信号", "SELU, signal"),
        "gradients": say("SELU：梯度", "SELU, gradients"),
        "both": say("ReLU：两者", "ReLU, both"),
        "map": say(
            "一层乘以多少，横轴是它输入的二阶矩",
            "Factor of one layer, over second moment",
        ),
        "drag": say("拖动", "drag"),
        "dots": say("点：逐层的信号", "dots: layer by layer"),
        "forward": say("前向 →：输出的二阶矩", "Forward →: second moment of outputs"),
        "backward": say(
            "← 反向：梯度的二阶矩", "← Backward: second moment of gradients"
        ),
        "layer": say("层", "layer"),
        # controls
        "tau": "τ = {tau}",
        "tau dropped": "τ = {tau} → {effective}",
        "tau aloud": say(
            "τ 取 {tau}，五十层之后二阶矩 SELU 为 {after}，ReLU 为 {relu}",
            "τ {tau}, second moment after fifty layers {after} with SELU, {relu} with ReLU",
        ),
        # findings
        "dropped": say(
            "随机失活把 τ 变成 τ ÷ (1 − p) = {effective}。",
            "Dropout turns τ into τ ÷ (1 − p) = {effective}. ",
        ),
        "fades": say(
            "权重太小：SELU 的信号和梯度每层最多乘以 {most}，ReLU 的乘以 {relu}。"
            "两者都越来越小，ReLU 更快。",
            "Weights too small: a layer multiplies SELU’s signal and gradients by at most {most}, "
            "ReLU’s by {relu}. Both fade, ReLU faster.",
        ),
        "holds": say(
            "SELU 守住了信号：二阶矩停在 {fixed}。它的梯度传回输入时是原来的 {gradient} 倍。"
            "ReLU 的信号和梯度每层都乘以 {relu}。",
            "SELU holds the signal at a second moment of {fixed}. Its gradients reach the inputs "
            "multiplied by {gradient}. ReLU multiplies both by {relu} per layer.",
        ),
        "returns": say(
            "SELU 忘掉了起点：二阶矩从 {start} 出发，过 {layers} 层，与 {fixed} 就相差不到一成。"
            "ReLU 忘不掉：不论大小，每层都乘以 {relu}。梯度传回输入时，SELU 的是原来的 {gradient} 倍。",
            "SELU forgets the start, {start}: layer {layers} is the first within ten percent of {fixed}. "
            "ReLU never forgets: it multiplies any size by {relu} per layer. "
            "SELU’s gradients reach the inputs multiplied by {gradient}.",
        ),
        "slow": say(
            "SELU 把信号拉向 {fixed}，只是很慢：从 {start} 出发，五十层之后是 {after}。"
            "ReLU 不论大小，每层都乘以 {relu}。",
            "SELU draws the signal to {fixed}, but slowly: from {start}, it is at {after} after fifty layers."
            " ReLU multiplies any size by {relu} per layer.",
        ),
        "between": say(
            "SELU 守不住了：不论多大的信号，每层至少乘以 {least}。"
            "ReLU 每层乘以 {relu}，还在变小。",
            "SELU no longer holds any size: a layer multiplies any signal by at least {least}. "
            "ReLU multiplies by {relu}, and still fades.",
        ),
        "exchanged": say(
            "角色互换：ReLU 多大的信号都原样保留，梯度也一样。"
            "SELU 什么也守不住：信号和梯度每层至少乘以 {least}。",
            "The roles are exchanged. ReLU keeps any size, of signals and of gradients. "
            "SELU keeps none: both grow by a factor of at least {least} per layer.",
        ),
        "explodes": say(
            "权重太大：SELU 的信号和梯度每层至少乘以 {least}，ReLU 的乘以 {relu}。"
            "两者都爆炸，SELU 更快。",
            "Weights too large: a layer multiplies SELU’s signal and gradients by at least {least}, "
            "ReLU’s by {relu}. Both explode, SELU faster.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    hand = slider(
        "tau",
        say(
            "输入个数 × 权重的方差",
            "Inputs × variance of a weight",
        ),
        -0.625,
        0.625,
        0.025,
        0,
        "log",
    )
    start = slider(
        "start",
        say("输入的二阶矩", "Second moment of the inputs"),
        -2,
        2,
        0.05,
        0,
        "log",
    )
    row = (
        '<tr><th scope="row"><span class="swatch {2}"></span>{1}</th>'
        '<td data-part="{0}-signal"></td><td data-part="{0}-gradient"></td></tr>'
    )
    dropout = slider(
        "dropout",
        say(
            "随机失活：丢掉每层输入的比例 p",
            "Dropout: share p of each layer’s inputs that is dropped",
        ),
        0, 0.5, 0.05, 0,
    )  # fmt: skip
    fold = more(say("还可以加随机失活", "More: add dropout"), dropout)
    return f"""
<div class="panels">
<div class="hand">{_run(say)}{hand}{fold}</div>
<div class="readout">
<table class="readings"><thead><tr><td></td>
<th scope="col">{say("五十层之后的信号", "signal after fifty layers")}</th>
<th scope="col">{say("传回输入的梯度", "gradients at the inputs")}</th></tr></thead>
<tbody>{row.format("selu", "SELU", "teal")}{
        row.format("relu", "ReLU", "ochre")
    }</tbody></table>
{text("finding")}{reset(say("复原", "Reset"))}</div>
<div class="hand inputs">{_map(say)}{start}</div>
<div>{_layers(say)}</div>
</div>"""


def _run(say: Say) -> str:
    alternative = say(
        "信号和梯度每层最终乘以多少，随权重的方差变化：SELU 的信号有一段平台，ReLU 的是一条斜线，"
        "竖线是当前的 τ，加了随机失活就是 τ ÷ (1 − p)",
        "The long-run factor per layer, over the variance of weights: a plateau at one "
        "for SELU’s signal, a rising line for ReLU; a line marks the present τ, with dropout τ ÷ (1 − p)",
    )
    return drawing("run", 324, 184, alternative)


def _map(say: Say) -> str:
    alternative = say(
        "一层把二阶矩乘以多少，随输入的二阶矩变化；点是信号逐层走过的地方",
        "The factor by which a layer changes a second moment, over that moment; dots mark where a signal "
        "is from layer to layer",
    )
    return drawing("map", 324, 200, alternative)


def _layers(say: Say) -> str:
    forward = say(
        "五十层里输出的二阶矩，SELU 和 ReLU 各一条线",
        "The second moment of outputs over fifty layers, a line for SELU and one for ReLU",
    )
    backward = say(
        "梯度从最后一层传回输入，各层的二阶矩",
        "The second moment of gradients on their way from the last layer back to the inputs",
    )
    return drawing("forward", 324, 124, forward) + drawing(
        "backward", 324, 136, backward
    )
