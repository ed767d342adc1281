"""The candidates: a process of its own that does over HTTP what the take page does, told by lines of JSON on stdin.

``python -m exams.benchmarks.exam_client``; one command a line, one answer a line. Knows no Django.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from urllib.parse import urlencode

from exams.benchmarks.exam_http import CSRF, Browser, Failed


class Candidate:
    """One candidate's page: paper, lease, sequence, and what was acknowledged."""

    def __init__(self, port: int, session: str):
        self.browser = Browser(port, session)
        self.base, self.lease, self.items, self.sequence, self.since = "", "", [], 0, 0
        self.acknowledged: list[str] = []
        self.busy = False

    async def begin(self, code: str) -> dict[str, float]:
        """Enter form, the page, the paper: seconds of each."""
        took, at = {}, time.perf_counter()
        form = urlencode({"csrfmiddlewaretoken": CSRF, "position": "1"}).encode()
        answer = await self.browser.request("POST", f"/exams/enter/{code}/", form, "application/x-www-form-urlencoded")
        took["start"], at = time.perf_counter() - at, time.perf_counter()
        if answer.status != 302:
            raise Failed(f"enter {answer.status}")
        self.base = answer.headers["location"]
        answer = await self.browser.request("GET", self.base)
        took["page"], at = time.perf_counter() - at, time.perf_counter()
        if answer.status != 200:
            raise Failed(f"page {answer.status}")
        answer = await self.browser.request("GET", f"{self.base}paper/")
        took["paper"] = time.perf_counter() - at
        if answer.status != 200:
            raise Failed(f"paper {answer.status}")
        paper = answer.json()
        self.lease, self.items, self.sequence = paper["lease"], paper["items"], paper["next_seq"]
        return took

    def given(self, number: int, chance) -> dict:
        """An answer to the item at this index, as the page would send it."""
        self.sequence += 1
        tokens = [option["t"] for option in self.items[number]["options"]]
        many = self.items[number]["form"] == "multiple"
        chosen = chance.sample(tokens, chance.randint(1, len(tokens))) if many else [chance.choice(tokens)]
        return {"n": number, "seq": self.sequence, "key": str(uuid.UUID(int=chance.getrandbits(128))), "a": chosen}

    async def save(self, answers: list[dict]) -> float:
        at = time.perf_counter()
        document = {"lease": self.lease, "since": self.since, "answers": answers}
        answer = await self.browser.post(f"{self.base}save/", document)
        took = time.perf_counter() - at
        if answer.status != 200:
            raise Failed(f"save {answer.status}")
        self.acknowledged += answer.json()["saved"]
        return took

    async def pulse(self) -> float:
        at = time.perf_counter()
        answer = await self.browser.post(f"{self.base}pulse/", {"lease": self.lease, "since": self.since})
        if answer.status != 200:
            raise Failed(f"pulse {answer.status}")
        return time.perf_counter() - at

    async def hand_in(self) -> float:
        at = time.perf_counter()
        answer = await self.browser.post(f"{self.base}hand-in/", {"lease": self.lease, "answers": []})
        if answer.status != 200:
            raise Failed(f"hand-in {answer.status}")
        return time.perf_counter() - at


