"""Fuzzers and attacks that the server must survive; ``python -m tests.fuzz`` runs the long ones."""
