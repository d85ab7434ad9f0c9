"""Metrics of a run, read back from memory; nothing leaves the machine."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

import corpusmith
from corpusmith.runs.otel import OtelProgress
from corpusmith.runs.progress import Silent, Snapshot


def read(reader: InMemoryMetricReader) -> dict[str, list]:
    data = reader.get_metrics_data()
    if data is None:
        return {}
    metrics = data.resource_metrics[0].scope_metrics[0].metrics
    return {m.name: [(p.value, dict(p.attributes)) for p in m.data.data_points] for m in metrics}


def test_the_state_of_a_run_is_there_as_metrics(seeds, recipe, prompts, tmp_path):
    reader = InMemoryMetricReader()
    progress = OtelProgress(Silent(), MeterProvider(metric_readers=[reader]), run="trial")

    corpusmith.run(recipe(seeds(prompts(12))), out=tmp_path / "out", progress=progress)

    found = read(reader)
    assert found["corpusmith.kept"] == [(12, {"corpusmith.run": "trial"})]
    assert found["corpusmith.calls"][0][0] == 12
    assert found["corpusmith.accept_rate"][0][0] == 1.0
    assert "corpusmith.cost" not in found or not found["corpusmith.cost"]
    progress.close()


def test_retries_are_told_by_cause():
    reader = InMemoryMetricReader()
    progress = OtelProgress(Silent(), MeterProvider(metric_readers=[reader]), run="trial")
    assert not any(read(reader).values())
    progress.update(Snapshot(1.0, 1, None, 1, 1, None, 1, 0, 0, 3, {"http_429": 2, "reset": 1}, 10, 0.25))
    found = read(reader)
    assert {(v, a["cause"]) for v, a in found["corpusmith.retries"]} == {(2, "http_429"), (1, "reset")}
    assert found["corpusmith.cost"][0][0] == 0.25
    progress.close()


def test_they_go_to_the_collector_that_the_environment_names(seeds, recipe, prompts, tmp_path, monkeypatch):
    heard: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        progress = OtelProgress.to_collector(Silent(), run="trial")
        corpusmith.run(recipe(seeds(prompts(12))), out=tmp_path / "out", progress=progress)
        progress.close()
        server.shutdown()
        serving.join()

    assert {path for path, _ in heard} == {"/v1/metrics"}
    told = heard[-1][1]
    for name in (b"corpusmith.kept", b"corpusmith.calls", b"corpusmith.in_flight", b"corpusmith.waiting", b"trial"):
        assert name in told
