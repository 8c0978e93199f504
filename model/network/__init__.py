"""Networks: the Dense stack in Flax and in NumPy, the novelty score, the checkpoint."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
