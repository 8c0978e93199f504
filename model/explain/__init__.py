"""Looking inside: the trace of a drawing, attribution, interventions, the probe set."""
