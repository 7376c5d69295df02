"""Ensembles: nets that train on the same examples and are asked together."""

from __future__ import annotations

from torch import Tensor

from snippets.dropout._outcomes import log
from snippets.laboratory import mnist1d
from snippets.laboratory.ensembles import Ensemble

MEMBERS = 5


def for_members(data: mnist1d.Split) -> mnist1d.Split:
    """Each run's split five times, once for each member."""
    parts = {name: x.repeat_interleave(MEMBERS, 0) for name, x in vars(data).items()}
    return mnist1d.Split(**parts)


def member_seeds(seeds: range) -> range:
    """Five seeds for each."""
    return range(MEMBERS * seeds.start, MEMBERS * seeds.stop)


def joint_logits(logits: Tensor) -> Tensor:
    """Logarithm of the members' mean probabilities, shape (runs, examples, classes)."""
    p = logits.softmax(-1)
    return log(p.view(-1, MEMBERS, *p.shape[1:]).mean(1))


def first_members(nets: Ensemble) -> Ensemble:
    """One net of each run."""
    weights, biases = ([x[::MEMBERS] for x in xs] for xs in (nets.weights, nets.biases))
    return Ensemble(weights, biases, dropout=nets.dropout)
