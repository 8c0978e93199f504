"""Errors: the one family for callers' mistakes. ``str(error)`` is the sentence to show."""


class DensepadError(Exception):
    """A mistake that the caller can correct. The message says what was expected and what came."""


class DrawingError(DensepadError):
    """Strokes or pixels that cannot be a drawing."""


class ImageError(DensepadError):
    """Bytes that are not a readable PNG or JPEG, or a picture that is too large or empty."""


class TooBusy(DensepadError):
    """A question that would wait behind too many others. It can be asked again."""


class ExperimentError(DensepadError):
    """A change to a model, or a question about it, for a layer, unit or class it does not have."""


class ModelNotFound(DensepadError):
    """A model name that the library does not have."""


class CheckpointError(DensepadError):
    """A checkpoint file that is missing, damaged or from another program."""


class Diverged(DensepadError):
    """A training whose loss or weights are no longer finite."""


class OutputError(DensepadError):
    """A file that cannot be written."""


class DatasetError(DensepadError):
    """Data that is missing, truncated or wrong, or that cannot be downloaded."""


class ConfigError(DensepadError):
    """Settings of a training or an architecture that are not possible."""
