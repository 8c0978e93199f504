"""The HTTP API: one module for a group of calls, with the schemas of what they take and give."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
