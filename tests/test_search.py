"""Readers find the page they want among the first three, by the words of either language."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tools.search import with_aliases

# What is typed, and the page that is wanted. The last ones of each are in the other language.
QUERIES = {
    "zh": """
        对称性 symmetry
        打破对称性 symmetry
        权重 同一个值 symmetry
        有效秩 ledger
        全零初始化 symmetry
        偏置 biases
        遗忘门 biases
        输出偏置 biases
        稀有标签 biases
        先验 biases
        自归一化 selu
        LeCun 初始化 selu
        增益 selu
        批归一化 selu
        不动点 selu
        平均场 selu
        激活函数 activations
        对数几率 activations
        BCEWithLogitsLoss activations
        饱和单元 activations
        死单元 activations
        速查表 activations
        动量 momentum
        学习率 momentum
        重球法 momentum
        噪声底 momentum
        冲过最小值 momentum
        0.99999 momentum
        滑行 momentum
        稀疏 sparsity
        剪枝 sparsity
        近端步 sparsity
        软阈值 sparsity
        L1 正则化 sparsity
        to_sparse_csr sparsity
        随机失活 dropout
        蒙特卡洛 dropout
        校准 dropout
        温度 dropout
        互信息 dropout
        过拟合 glossary
        正则化 sparsity
        断言总账 ledger
        陷阱 traps
        momentum momentum
        soft threshold sparsity
        symmetry breaking symmetry
        fixed point selu
        dead unit activations
        calibration dropout
    """,
    "en": """
        symmetry symmetry
        symmetry breaking symmetry
        same value symmetry
        effective rank symmetry
        identity matrices symmetry
        biases biases
        forget gate biases
        rare label biases
        log prior biases
        head start biases
        self-normalizing selu
        LeCun initialization selu
        gain selu
        batch normalization selu
        fixed point selu
        mean field selu
        AlphaDropout selu
        activation function activations
        raw logits activations
        BCEWithLogitsLoss activations
        saturated units activations
        dead units activations
        sigmoid activations
        momentum momentum
        friction momentum
        heavy ball momentum
        Nesterov momentum
        noise floor momentum
        overshoot momentum
        0.99999 momentum
        coasts momentum
        sparse model sparsity
        pruning sparsity
        proximal step sparsity
        soft threshold sparsity
        FTRL sparsity
        to_sparse_csr sparsity
        dropout dropout
        MC Dropout dropout
        calibration dropout
        temperature dropout
        mutual information dropout
        overfitting glossary
        ledger ledger
        traps traps
        动量 momentum
        软阈值 sparsity
        对称性 symmetry
        不动点 selu
        死单元 activations
        学习率 momentum
    """,
}


def found(page: Page, query: str) -> list[str]:
    """The pages of the first three results, best first."""
    page.fill(".md-search__input", "")
    page.keyboard.press("Shift")  # the index is asked when a key comes up
    page.wait_for_function("!document.querySelector('.md-search-result__link')")
    page.fill(".md-search__input", query)
    page.keyboard.press("Shift")
    page.locator(".md-search-result__link").first.wait_for(timeout=5000)
    # An item is a page, with the links of its sections behind the page's own.
    items = page.locator(".md-search-result__item")
    return items.evaluate_all(
        "items => items.slice(0, 3).map(i => new URL(i.querySelector('a').href).pathname.split('/').at(-2))"
    )


@pytest.mark.parametrize("language", QUERIES)
def test_the_wanted_page_is_among_the_first_three(
    address: str, browser: Browser, language: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}{language}/")
    page.click(".md-search__input")
    wanted = [
        line.strip().rpartition(" ") for line in QUERIES[language].strip().splitlines()
    ]
    assert len(wanted) >= 40
    missed = {}
    for query, _, slug in wanted:
        try:
            results = found(page, query)
        except Exception:  # no result at all
            results = []
        if slug not in results:
            missed[query] = (slug, results)
    page.close()
    assert missed == {}


def test_terms_stay_whole(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}zh/")
    index = page.evaluate("fetch('search/search_index.json').then(r => r.text())")
    page.close()
    for term in ("学习率", "过拟合", "正则化", "自归一化", "随机失活"):
        assert f"\u200b{term}\u200b" in index, term


def test_search_knows_the_other_language_and_the_page_of_a_term() -> None:
    entries = [
        {"location": "momentum/", "title": "动\u200b量", "text": "<p>动量 学习率</p>"},
        {"location": "dropout/#use", "title": "", "text": "动量 打破对称性"},
        {"location": "ledger/", "title": "", "text": "动量 动量 动量"},
    ]
    page, section, ledger = with_aliases(entries, "zh", {"momentum", "dropout"})
    assert page["named"] == "学习率 learning rate 动量 momentum"
    assert section["named"] == ledger["named"] == ""
    assert page["alias"] == "learning rate 学习 momentum"
    assert (
        "symmetry breaking" in section["alias"] and " 对称 " in f"{section['alias']} "
    )
    (found,) = with_aliases(
        [{"location": "", "title": "Biased", "text": "Momentums"}], "en", ()
    )
    assert (found["named"], found["alias"]) == ("", "动量")
