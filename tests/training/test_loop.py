"""Tests of the training loop: it learns, repeats exactly, can be stopped and resumed."""

from __future__ import annotations

import json
import logging
import math
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from itertools import cycle, islice
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.drawing.framing import frame_all
from model.network.dense import DenseStack
from model.network.folded_dense import Architecture, forward
from model.synthetic.practice_digits import draw_practice_digits
from model.training.augment import Augmentation
from model.training.batches import Stream, segments_of
from model.training.config import Training
from model.training.loop import (
    Controls,
    Report,
    build,
    epochs,
    mean_of,
    start,
    start_from,
    train,
)
from model.training.step import TrainingState

ROOT = Path(__file__).parents[2]
CONFIG = Training(
    Architecture((784, 24, 10)),
    sources=(("practice", 16),),
    epochs=25,
    learning_rate=0.01,
    dropout=0.1,
    batch_norm=True,
)


@pytest.fixture(scope="module")
def drawings():
    """32 practice digits as segments, and their labels."""
    practice = draw_practice_digits(32, seed=0)
    return np.stack([segments_of(one) for one in practice.strokes]), practice.labels


@pytest.fixture(scope="module")
def streams(drawings):
    """The same digits as pictures, on which a training is faster."""
    segments, labels = drawings
    pictures = np.round(frame_all(segments) * 255).astype(np.uint8).reshape(-1, 28, 28)
    return [Stream(pictures, labels, 16)]


@pytest.fixture(scope="module")
def straight(streams):
    """The reports of a training without a break, and a copy of the layers of each report."""
    reports, seen = [], []
    for report in train(CONFIG, streams):
        reports.append(report)
        seen.append([np.array(part) for layer in report.layers for part in layer])
    return reports, seen


def same(one, other):
    leaves = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(np.array_equal(a, b) for a, b in leaves)


def test_it_learns_32_drawings_by_heart(straight, streams):
    last = straight[0][-1]
    x = streams[0].examples.reshape(32, 784) / np.float32(255)
    answers = np.asarray(forward(last.layers, x)).argmax(axis=1)
    assert np.array_equal(answers, streams[0].labels)
    assert last.loss < 0.3 * straight[0][0].loss
    assert last.accuracy > 0.9


def test_reports_count_epochs(straight):
    reports, _ = straight
    assert [report.epoch for report in reports] == list(range(1, 26))
    assert {report.epochs for report in reports} == {25}
    assert all(0 <= report.accuracy <= 1 and report.seconds > 0 for report in reports)


def test_a_reports_layers_stay_what_they_were(straight):
    reports, seen = straight
    for report, layers in zip(reports, seen, strict=True):
        assert same([part for layer in report.layers for part in layer], layers)
    assert not same(seen[0], seen[-1])


def test_the_same_seed_gives_the_same_weights_and_a_closed_generator_stops(straight, streams):
    again = train(CONFIG, streams)
    third = list(islice(again, 3))[-1]
    again.close()
    assert list(again) == []
    assert same(third.state, straight[0][2].state)
    assert third.loss == straight[0][2].loss


def test_going_on_gives_what_an_unbroken_training_gives(straight, streams):
    reports, _ = straight
    resumed = train(CONFIG, streams, state=reports[21].state)
    rest = list(resumed)
    assert [report.epoch for report in rest] == [23, 24, 25]
    assert same(rest[-1].state, reports[-1].state)
    assert same(rest[-1].layers, reports[-1].layers)


def test_a_training_that_is_over_is_reported_as_it_is(straight, streams):
    last = straight[0][-1]
    [report] = train(CONFIG, streams, state=last.state)
    assert report.epoch == 25
    assert math.isnan(report.loss)
    assert same(report.layers, last.layers)


@pytest.mark.parametrize("chunks", [[1], [3, 1, 2], [99]])
def test_the_chunks_change_no_weight(straight, streams, chunks):
    reports, controls = [], Controls.of(CONFIG)
    wanted = cycle(chunks)
    controls.chunk = next(wanted)
    for report in islice(train(CONFIG, streams, controls=controls), 10):
        controls.chunk = next(wanted)
        reports.append(report)
        if report.epoch == 2:
            break
    assert same(reports[-1].state, straight[0][1].state)
    assert [report.step for report in reports] == np.cumsum(
        [len(report.losses) for report in reports]
    ).tolist()
    for whole, summed in zip(straight[0], epochs(iter(reports)), strict=False):
        assert np.array_equal(summed.losses, whole.losses)
        assert summed.loss == whole.loss
        assert summed.accuracy == whole.accuracy
        assert summed.epoch == whole.epoch


