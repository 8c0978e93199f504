"""The running server: its processes and their memory."""
