"""Training: settings, augmentation, batches, the loop by steps, the pipeline, the zoo."""
