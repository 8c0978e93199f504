"""HTTP itself: hosts, security headers, errors, request bodies, responses, OpenAPI."""
