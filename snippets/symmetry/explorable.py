"""The explorable of symmetry, six boxes to tick: words and controls. docs/explorables/symmetry.js draws."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from snippets.laboratory.controls import drawing, more, number, reset, slider, text
from snippets.laboratory.languages import Say

FIGURE = "freedom"  # what it takes the place of
SIZES = (64, 16, 16, 16, 16, 16, 10)


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces, lists of layers, too."""
    return {
        # drawings
        "accuracy": say("测试准确率（%），横轴是步数", "Test accuracy (%) over steps"),
        "none": say("都不随机", "none random"),
        "all": say("全都随机", "all random"),
        "but": say("只差 {constant}", "all but {constant}"),
        # findings
        "training": say("正在训练……", "Training …"),
        "untrained": say("还没有训练。", "Not trained yet."),
        "dead": say(
            "第 {dead} 层死了：那里的单元对每张测试数字都输出 0，什么也传不过去，"
            "所以网络对所有数字说的都一样。测试准确率 {accuracy}%。",
            "Layers that have died: {dead}. There every unit gives 0 for each test digit and lets nothing "
            "through, so the network says the same of all digits. Test accuracy: {accuracy}%.",
        ),
        "noisy": say(
            "没有一个矩阵随机，只是常数上有噪声，大小是常数的 {noise} 倍。{steps} 步之后，差别最小的一层里，"
            "单元的输出彼此相差自身的 {least} 倍。测试准确率 {accuracy}%。",
            "No matrix is random, but the constants carry noise, {noise} times their size. After {steps} "
            "steps, in the layer where units differ least, their outputs differ by {least} times their own "
            "size. Test accuracy: {accuracy}%.",
        ),
        "noisy some": say(
            "第 {free} 层旁边有随机矩阵。第 {alone} 层旁边只有常数，噪声是常数的 {noise} 倍；{steps} 步之后，"
            "那里单元的输出彼此至少相差自身的 {least} 倍。测试准确率 {accuracy}%。",
            "Layers with a random matrix beside them: {free}. The others ({alone}) have only constants "
            "beside them, with noise {noise} times their size. After {steps} steps, outputs of units there "
            "differ by at least {least} times their own size. Test accuracy: {accuracy}%.",
        ),
        "tied": say(
            "没有一层松绑：每个隐藏层都是一个单元重复十六遍。{steps} 步之后，测试准确率 {accuracy}%。",
            "No layer is free: each hidden layer is one unit, sixteen times over. "
            "Test accuracy after {steps} steps: {accuracy}%.",
        ),
        "some": say(
            "第 {free} 层松了绑。第 {tied} 层旁边没有随机矩阵，每层仍是一个单元重复十六遍。"
            "{steps} 步之后，测试准确率 {accuracy}%。",
            "Layers set free: {free}. Layers without a random matrix beside them, each still one unit "
            "sixteen times over: {tied}. Test accuracy after {steps} steps: {accuracy}%.",
        ),
        "masks": say(
            "第 {alone} 层旁边没有随机矩阵，是随机失活分开了那里的单元。"
            "不过，特征最少的一层只有 {fewest} 个特征。{steps} 步之后，测试准确率 {accuracy}%。",
            "Dropout has separated the units of layers without a random matrix beside them: {alone}. "
            "But the layer with the fewest features has only {fewest}. "
            "Test accuracy after {steps} steps: {accuracy}%.",
        ),
        "free": say(
            "每个隐藏层旁边都有随机矩阵，五层全都松了绑；特征最少的一层有 {fewest} 个特征。"
            "{steps} 步之后，测试准确率 {accuracy}%。",
            "Each hidden layer has a random matrix beside it, and all five are free. The layer with the "
            "fewest features has {fewest}. Test accuracy after {steps} steps: {accuracy}%.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    knobs = [
        slider(
            "noise",
            say("常数上的噪声 σ，是自身的几倍", "Noise σ on the constants, as a share of them"),
            -6.5, 0, 0.1, -6.5, "log0",
        ),
        slider("dropout", say("随机失活的概率 p", "Probability p of dropout"), 0, 0.2, 0.05, 0),
        number("seed", say("随机矩阵的种子", "Seed of what is random"), 1, 999, 1),
        number("image", say("第几张测试数字", "Which test digit"), 0, 99, 31),
    ]  # fmt: skip
    lead = say(
        "勾上一个矩阵，它就随机；其余矩阵从常数开始，权重都是输入个数的倒数。网络随即训练。"
        "矩阵里，青色的权重为正，褐色为负。一列圆点是一层的十六个单元对左边数字的输出，没松绑的层是灰色；"
        "上面是这一层的特征个数（有效秩，所以有小数）。",
        "Tick a matrix to make it random; the others start constant, each weight one over the number of "
        "inputs. The network trains at once. Weights are teal above zero, ochre below. A column of dots is "
        "what the sixteen units of a layer put out for this digit, grey where the layer is not free; above "
        "it is the layer’s number of features (effective rank, hence not whole).",
    )
    following = say("换一张数字", "Another digit")
    digit = (
        '<canvas data-part="picture" width="8" height="8" role="img" '
        f'aria-label="{escape(say("一张手写数字", "A handwritten digit"))}"></canvas>'
    )
    which = escape(say("哪些矩阵随机", "Which matrices are random"))
    curve = say(
        "测试准确率，一步一步；灰线是先前试过的",
        "Test accuracy, step by step; earlier tries in grey",
    )
    summary = say(
        "别的办法：噪声、随机失活、别的种子", "Other ways: noise, dropout, another seed"
    )
    return f"""
<div class="digit">{digit}<p>{lead}</p></div>
<div class="net" role="group" aria-label="{which}">{_net(say)}</div>
<div class="panels">
{drawing("accuracy", 324, 162, curve)}
<div class="readout">{text("finding")}
<p><button type="button" data-part="next">{following}</button> {reset(say("复原", "Reset"))}</p></div>
</div>
{more(summary, f'<div class="knobs">{"".join(knobs)}</div>')}"""


def _net(say: Say) -> str:
    """Pictures of matrices, each with its box to tick, and between them columns of units."""
    cells = []
    for layer, (n, m) in enumerate(pairwise(SIZES), start=1):
        cells.append(
            f'<label class="cell"><canvas data-part="w{layer}-picture" width="{n}" height="{m}" '
            f'aria-hidden="true"></canvas><span><input type="checkbox" name="w{layer}"> '
            f"W<sub>{layer}</sub></span></label>"
        )
        if layer < len(SIZES) - 1:
            units = drawing(
                f"layer{layer}",
                14,
                176,
                say(
                    f"第 {layer} 层的十六个单元", f"The sixteen units of layer {layer}"
                ),
            )
            cells.append(
                f'<div class="cell">{text(f"rank{layer}", "span")}{units}</div>'
            )
    odds = drawing(
        "odds", 50, 176, say("十个类别的概率", "The probabilities of the ten classes")
    )
    return "".join([*cells, f'<div class="cell">{odds}</div>'])
