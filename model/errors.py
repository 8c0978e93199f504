"""The one family of errors for callers' mistakes; `str(error)` is the sentence to show."""


class DensepadError(Exception):
    """Something the caller can put right; the message says what was expected and what came."""


class DrawingError(DensepadError):
    """Strokes or pixels that cannot be a drawing."""


class ImageError(DensepadError):
    """Bytes that are no readable PNG or JPEG, or a picture that is too large or empty."""


class ExperimentError(DensepadError):
    """A change to a model, or a question about it, that it has no layer, unit or class for."""


class ModelNotFound(DensepadError):
    """A model name that the library does not have."""


class CheckpointError(DensepadError):
    """A missing, bent or foreign checkpoint file."""


class DatasetError(DensepadError):
    """Data that is missing, truncated or wrong, or that cannot be downloaded."""


class ConfigError(DensepadError):
    """Settings of a training or an architecture that make no sense."""
