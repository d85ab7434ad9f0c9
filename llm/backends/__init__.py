"""The backends: each module has `open_backend(settings, say) -> Backend`."""
