"""TODO: beside what independent truth the technique is held."""

import pytest
import torch
from explorables import placeholders, states, words
from scipy import stats

from snippets.laboratory.javascript import loaded
from snippets.normalization.agreement import FILES
from snippets.normalization.standard_error import standard_error

# standard_error


@pytest.mark.parametrize("n", [2, 5, 300])
def test_it_is_that_of_scipy(
    n,
):  # TODO: the technique, beside a closed form or a library
    values = torch.randn(n, generator=torch.Generator().manual_seed(n)).double()
    found = float(standard_error(values))
    assert found == pytest.approx(stats.sem(values.numpy()), rel=1e-12)


@pytest.mark.parametrize("shape", [(), (1,), (3, 2)])
def test_it_names_the_bad_argument(shape):
    with pytest.raises(ValueError, match=r"values must have shape \(n,\) with n >= 2"):
        standard_error(torch.ones(shape))


# the explorable


def is_so(name, state, numbers):
    """Whether a sentence is true of a state. TODO: by other means than those of the page."""
    truth = {"few": state["n"] <= 9, "many": state["n"] >= 10}
    return truth[name] and numbers["spread"] ** -2 == pytest.approx(state["n"])


def test_what_the_explorable_says_is_so():
    said = [words("normalization", language) for language in ("zh", "en")]
    seen = set()
    with loaded(FILES) as call:
        for state in states("normalization", 100):
            name, numbers = call("normalization.finding", state).values()
            seen.add(name)
            assert all(placeholders(w[name]) <= numbers.keys() for w in said)
            assert is_so(name, state, numbers), (name, state, numbers)
    assert seen == {"few", "many"}
