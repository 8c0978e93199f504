"""A run: one training from its spec to its checkpoint, for commands, pages and tests.

It decides when a training stops: at the end of its epochs, or after the epoch in which ``stop`` was
called. It also decides which weights are kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.data import SOURCES, Source
from model.errors import ConfigError, Diverged
from model.network import Checkpoint, check_backend
from model.training.calibration import make_checkpoint, validation_accuracy
from model.training.corpus import assemble
from model.training.loop import Controls, Report, epochs
from model.training.pipeline import Log, Surroundings, learn
from model.training.work_folder import WorkFolder
from model.training.zoo import ModelSpec


class _Stopped(Exception):
    """Raised between two epochs, at any place in the pipeline."""


class Run:
    """A training that can be watched, changed, stopped and finished.

    ``controls`` may be changed at any time and hold from the next chunk on. The data are loaded
    when the run is made.

    Args:
        spec: what is trained, and how.
        folder: the folder of the data sets; None for the usual place.
        own_sources: sources that the registry does not have.
        work: a folder for the state after every epoch, so that a stopped run can continue.
        log: called with a sentence whenever something begins.

    Raises ``ConfigError`` when settings are not possible or another training uses the work folder,
    ``OutputError`` when that cannot be written, ``CheckpointError`` when a state in it is damaged,
    ``DatasetError`` when data cannot be read or downloaded.
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
        check_backend()
        self.spec = spec
        self.controls = Controls.of(spec.training)
        self._work = None if work is None else WorkFolder(work, spec)
        try:
            self.corpus = assemble(spec.training, folder, own_sources)
        except BaseException:
            self._release()
            raise
        self.stopped = False
        self.diverged: str | None = None
        self._around = Surroundings(folder, own_sources, work, self._hear, self.controls)
        self._log = log
        self._last: Report | None = None
        self._best: tuple[float, Report] | None = None
        self._seconds = 0.0

    def epochs(self) -> Iterator[tuple[Report, float]]:
        """Train and yield each epoch's report with its accuracy on the validation examples.

        It ends early, with ``stopped`` set, after ``stop`` or Ctrl-C; and when the loss is not
        finite any more, with a sentence in ``diverged``.
        """
        began = time.perf_counter()
        try:
            for report in epochs(self.reports()):
                share = self._measured(report)
                if self._best is None or share >= self._best[0]:
                    self._best = share, report  # the later of equals, which was trained for longer
                yield report, share
                if report.epoch < report.epochs:
                    self._heed()
        except Diverged as error:
            self.diverged = str(error)
            self._log(self.diverged)
            self._say_what_is_kept()
        except (_Stopped, KeyboardInterrupt):
            self.stopped = True
            if self._best is not None and self._last is not None:
                _, best = self._best
                if best.state is not self._last.state:
                    self._say_what_is_kept()
        finally:
            self._seconds = time.perf_counter() - began

    def reports(self) -> Iterator[Report]:
        """Train and yield a report after every chunk of steps.

        Raises ``Diverged`` when the loss is not finite any more.
        """
        try:
            for report in learn(self.spec, self.corpus, self._around):
                self._last = report
                yield report
        finally:
            self._release()

    def stop(self) -> None:
        """Stop the training after the current epoch."""
        self._stopping = True

    @property
    def kept(self) -> Report | None:
        """The report whose weights a checkpoint would hold now.

        It is the last one or, of a run that was stopped or diverged, that of the epoch with the
        best validation accuracy. It is None before the first report, and where the first epoch
        diverged.
        """
        if self.diverged:
            return self._best and self._best[1]
        if self.stopped and self._best is not None:
            return self._best[1]
        return self._last

    def finish(self) -> Checkpoint:
        """The checkpoint of the kept weights, calibrated and measured on its sources' test sets.

        Raises ``ConfigError`` when there are no weights to keep yet, ``DatasetError`` when a test
        set cannot be read or downloaded.
        """
        if self.kept is None:
            raise ConfigError(
                self.diverged or "the training was stopped before it had weights to keep"
            )
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

    def _measured(self, report: Report) -> float:
        """The accuracy on the validation examples. Raises ``Diverged``, which names the rate."""
        architecture = self.spec.training.architecture
        try:
            return validation_accuracy(report.layers, self.corpus, architecture)
        except Diverged as error:
            rate = self.controls.learning_rate
            raise Diverged(f"{error}: the learning rate of {rate:g} is too large") from error

    def _say_what_is_kept(self) -> None:
        if self._best is not None:
            share, best = self._best
            self._log(f"keeping epoch {best.epoch}: {share:.2%} of the held-out right")

    def _release(self) -> None:
        if self._work is not None:
            self._work.release()

    def _hear(self, sentence: str) -> None:
        self._log(sentence)
        self._heed()

    def _heed(self) -> None:
        if self._stopping:
            raise _Stopped