class Client:
    """Everybody, and the phases of the measurement; each returns {"took": {name: [seconds…]}, "errors": {…}, …}."""

    def __init__(self):
        self.everybody: list[Candidate] = []
        self.chance = random.Random(1)  # noqa: S311
        self.took: dict[str, list[float]] = {}
        self.errors: dict[str, int] = {}

    def load(self, port: int, sessions: list[str]) -> dict:
        for candidate in self.everybody:
            candidate.browser.close()
        self.everybody = [Candidate(port, session) for session in sessions]
        return {"loaded": len(self.everybody)}

    def _note(self, name: str, seconds: float) -> None:
        self.took.setdefault(name, []).append(round(seconds, 5))

    async def _try(self, doing, name: str = "") -> bool:
        """Note how long it took, or what went wrong."""
        try:
            result = await doing
        except Failed as error:
            self.errors[str(error)] = self.errors.get(str(error), 0) + 1
            return False
        for key, seconds in (result if isinstance(result, dict) else {name: result}).items():
            self._note(key, seconds)
        return True

    async def start(self, code: str, within: float) -> dict:
        """Everybody enters, spread evenly over ``within`` seconds."""
        began = time.perf_counter()

        async def one(number, candidate):
            await asyncio.sleep(number * within / len(self.everybody))
            await self._try(candidate.begin(code))

        await asyncio.gather(*(one(n, c) for n, c in enumerate(self.everybody)))
        return {"seconds": time.perf_counter() - began}

    async def steady(self, saves: float, pulses: float, seconds: float) -> dict:
        """``saves`` a second, each of one answer by one candidate in turn, and ``pulses`` a second, at even times."""
        began, running = time.perf_counter(), []
        turns = [c for c in self.everybody if c.items]
        order = self.chance.sample(range(len(turns)), len(turns))
        for kind, rate in (("save", saves), ("pulse", pulses)):
            for n in range(int(rate * seconds)):
                at = (n + (0.5 if kind == "pulse" else 0)) / rate
                candidate = turns[order[(n + (len(turns) // 2 if kind == "pulse" else 0)) % len(turns)]]
                running.append((at, kind, candidate))
        tasks = set()
        for at, kind, candidate in sorted(running, key=lambda entry: entry[0]):
            await asyncio.sleep(max(0, began + at - time.perf_counter()))
            if kind == "save":
                doing = candidate.save([candidate.given(self.chance.randrange(len(candidate.items)), self.chance)])
            else:
                doing = candidate.pulse()
            tasks.add(task := asyncio.create_task(self._try(doing, kind)))
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        return {"seconds": time.perf_counter() - began}

    async def ceiling(self, at_once: int, seconds: float, answers: int = 1) -> dict:
        """Saves of ``answers`` answers as fast as they go, ``at_once`` candidates, each waiting for its reply."""
        began = time.perf_counter()
        done = 0

        async def one(candidate):
            nonlocal done
            while time.perf_counter() - began < seconds:
                picked = self.chance.sample(range(len(candidate.items)), answers)
                # Not "done += await": others count while this one waits.
                good = await self._try(candidate.save([candidate.given(n, self.chance) for n in picked]), "save")
                done += good

        turns = [c for c in self.everybody if c.items][:at_once]
        await asyncio.gather(*(one(candidate) for candidate in turns))
        return {"seconds": time.perf_counter() - began, "done": done}

    async def complete(self, code: str, at_once: int, a_call: int) -> dict:
        """Whole attempts as fast as they go: enter, every item answered (``a_call`` answers a save), hand in."""
        began, waiting, done = time.perf_counter(), iter(self.everybody), 0

        async def whole(candidate):
            took = await candidate.begin(code)
            for first in range(0, len(candidate.items), a_call):
                numbers = range(first, min(first + a_call, len(candidate.items)))
                await candidate.save([candidate.given(n, self.chance) for n in numbers])
            took["hand-in"] = await candidate.hand_in()
            candidate.browser.close()
            return took

        async def one():
            nonlocal done
            for candidate in waiting:
                good = await self._try(whole(candidate))
                done += good

        await asyncio.gather(*(one() for _n in range(at_once)))
        return {"seconds": time.perf_counter() - began, "done": done}

    async def hand_in(self) -> dict:
        """Everybody hands in, twenty at a time."""
        began, waiting = time.perf_counter(), iter([c for c in self.everybody if c.items])

        async def one():
            for candidate in waiting:
                await self._try(candidate.hand_in(), "hand-in")

        await asyncio.gather(*(one() for _n in range(20)))
        return {"seconds": time.perf_counter() - began}

    def acknowledged(self) -> dict:
        """Every answer key a reply has named, by attempt."""
        return {c.base.split("/")[3]: c.acknowledged for c in self.everybody if c.acknowledged}

    async def run(self, command: dict) -> dict:
        name = command.pop("do")
        self.took, self.errors = {}, {}
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
