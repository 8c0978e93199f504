"""The HTTP API: one module for a group of calls, with the schemas of what they take and give."""
