"""The only place that wires things together: run, plan, filter, export, explain, doctor."""
