"""What comes in and goes out as files: sources, the data set on disk, its card, and exports."""
