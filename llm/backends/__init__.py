"""The backends: each module has `open_backend(settings) -> Backend`."""
