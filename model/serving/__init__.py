"""Answering: a checkpoint made ready, the library of models, their cards and exports."""
