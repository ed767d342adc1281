"""What a plain format has no place for, written into text so that it reads back: pictures, case material, tags."""

from __future__ import annotations

import re

_PICTURE = re.compile(r"\n?〔图片 ([0-9a-f]{64})〕$")
_MATERIAL = re.compile(r"^【案例材料】\n(.*?)\n【问题】\n(.*)$", re.DOTALL)
_RUBRIC = "\n【评分要点】\n"
_REFERENCE = re.compile(r"^【参考答案】\n(.*?)(?:\n【评分要点】\n(.*?))?(?:\n【解析】\n(.*))?$", re.DOTALL)
_TAG = re.compile(r"^(题型|作答方式|难度|分值|法条依据|案例编号|来源|空数)=(.*)$", re.DOTALL)


def take_picture(text: str) -> tuple[str, str | None]:
    """(text, sha256 of the picture that a mark at its end names, or None)."""
    if found := _PICTURE.search(text):
        return text[: found.start()], found[1]
    return text, None


def with_picture(text: str, picture: str | None) -> str:
    """The text that ``take_picture`` takes apart."""
    return f"{text}\n〔图片 {picture}〕" if picture else text


def take_material(text: str) -> tuple[str, str]:
    """(case material, stem)."""
    found = _MATERIAL.match(text)
    return (found[1], found[2]) if found else ("", text)


def with_material(material: str, stem: str) -> str:
    """The text that ``take_material`` takes apart."""
    return f"【案例材料】\n{material}\n【问题】\n{stem}" if material else stem


def take_rubric(text: str) -> tuple[str, str]:
    """(reference answer, the lines of its rubric)."""
    answer, _mark, rubric = text.partition(_RUBRIC)
    return answer, rubric


def with_rubric(answer: str, rubric: str) -> str:
    """The text that ``take_rubric`` takes apart."""
    return f"{answer}{_RUBRIC}{rubric}" if rubric else answer


def tags_of(facts: dict[str, str]) -> list[str]:
    """难度=易 and so on, blank ones left out."""
    return [f"{name}={value}" for name, value in facts.items() if value]


def facts_in(tags: list[str]) -> dict[str, str]:
    """What our own tags say; strangers' tags are left out."""
    return {found[1]: found[2] for tag in tags if (found := _TAG.match(tag.strip()))}


def take_reference(text: str) -> tuple[str, str, str]:
    """(reference answer, the lines of its rubric, explanation); all of it is the answer when it is not marked."""
    found = _REFERENCE.match(text)
    return (found[1], found[2] or "", found[3] or "") if found else (text, "", "")


def with_reference(answer: str, rubric: str, explanation: str) -> str:
    """The text that ``take_reference`` takes apart."""
    parts = [f"【参考答案】\n{answer}"]
    if rubric:
        parts.append(f"【评分要点】\n{rubric}")
    if explanation:
        parts.append(f"【解析】\n{explanation}")
    return "\n".join(parts)


def category_path(topic: str) -> str:
    """A topic as Moodle's category path; slashes of the name are doubled, outer ones kept apart by a blank."""
    name = topic.replace("/", "//")
    name = (" " if name.startswith("/") else "") + name + (" " if name.endswith("/") else "")
    return f"$course$/top/{name}" if topic else "$course$/top"


def topic_of(path: str) -> str:
    """The last part of a category path, "" for the top: $course$/top/执法/听证 → 听证."""
    name = re.split(r"(?<!/)/(?!/)", path.strip(" "))[-1].replace("//", "/").strip()
    return "" if name in ("top", "$course$", "$system$") else name[:60]
