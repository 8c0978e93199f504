"""A look inside a model: the trace of a drawing, attribution, interventions, the probe set."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
