"""A service on the loopback interface that takes files and batches, and fails on demand; and parts for its tests."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable

import pytest
from aiohttp import web

from corpusmith.llm import Reply, Request
from corpusmith.llm.backends.openai import open_backend
from corpusmith.llm.batch import Batched
from corpusmith.llm.journal import Journal
from corpusmith.llm.journaled import Journaled
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats


def said_to(body: dict) -> str:
    """What the service's model says: the last message, in capitals."""
    return (body["messages"][-1]["content"] if "messages" in body else body["prompt"]).upper()


class BatchHost:
    """Works off a batch when it is looked at: with `ends` as the statuses that it goes through."""

    def __init__(self):
        self.url = ""
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict] = {}
        self.heard: Counter[str] = Counter()
        self.paid: Counter[str] = Counter()
        """Keys of the requests that were answered: what is charged for."""
        self.statuses = ["validating", "in_progress", "completed"]
        self.answer: Callable[[int, dict], dict | None] = lambda number, line: self.ok(line)
        """Number and request -> the line that answers it, without its custom_id; None: no line at all."""
        self.errors: list[dict] = []
        """Of a batch that is refused as a whole."""
        self.refuse: dict[str, list[int]] = {}
        """"METHOD path-start" -> statuses that its next calls get in place of an answer."""
        self.lose: set[str] = set()
        """"METHOD path-start" whose next answer is lost on the way, the work being done."""
        self.lists = True
        self.hold: asyncio.Event | None = None
        """Set: submissions are taken, and their answers held back until then."""
        self._numbers = itertools.count(1)

    def ok(self, line: dict) -> dict:
        text, body = said_to(line["body"]), {"usage": {"prompt_tokens": 5, "completion_tokens": 2}}
        choice = {"index": 0, "finish_reason": "stop"}
        choice |= {"message": {"role": "assistant", "content": text}} if "messages" in line["body"] else {"text": text}
        return {"response": {"status_code": 200, "body": {**body, "choices": [choice]}}, "error": None}

    def said(self, status: int, message: str) -> dict:
        return {"response": {"status_code": status, "body": {"error": {"message": message}}}, "error": None}

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._faults], client_max_size=2**26)
        app.router.add_post("/v1/files", self._upload)
        app.router.add_get("/v1/files/{id}/content", self._content)
        app.router.add_post("/v1/batches", self._submit)
        app.router.add_get("/v1/batches/{id}", self._look)
        app.router.add_get("/v1/batches", self._list)
        return app

    @web.middleware
    async def _faults(self, request: web.Request, handler) -> web.StreamResponse:
        name = f"{request.method} {request.path}"
        self.heard[f"{request.method} {request.path.split('/')[2]}"] += 1
        for start, statuses in self.refuse.items():
            if name.startswith(start) and statuses:
                return web.json_response({"error": {"message": "not now"}}, status=statuses.pop(0))
        answer = await handler(request)
        for start in list(self.lose):
            if name.startswith(start):
                self.lose.discard(start)
                request.transport.abort()
        return answer

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["purpose"] == "batch"
        name = f"file-{next(self._numbers)}"
        self.files[name] = form["file"].file.read()
        return web.json_response({"id": name, "object": "file", "purpose": "batch"})

    async def _submit(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        name = f"batch_{next(self._numbers)}"
        lines = [json.loads(line) for line in self.files[wanted["input_file_id"]].splitlines()]
        assert {line["url"] for line in lines} == {wanted["endpoint"]}
        assert len({line["custom_id"] for line in lines}) == len(lines)
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "metadata": wanted["metadata"],
            "lines": lines,
            "statuses": list(self.statuses),
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }
        if self.hold is not None:
            await self.hold.wait()
        return web.json_response(self._shown(name, "validating"))

    async def _look(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        statuses = self.batches[name]["statuses"]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        if status in ("completed", "expired", "cancelled") and "output_file_id" not in self.batches[name]:
            self._work_off(name)
        return web.json_response(self._shown(name, status))

    def _work_off(self, name: str) -> None:
        batch, good, bad = self.batches[name], [], []
        for number, line in enumerate(batch["lines"]):
            answer = self.answer(number, line)
            if answer is None:
                continue
            status = (answer.get("response") or {}).get("status_code")
            (good if status == 200 else bad).append(json.dumps({"custom_id": line["custom_id"], **answer}))
            self.paid[line["custom_id"]] += status == 200
        batch["request_counts"] |= {"completed": len(good), "failed": len(bad)}
        for field, lines in (("output_file_id", good), ("error_file_id", bad)):
            if lines:
                batch[field] = f"file-{next(self._numbers)}"
                self.files[batch[field]] = "\n".join(lines).encode()

    def _shown(self, name: str, status: str) -> dict:
        shown = {key: value for key, value in self.batches[name].items() if key not in ("lines", "statuses")}
        return {**shown, "status": status, "errors": {"data": self.errors} if status == "failed" else None}

    async def _list(self, request: web.Request) -> web.Response:
        if not self.lists:
            return web.json_response({"error": {"message": "no such page"}}, status=404)
        limit, after = int(request.query["limit"]), request.query.get("after")
        names = list(reversed(self.batches))
        names = names[names.index(after) + 1 :] if after else names
        page = [self._shown(name, self.batches[name]["statuses"][0]) for name in names[: min(limit, 2)]]
        return web.json_response({"data": page, "has_more": len(names) > len(page)})

    async def _content(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["id"]])


@pytest.fixture
async def host():
    made = BatchHost()
    runner = web.AppRunner(made.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"
    yield made
    await runner.cleanup()


class BatchSession:
    """One session of a run whose calls go in batches: its journal, and a backend over it."""

    def __init__(self, host: BatchHost, folder, **settings):
        self.said: list[str] = []
        self.journal = Journal(folder / "journal")
        given = {"base_url": host.url, "model": "m", "api_key_env": None, "batch": "api"}
        self.batched = Batched(
            open_backend(ModelSettings(**{**given, "batch": settings.get("mode", "api")})),
            self.journal.folder / "batches",
            answered=lambda key: self.journal.find(key) is not None,
            **{"poll": 0.02, "quiet": 0.05, "say": self.said.append, **settings},
        )
        self.backend = Journaled(self.batched, self.journal, CallStats())

    def ask(self, *texts: str, **fields) -> asyncio.Task[list[Reply | BaseException]]:
        """Chat calls, all at once; errors in place of replies."""
        calls = [self.backend.complete(self.request(text, **fields)) for text in texts]
        return asyncio.ensure_future(asyncio.gather(*calls, return_exceptions=True))

    def request(self, text: str, **fields) -> Request:
        messages = ({"role": "user", "content": text},)
        return Request(kind="chat", model="m", endpoint=self.backend.endpoint, messages=messages, **fields)

    async def close(self) -> None:
        await self.backend.close()
        self.journal.close()


@pytest.fixture
async def session(host, tmp_path):
    """Opens sessions of one run, one after the other: `session(size=2)`; each closes the one before it."""
    opened: list[BatchSession] = []

    async def begin(**settings) -> BatchSession:
        if opened:
            await opened[-1].close()
        opened.append(BatchSession(host, tmp_path, **settings))
        return opened[-1]

    yield begin
    if opened:
        await opened[-1].close()