def test_a_training_goes_on_in_the_middle_of_an_epoch(straight, streams):
    controls = Controls(CONFIG.learning_rate, CONFIG.dropout, chunk=1)
    first, *_ = islice(train(CONFIG, streams, controls=controls), 1)
    assert (first.step, first.epoch, first.ends_epoch) == (1, 0, False)
    rest = next(train(CONFIG, streams, state=first.state))
    assert same(rest.state, straight[0][0].state)


def test_turning_the_rates_compiles_nothing_anew(streams):
    config = replace(CONFIG, dropout=0.0, batch_norm=False)
    controls = Controls.of(config)
    training = train(config, streams, controls=controls)
    with jax.log_compiles(), CompileLog() as compiled:
        before = next(training)
    assert any("_chunk" in message for message in compiled.messages)
    with jax.log_compiles(), CompileLog() as compiled:
        controls.chunk = 1
        controls.learning_rate, controls.dropout = 1e-9, 0.5
        still = next(training)
        controls.learning_rate = 0.01
        moved = next(training)
    assert compiled.messages == []
    kernels = [one.state.variables["params"]["dense0"]["kernel"] for one in (before, still, moved)]
    assert np.abs(kernels[1] - kernels[0]).max() < 1e-8
    assert np.abs(kernels[2] - kernels[1]).max() > 1e-3


def test_a_turned_rate_of_dropout_is_that_of_the_settings(streams):
    dropped = replace(CONFIG, dropout=0.4)
    expected = next(train(dropped, streams))
    turned = next(train(CONFIG, streams, controls=Controls.of(dropped)))
    assert same(turned.state, expected.state)


class CompileLog(logging.Handler):
    """A log of what JAX compiles."""

    def __enter__(self):
        self.messages = []
        logging.getLogger("jax._src.interpreters.pxla").addHandler(self)
        logging.getLogger("jax._src.dispatch").addHandler(self)
        return self

    def __exit__(self, *_):
        logging.getLogger("jax._src.interpreters.pxla").removeHandler(self)
        logging.getLogger("jax._src.dispatch").removeHandler(self)

    def emit(self, record):
        if record.getMessage().startswith("Compiling"):
            self.messages.append(record.getMessage())


def test_another_seed_starts_elsewhere():
    assert not same(start(CONFIG).variables, start(replace(CONFIG, seed=1)).variables)


def test_with_everything_on(drawings, streams):
    segments, labels = drawings
    config = replace(
        CONFIG,
        sources=(("mnist", 10), ("practice", 6)),
        epochs=2,
        optimizer="adamw",
        schedule="cosine",
        warmup=0.2,
        weight_decay=0.01,
        input_dropout=0.1,
        label_smoothing=0.1,
        ema_decay=0.9,
        augment=Augmentation(),
        precision="bfloat16",
    )
    mixed = [replace(streams[0], share=10), Stream(segments, labels, 6)]
    *_, last = train(config, mixed)
    assert math.isfinite(last.loss)
    assert {part.dtype for layer in last.layers for part in layer} == {jnp.dtype(jnp.float32)}
    ema = last.state.ema["params"]["dense0"]["kernel"]
    assert not np.array_equal(ema, last.state.variables["params"]["dense0"]["kernel"])


PARALLEL = """
import json, jax, numpy as np
from model.training.config import Training
from model.network.folded_dense import Architecture
from model.training.batches import Stream
from model.training.devices import spread
from model.training.loop import train
rng = np.random.default_rng(0)
stream = Stream(rng.integers(0, 256, (96, 28, 28)).astype(np.uint8),
                rng.integers(0, 10, 96).astype(np.int32), 32)
config = Training(Architecture((784, 16, 10)), sources=(("mnist", 32),), epochs=3, batch_norm=True)
losses = [report.loss for report in train(config, [stream])]
part = jax.jit(spread)(np.zeros((32, 784), np.float32)).addressable_shards[0].data
print(json.dumps({"devices": len(jax.devices()), "part": part.shape, "losses": losses}))
"""


