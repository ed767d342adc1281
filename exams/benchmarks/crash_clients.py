"""Candidates who go on while everything around them is killed: what has no acknowledgement is sent again."""

from __future__ import annotations

import asyncio
import random

from exams.benchmarks.exam_client import Candidate
from exams.benchmarks.exam_http import Failed

PAUSE = 0.2
TIMEOUT = 10
MOST_TRIES = 20
MOST_WAITING = 20


class Stubborn(Candidate):
    """Answers items at random; keeps each answer until a reply has named it; starts and hands in until it is done."""

    def __init__(self, port: int, session: str, seed: int):
        super().__init__(port, session)
        self.chance = random.Random(seed)  # noqa: S311
        self.waiting: dict[str, dict] = {}
        self.told: dict[str, list] = {}
        self.resent = self.refused = 0

    async def enter(self, code: str) -> None:
        """Until the paper is there. Nobody is killed yet, so patience; later a reply that is missing is soon missed."""
        tries = 0
        while not self.items:
            try:
                await self.begin(code)
            except Failed as error:
                tries += 1
                if tries == MOST_TRIES:
                    raise RuntimeError(f"nobody gets in: {error}") from error
                await asyncio.sleep(PAUSE)
        self.browser.timeout = TIMEOUT

    async def answer(self, stopping: asyncio.Event) -> None:
        """Until told to stop, and then until everything is acknowledged."""
        while not stopping.is_set() or self.waiting:
            if not stopping.is_set() and len(self.waiting) < MOST_WAITING:
                given = self.given(self.chance.randrange(len(self.items)), self.chance)
                self.waiting[given["key"]] = given
            if await self._send():
                await asyncio.sleep(self.chance.uniform(0, 0.1))
            else:
                self.resent += 1
                await asyncio.sleep(PAUSE)

    async def _send(self) -> bool:
        sent = list(self.waiting.values())
        try:
            reply = await self.browser.post(f"{self.base}save/", {"lease": self.lease, "since": 0, "answers": sent})
        except Failed:
            return False
        if reply.status != 200:
            return False
        for key in reply.json()["saved"]:
            given = self.waiting.pop(key, None)
            if given:
                self.told[key] = [given["n"], given["seq"], given["a"]]
        return True

    async def finish(self) -> None:
        """Until a reply says that it is handed in."""
        while True:
            try:
                reply = await self.browser.post(f"{self.base}hand-in/", {"lease": self.lease, "answers": []})
                if reply.status == 200 and reply.json()["state"] == "submitted":
                    return
            except Failed:
                pass
            await asyncio.sleep(PAUSE)
