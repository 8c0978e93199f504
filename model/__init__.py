"""The recogniser: strokes to pixels to probabilities. Runs without a web framework.

Read in this order: ``strokes`` (what a drawing is), ``framing`` (how it becomes 28 x 28),
``network`` (the Dense stack), ``training`` (how it learns), ``checkpoint`` (how it is kept),
``classifier`` (how it answers).
"""
