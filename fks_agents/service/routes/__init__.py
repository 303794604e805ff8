"""Routes: each public file here is found, and its `router` is mounted under `/v1` and without it."""
