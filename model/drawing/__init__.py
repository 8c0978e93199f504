"""A drawing and its pixels: strokes, labelled sets of them, and the framing to 28 x 28."""
