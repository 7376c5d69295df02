"""An ensemble must be nothing but many plain training loops, run at once."""

import copy
from itertools import pairwise

import pytest
import torch
from torch import nn

from snippets.laboratory.ensembles import Ensemble, batches, train
from snippets.laboratory.seeding import generators

SEEDS = range(3, 7)
SIZES = (6, 9, 8, 4)
EXAMPLES, BATCH, EPOCHS = 50, 16, 4  # 50 = 3 * 16 + 2: a rest is dropped
OPTIMIZERS = {
    "adam": None,
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: torch.optim.SGD(
        parameters, lr=0.05, momentum=0.9, weight_decay=1e-3
    ),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=1e-2),
}


def plain_nets(seeds=SEEDS, sizes=SIZES):
    nets = []
    for seed in seeds:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            layers = [nn.Linear(n, m, dtype=torch.float64) for n, m in pairwise(sizes)]
        nets.append(layers)
    return nets


def stacked(nets, **options):
    return Ensemble(
        [
            torch.stack([net[i].weight.detach().T for net in nets]).clone()
            for i in range(len(nets[0]))
        ],
        [
            torch.stack([net[i].bias.detach()[None] for net in nets]).clone()
            for i in range(len(nets[0]))
        ],
        **options,
    )


def data(runs, generator=None):
    generator = generator or torch.Generator().manual_seed(0)
    x = torch.randn(runs, EXAMPLES, SIZES[0], generator=generator, dtype=torch.float64)
    return x, torch.randint(SIZES[-1], (runs, EXAMPLES), generator=generator)


def forward(layers, x, activation, p=0.0, masks=None):
    for layer in layers[:-1]:
        x = activation(layer(x))
        if p:
            # nn.Dropout by its definition, with the masks of the given stream
            kept = torch.rand(x.shape, generator=masks) >= p
            x = x * kept / (1 - p)
    return layers[-1](x)


def train_plainly(layers, x, y, seed, optimizer, activation=torch.relu, p=0.0):
    parameters = [q for layer in layers for q in layer.parameters()]
    step = optimizer(parameters) if optimizer else torch.optim.Adam(parameters, lr=1e-3)
    (order,) = generators(range(seed, seed + 1), "order of the data")
    (masks,) = generators(range(seed, seed + 1), "dropout masks")
    for _ in range(EPOCHS):
        shuffled = torch.randperm(len(x), generator=order)
        for i in range(len(x) // BATCH):
            rows = shuffled[i * BATCH : (i + 1) * BATCH]
            step.zero_grad()
            nn.functional.cross_entropy(
                forward(layers, x[rows], activation, p, masks), y[rows]
            ).backward()
            step.step()


def assert_same(nets, ensemble):
    for run, layers in enumerate(nets):
        for layer, weight, bias in zip(
            layers, ensemble.weights, ensemble.biases, strict=True
        ):
            torch.testing.assert_close(
                weight[run].T, layer.weight.detach(), rtol=0, atol=1e-10
            )
            torch.testing.assert_close(
                bias[run, 0], layer.bias.detach(), rtol=0, atol=1e-10
            )


@pytest.mark.parametrize("activation", [torch.relu, torch.tanh, nn.functional.selu])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_ensemble_equals_one_plain_loop_per_seed(optimizer, activation):
    nets, (x, y) = plain_nets(), data(len(SEEDS))
    before = copy.deepcopy(nets)
    ensemble = stacked(nets, activation=activation)
    train(
        ensemble,
        x,
        y,
        seeds=SEEDS,
        epochs=EPOCHS,
        batch_size=BATCH,
        optimizer=optimizer,
    )
    for i, seed in enumerate(SEEDS):
        train_plainly(nets[i], x[i], y[i], seed, optimizer, activation)
    assert_same(nets, ensemble)
    moved = (nets[0][0].weight - before[0][0].weight).abs().max()
    assert moved > 1e-3  # or the comparison would say nothing


def test_ensemble_with_dropout_equals_a_plain_loop():
    seeds = range(3, 4)
    nets, (x, y) = plain_nets(seeds), data(1)
    ensemble = stacked(nets, dropout=0.3)
    train(ensemble, x, y, seeds=seeds, epochs=EPOCHS, batch_size=BATCH)
    train_plainly(nets[0], x[0], y[0], 3, None, p=0.3)
    assert_same(nets, ensemble)


def test_dropout_keeps_the_share_and_the_mean_and_masks_runs_differently():
    ones = [torch.eye(1000).expand(2, -1, -1), torch.ones(2, 1000, 1)]
    nets = Ensemble(ones, dropout=0.25)
    x = torch.ones(2, 20, 1000)
    (outputs,) = nets.hidden(x, torch.Generator().manual_seed(0))
    torch.testing.assert_close(outputs, (outputs > 0) / 0.75)
    assert outputs.mean().item() == pytest.approx(1, abs=0.02)
    assert not torch.equal(outputs[0], outputs[1])
    # Off where no stream is given; adding zeros to a one is exact.
    assert torch.equal(nets.hidden(x)[0], x)


@pytest.mark.parametrize("sizes", [SIZES, (SIZES[0], SIZES[-1])])
def test_outputs_and_accuracy_equal_those_of_the_plain_nets(sizes):
    nets, (x, y) = plain_nets(sizes=sizes), data(len(SEEDS))
    ensemble = stacked(nets)
    for i, layers in enumerate(nets):
        expected = forward(layers, x[i], torch.relu).detach()
        torch.testing.assert_close(ensemble.logits(x)[i], expected, rtol=0, atol=1e-12)
        right = (expected.argmax(-1) == y[i]).double().mean()
        assert ensemble.accuracy(x, y)[i].item() == pytest.approx(right.item())


def test_biases_start_at_zero_and_are_trained():
    weights = [w.clone() for w in stacked(plain_nets()).weights]
    ensemble, (x, y) = Ensemble(weights), data(len(SEEDS))
    assert all(not b.any() for b in ensemble.biases)
    train(ensemble, x, y, seeds=SEEDS, epochs=1, batch_size=BATCH)
    assert all(b.any() for b in ensemble.biases)


def test_training_leaves_the_global_random_state_and_counts_epochs():
    ensemble, (x, y) = stacked(plain_nets(), dropout=0.3), data(len(SEEDS))
    state, epochs = torch.get_rng_state(), []
    train(
        ensemble,
        x,
        y,
        seeds=SEEDS,
        epochs=3,
        batch_size=BATCH,
        after_epoch=epochs.append,
    )
    assert torch.equal(torch.get_rng_state(), state)
    assert epochs == [1, 2, 3]
    assert not any(p.requires_grad for p in ensemble.parameters())


def test_batches_visit_examples_once_in_an_order_of_their_own():
    orders = generators(SEEDS, "order of the data")
    seen = torch.cat(list(batches(EXAMPLES, BATCH, orders)), 1)
    assert seen.shape == (len(SEEDS), 48)
    assert all(len(set(row.tolist())) == 48 for row in seen)
    assert not torch.equal(seen[0], seen[1])
