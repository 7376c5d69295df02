"""The explorable of normalization, the size of a batch in the hand: words and controls.

`docs/explorables/normalization.js` draws.
"""

from __future__ import annotations

from snippets.laboratory.controls import drawing, more, reset, slider, text, tick
from snippets.laboratory.languages import Say

FIGURE = "two_modes"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "units": say(
            "一个单元的预激活值，逐批",
            "Pre-activations of a unit, batch by batch",
        ),
        "marked": say(
            "被跟踪的样本，归一化之后",
            "The followed example, normalized",
        ),
        "batch": say("批", "batch"),
        "running": say("滑动平均 ± 标准差", "running mean ± deviation"),
        "training": say("训练", "training"),
        "evaluation": say("评估", "evaluation"),
        "truth": say("点线：按全部样本", "dotted: by all examples"),
        # controls
        "n": say("{n} 个样本", "{n} examples"),
        "n aloud": say(
            "每批 {n} 个样本，训练时从 {low} 到 {high}，评估时 {evaluation}",
            "batches of {n} examples, in training from {low} to {high}, in evaluation {evaluation}",
        ),
        "momentum": "{momentum}",
        "shift": "{shift}",
        # findings
        "pair": say(
            "只有两个样本，归一化之后几乎就是 1 和 −1，相差多少都一样："
            "训练时，被跟踪的样本只剩大小之分。评估时，最后是 {evaluation}。",
            "Of two examples one comes out at nearly 1 and the other at −1, however far apart they are: "
            "in training, nothing of the followed one is left but which was larger. "
            "In evaluation it ends at {evaluation}.",
        ),
        "sorted": say(
            "每批只有一类，批的均值把类别减掉了：训练时，被跟踪的样本平均是 {average}。"
            "评估用的方差又没算进两类之间的差别，于是成了 {evaluation}。",
            "A batch has one class, and its mean takes the class away: in training, the followed example is "
            "at {average} on average. The running variance lacks what lies between the classes, so that in "
            "evaluation it is at {evaluation}.",
        ),
        "strayed": say(
            "每批只有一类，批的均值把类别减掉了：训练时，被跟踪的样本平均是 {average}。"
            "滑动平均的均值最后是 {mean}，全部样本的均值是 {center}；方差又没算进两类之间的差别，"
            "评估时于是成了 {evaluation}。",
            "A batch has one class, and its mean takes the class away: the followed example averages "
            "{average} in training. The running mean ends at {mean} instead of {center}, and the running "
            "variance lacks the gap between the classes: {evaluation} in evaluation.",
        ),
        "stale": say(
            "滑动平均偏了：评估时是 {evaluation}，按全部样本的统计量该是 {truth}。"
            "训练用的是各批自己的统计量，看不出来。",
            "The running averages are off: in evaluation the example is at {evaluation}, by all examples it "
            "would be at {truth}. Training does not notice, because each batch brings its own statistics.",
        ),
        "jumped": say(
            "前一层一变，评估时一下跳到 {peak}，过了 {back} 批才回到离 {truth} 不到四分之一的地方，"
            "最后是 {evaluation}。训练时从 {low} 到 {high}，看不出什么变化。",
            "When the previous layer changed, evaluation jumped to {peak}; it took {back} batches to come "
            "back to within a quarter of {truth}, and ends at {evaluation}. Training, from {low} to {high}, "
            "does not notice.",
        ),
        "shaky": say(
            "训练时从 {low} 到 {high}，看它碰上哪一批；评估时也在晃动，后 20 批里从 {lowest} 到 {highest}，"
            "因为最近几批说了算。",
            "In training the example comes out anywhere from {low} to {high}, by the company it is in. In "
            "evaluation it moves, too, from {lowest} to {highest} in the last 20 batches: the newest decide.",
        ),
        "noisy": say(
            "同一个样本，训练时从 {low} 到 {high}，看它碰上哪一批；评估时不管和谁一批，最后是 {evaluation}。",
            "In training the same example comes out anywhere from {low} to {high}, by the company it is in; "
            "in evaluation it ends at {evaluation}, whoever is with it.",
        ),
        "close": say(
            "两种模式几乎一样：训练时从 {low} 到 {high}，评估时 {evaluation}。",
            "The two modes nearly agree: from {low} to {high} in training, {evaluation} in evaluation.",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    hand = slider(
        "n", say("每批的样本数", "Examples in a batch"),
        0.301, 2.409, 0.1505, 0.903, "count",
    )  # fmt: skip
    momentum = slider(
        "momentum",
        say(
            "新的一批在滑动平均里的权重（momentum）",
            "Weight of the newest batch in the running averages (momentum)",
        ),
        -2, 0, 0.05, -1, "log",
    )  # fmt: skip
    shift = slider(
        "shift",
        say(
            "前一层变了：从第 31 批起，全部预激活值加上",
            "The previous layer changes: from batch 31 on, all pre-activations are higher by",
        ),
        0, 4, 0.25, 0,
    )  # fmt: skip
    mixed = tick("sorted", say("每批只有一类", "Each batch has one class only"))
    units = say(
        "六十批的预激活值，两类各一种颜色；线是滑动平均，上下各一个标准差；红点是被跟踪的样本",
        "Pre-activations of sixty batches, a color for each of two classes; lines for the running mean and a "
        "deviation on each side; red dots for the followed example",
    )
    marked = say(
        "被跟踪的样本归一化之后的值：训练时每批一个点，评估时一条线，点线是按全部样本的统计量",
        "The followed example, normalized: a dot for each batch in training, a line for evaluation, a dotted "
        "line by the statistics of all examples",
    )
    row = '<tr><th scope="row"><span class="swatch {2}"></span>{1}</th><td data-part="{0}-value"></td></tr>'
    return f"""
<div class="panels">
<div class="hand">{drawing("units", 324, 190, units)}{
        drawing("marked", 324, 190, marked)
    }{hand}</div>
<div class="readout">
<table class="readings"><tbody>{
        row.format("training", say("训练，后 30 批", "training, last 30"), "red")
    }{
        row.format("evaluation", say("评估，最后", "evaluation, last"), "teal")
    }</tbody></table>
{text("finding")}
{shift}{mixed}
{more(say("还可以调滑动平均", "More: the running averages"), momentum)}
{reset(say("复原", "Reset"))}</div>
</div>"""