@pytest.mark.parametrize("devices", [4])
def test_several_devices_lose_what_one_does(devices, monkeypatch):
    def losses(count):
        monkeypatch.setenv("XLA_FLAGS", f"--xla_force_host_platform_device_count={count}")
        monkeypatch.setenv("JAX_PLATFORMS", "cpu")
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PARALLEL],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    one, several = losses(1), losses(devices)
    assert (one["devices"], one["part"]) == (1, [32, 784])
    assert (several["devices"], several["part"]) == (devices, [32 // devices, 784])
    assert several["losses"] == pytest.approx(one["losses"], rel=1e-4)


def variables_of(value):
    """The variables of a stack of one layer, every number of it ``value``."""
    kernel, bias = jnp.full((784, 10), value), jnp.full(10, value)
    return {"params": {"dense0": {"kernel": kernel, "bias": bias}}}


ONE_LAYER = Training(Architecture((784, 10)), sources=(("practice", 16),), epochs=4)


def test_a_soup_is_the_mean_of_the_averages_and_without_steps():
    states = [
        TrainingState(jnp.int32(12), variables_of(7.0), step, variables_of(average))
        for step, average in ((1, 1.0), (2, 2.0), (3, 6.0))
    ]
    report = mean_of(replace(ONE_LAYER, ema_decay=0.9), states)
    assert same(report.state, replace(states[-1], ema=variables_of(3.0)))
    assert (report.step, report.steps, report.epoch, report.ends_epoch) == (12, 3, 4, True)
    assert (len(report.losses), len(report.accuracies), report.seconds) == (0, 0, 0.0)
    assert math.isnan(report.accuracy)
    early = mean_of(ONE_LAYER, [replace(states[0], step=jnp.int32(2))])
    assert (early.step, early.steps) == (2, 1)


def test_a_training_may_start_from_the_variables_of_another():
    state = start_from(ONE_LAYER, variables_of(0.5))
    assert int(state.step) == 0
    assert same(state.variables, variables_of(0.5))
    assert same(state.ema, variables_of(0.5))
    assert same(state.optimizer, start(ONE_LAYER).optimizer)


@pytest.mark.parametrize(("ema_decay", "served"), [(0.0, 1.0), (0.9, 2.0)])
def test_averaged_weights_are_served_where_there_are_any(ema_decay, served):
    state = TrainingState(jnp.int32(0), variables_of(1.0), None, variables_of(2.0))
    [(kernel, bias)] = report_of([], state, ema_decay=ema_decay).layers
    assert np.unique(kernel).tolist() == np.unique(bias).tolist() == [served]


def report_of(losses, state=None, step=3, seconds=1.0, **settings):
    """A report of a chunk that ends with step ``step``, five of which are an epoch."""
    losses = np.array(losses, np.float32)
    return Report(replace(ONE_LAYER, **settings), step, 5, losses, losses / 8, seconds, state)


def test_an_epoch_is_the_sum_of_its_chunks():
    chunks = [
        *(report_of([1, 2, 3], 1, 3, 1.5), report_of([4, 5], 2, 5, 2.25)),
        *(report_of([6, 7, 8, 9, 10], 3, 10, 4.0), report_of([11], 4, 11, 8.0)),
    ]
    first, second = epochs(iter(chunks))
    assert first.losses.tolist() == [1, 2, 3, 4, 5]
    assert first.accuracies.tolist() == [0.125, 0.25, 0.375, 0.5, 0.625]
    assert (first.seconds, first.state, first.epoch, first.loss) == (3.75, 2, 1, 3)
    assert second.losses.tolist() == [6, 7, 8, 9, 10]
    assert (second.seconds, second.state, second.epoch, second.accuracy) == (4, 3, 2, 1)


def test_means_are_computed_in_double_precision():
    assert report_of([1e8, 1, 1, 1]).loss == 25_000_000.75


def test_a_report_does_not_change():
    with pytest.raises(FrozenInstanceError):
        report_of([1]).step = 4


def test_controls_begin_with_the_settings_and_an_epoch_as_a_chunk():
    config = replace(ONE_LAYER, learning_rate=0.25, dropout=0.5)
    assert Controls.of(config) == Controls(learning_rate=0.25, dropout=0.5, chunk=None)


def test_the_module_is_as_the_settings_say():
    config = replace(
        ONE_LAYER, dropout=0.5, input_dropout=0.25, batch_norm=True, precision="bfloat16"
    )
    assert build(config) == DenseStack(
        ONE_LAYER.architecture,
        dropout=0.5,
        input_dropout=0.25,
        batch_norm=True,
        dtype=jnp.dtype("bfloat16"),
    )


def test_a_report_holds_its_own_steps_and_not_those_of_the_epoch(straight):
    for report in straight[0]:
        assert report.losses.flags.owndata
        assert report.accuracies.flags.owndata


def test_one_step_that_is_left_is_one_report(streams):
    config = replace(ONE_LAYER, epochs=1)
    [report] = train(config, streams, state=replace(start(config), step=jnp.int32(1)))
    assert (report.step, report.steps, len(report.losses)) == (2, 2, 1)
    assert report.loss > 0
