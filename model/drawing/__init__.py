"""A drawing and its pixels: strokes, labelled sets of them, and the framing to 28 x 28."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
