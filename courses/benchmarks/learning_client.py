"""The viewers: a process of its own that does over HTTP what the player does, told by lines of JSON on stdin.

``python -m courses.benchmarks.learning_client``; one command a line, one answer a line. Knows no Django.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

from exams.benchmarks.exam_http import Browser, Failed


class Viewer:
    """One viewer's page: the lease, and up to where the server counted."""

    def __init__(self, port: int, session: str, page: int):
        self.browser, self.page = Browser(port, session), page
        self.watch, self.lease, self.upto = 0, "", 0.0

    async def open(self) -> float:
        began = time.perf_counter()
        answer = await self.browser.post(f"/learning/watch/{self.page}/open/", {})
        took = time.perf_counter() - began
        if answer.status != 200:
            raise Failed(f"open {answer.status}")
        told = answer.json()
        self.watch, self.lease, self.upto = told["watch"], told["lease"], told["upto"]
        return took

    async def beat(self, to: float, due: float | None = None) -> float:
        """``due``: when the player wanted to report; one that waited for the report before it took so much longer."""
        began = due or time.perf_counter()
        body = {"lease": self.lease, "from": self.upto, "to": to, "position": to}
        answer = await self.browser.post(f"/learning/watch/{self.watch}/beat/", body)
        took = time.perf_counter() - began
        if answer.status != 200:
            raise Failed(f"beat {answer.status}")
        self.upto = answer.json()["upto"]
        return took


class Client:
    """Everybody, and the phases of the measurement; each returns {"took": [seconds…], "errors": {…}, "seconds"}."""

    def __init__(self):
        self.everybody: list[Viewer] = []
        self.took: list[float] = []
        self.errors: dict[str, int] = {}

    def load(self, port: int, sessions: list[str], page: int) -> dict:
        self.everybody = [Viewer(port, session, page) for session in sessions]
        return {"loaded": len(self.everybody)}

    async def _try(self, doing) -> None:
        try:
            self.took.append(round(await doing, 5))
        except Failed as error:
            self.errors[str(error)] = self.errors.get(str(error), 0) + 1

    async def open(self, within: float) -> dict:
        """Everybody opens the page, spread evenly over ``within`` seconds."""

        async def one(number, viewer):
            await asyncio.sleep(number * within / len(self.everybody))
            await self._try(viewer.open())

        return await self._all(one(n, viewer) for n, viewer in enumerate(self.everybody))

    async def watch(self, every: float, seconds: float) -> dict:
        """The film runs for everybody; each reports every ``every`` seconds, from a moment of its own on. Moments come
        by chance, as people do: some fall together.
        """
        chance = random.Random(1)  # noqa: S311

        async def one(viewer, at):
            began = time.perf_counter()
            start = viewer.upto
            while at < seconds:
                await asyncio.sleep(max(0.0, began + at - time.perf_counter()))
                await self._try(viewer.beat(start + time.perf_counter() - began, began + at))
                at += every

        return await self._all(one(viewer, chance.uniform(0, every)) for viewer in self.everybody if viewer.lease)

    async def finish(self, count: int, start: float) -> dict:
        """Some come to the end of what they must see, eight at a time."""
        waiting = iter([viewer for viewer in self.everybody if viewer.lease][:count])

        async def one():
            for viewer in waiting:
                viewer.upto = start
                await self._try(viewer.beat(start + 15))

        return await self._all(one() for _n in range(8))

    async def _all(self, doings) -> dict:
        began = time.perf_counter()
        await asyncio.gather(*doings)
        return {"seconds": time.perf_counter() - began}

    async def run(self, command: dict) -> dict:
        name = command.pop("do")
        self.took, self.errors = [], {}
        result = getattr(self, name)(**command)
        if asyncio.iscoroutine(result):
            result = {**await result, "took": self.took, "errors": self.errors}
        return result


async def main() -> None:
    client, loop = Client(), asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        result = await client.run(json.loads(line))
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
