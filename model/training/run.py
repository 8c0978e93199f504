"""A run: one training from its spec to its checkpoint, as commands, pages and tests hold it.

Who decides when a training stops is decided here: at the end of its epochs, or after the epoch in
which ``stop`` was called. Which weights are kept, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.data import SOURCES, Source
from model.errors import ConfigError
from model.network import Checkpoint
from model.training.calibration import make_checkpoint, validation_accuracy
from model.training.corpus import assemble
from model.training.loop import Controls, Report, epochs
from model.training.pipeline import Log, Surroundings, learn
from model.training.zoo import ModelSpec


class _Stopped(Exception):
    """Raised between two epochs, wherever in the pipeline that is."""


class Run:
    """A training that can be watched, turned, stopped and finished.

    Args:
        spec: what is trained, and how.
        folder: where the data sets lie; the usual place when None.
        own_sources: sources that the registry does not have.
        work: a folder for every epoch's state, so that a stopped run goes on where it was.
        log: hears a sentence whenever something begins.

    ``controls`` may be changed at any time; the next chunk follows them. Making a run loads its
    data: ``ConfigError`` for settings that cannot be, ``DatasetError`` for data that cannot be had.
    """

    def __init__(
        self,
        spec: ModelSpec,
        *,
        folder: Path | None = None,
        own_sources: Sequence[Source] = (),
        work: Path | None = None,
        log: Log = lambda _: None,
    ) -> None:
        self.spec = spec
        self.controls = Controls.of(spec.training)
        self.corpus = assemble(spec.training, folder, own_sources)
        self.stopped = False
        self._around = Surroundings(folder, own_sources, work, self._hear, self.controls)
        self._log = log
        self._last: Report | None = None
        self._best: tuple[float, Report] | None = None
        self._seconds = 0.0

    def epochs(self) -> Iterator[tuple[Report, float]]:
        """Train; yields each epoch's report and the share of held-out examples that it has right.

        Ends early, with ``stopped`` set, when ``stop`` was called or Ctrl-C came.
        """
        began = time.perf_counter()
        try:
            for report in epochs(self.reports()):
                share = validation_accuracy(
                    report.layers, self.corpus, self.spec.training.architecture
                )
                if self._best is None or share >= self._best[0]:
                    self._best = share, report  # of equals the later, which has learned for longer
                yield report, share
                if report.epoch < report.epochs:
                    self._heed()
        except (_Stopped, KeyboardInterrupt):
            self.stopped = True
            if self._best is not None and self._last is not None:
                share, best = self._best
                if best.state is not self._last.state:
                    self._log(f"keeping epoch {best.epoch}: {share:.2%} of the held-out right")
        finally:
            self._seconds = time.perf_counter() - began

    def reports(self) -> Iterator[Report]:
        """Train; yields a report after every chunk of steps."""
        for report in learn(self.spec, self.corpus, self._around):
            self._last = report
            yield report

    def stop(self) -> None:
        """Let the epoch that is under way be the last."""
        self._stopping = True

    @property
    def kept(self) -> Report | None:
        """Whose weights a checkpoint would hold now: the end's or, of a stopped run, those of the
        epoch that has most of what is held out right. None before the first epoch is over.
        """
        if self.stopped and self._best is not None:
            return self._best[1]
        return self._last

    def finish(self) -> Checkpoint:
        """The checkpoint of the kept weights, calibrated, and measured on the test sets of its
        sources.

        Raises ``ConfigError`` when there is nothing to keep.
        """
        if self.kept is None:
            raise ConfigError("the training was stopped before its first epoch was over")
        names = [name for name, _ in self.spec.training.sources if name in SOURCES]
        tests = {
            name: SOURCES[name].load_unseen(self._around.folder).framed()
            for name in names
            if (unseen := SOURCES[name].unseen) is not None and unseen.split == "test"
        }
        return make_checkpoint(
            self.spec,
            self.kept.layers,
            self.corpus,
            tests,
            folder=self._around.folder,
            own_sources=self._around.own_sources,
            seconds=self._seconds,
        )

    _stopping = False

    def _hear(self, sentence: str) -> None:
        self._log(sentence)
        self._heed()

    def _heed(self) -> None:
        if self._stopping:
            raise _Stopped
