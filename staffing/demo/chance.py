"""Names, numbers and draws of invented people, all from one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
    "彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
)
DOUBLE = ("欧阳", "上官", "诸葛", "司徒")
GIVEN = {
    "男": "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆志建国文博海峰林毅晨翔旭东亮成龙威宁",
    "女": "芳娜敏静丽艳娟霞燕玲丹萍红琳雪梅倩莹洁慧婷颖佳欣怡璐瑶蕾媛岚薇",
}
# Characters that only GB18030 holds: names that break careless software.
RARE = ("䶮", "㛃", "堃", "喆")
SCHOOLS = ("云澜大学", "澜江政法学院", "东渚师范学院", "省城理工大学", "省广播电视大学", "梅川职业技术学院")
LAW = ("法学", "法律", "法律事务")
OTHER_MAJORS = ("行政管理", "公共事业管理", "汉语言文学", "土木工程", "环境工程", "城市管理", "会计学", "经济管理")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Chance:
    """A seeded source of draws that never gives the same ID, certificate or telephone number twice."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)  # noqa: S311
        self._ids: set[str] = set()
        self._cards = 0
        self._phones = 0

    def yes(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, things: Sequence):
        return self.random.choice(things)

    def weighted(self, things: Sequence, weights: Sequence[float]):
        return self.random.choices(things, weights)[0]

    def between(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randint(0, max(0, (last - first).days)))

    def sample(self, things: Sequence, number: int) -> list:
        return self.random.sample(list(things), min(number, len(things)))

    def name(self, gender: str) -> str:
        family = self.pick(DOUBLE) if self.yes(0.01) else self.pick(SURNAMES)
        pool = RARE if self.yes(0.008) else GIVEN[gender]
        return family + self.pick(pool) + (self.pick(GIVEN[gender]) if self.yes(0.7) else "")

    def id_number(self, born: date, gender: str) -> str:
        """A valid number of nobody: region 9903, odd order for men."""
        while True:
            order = 2 * self.between(1, 498) + (gender == "男")
            body = f"9903{self.between(1, 26):02d}{born:%Y%m%d}{order:03d}"
            number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS)) % 11]
            if number not in self._ids:
                self._ids.add(number)
                return number

    def card(self) -> str:
        self._cards += 1
        return f"9903{self._cards:07d}"

    def phone(self) -> str:
        """From a range not given to the public."""
        self._phones += 1
        return f"154{(self._phones * 7919 + 20260123) % 100_000_000:08d}"
