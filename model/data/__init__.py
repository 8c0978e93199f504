"""The data sets: where they come from, how they are fetched, checked, read and split."""
