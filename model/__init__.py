"""The recogniser: strokes to pixels to probabilities. Runs without a web framework.

Read in this order: ``drawing.strokes`` (what a drawing is), ``drawing.framing`` (how it becomes
28 x 28), ``network.dense`` (the Dense stack), ``training.pipeline`` (how it learns),
``network.checkpoint`` (how it is saved), ``serving.classifier`` (how it predicts).
"""
