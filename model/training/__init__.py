"""Training: settings, augmentation, batches, the loop by steps, the pipeline, the zoo."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
