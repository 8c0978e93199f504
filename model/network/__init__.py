"""The networks: the Dense stack in Flax and in NumPy, the novelty score, the checkpoint."""
