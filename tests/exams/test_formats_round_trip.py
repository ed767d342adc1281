"""What the three writers write, the three readers read back: drafts equal to the letter."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from exams.formats.draft import QuestionDraft, fingerprint
from exams.formats.gift import read_gift
from exams.formats.gift_out import write_gift
from exams.formats.moodle import read_moodle
from exams.formats.moodle_out import write_moodle
from exams.formats.table import read_table
from exams.formats.table_out import write_table
from portal.sheets import read_book
from tests.exams import drafts as made

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def through_table(drafts, folder: Path):
    path = folder / "x.xlsx"
    write_table(str(path), drafts)
    return read_table(read_book(path))


def through_moodle(drafts, pictures=None):
    out = io.BytesIO()
    write_moodle(out, drafts, pictures)
    return read_moodle(out.getvalue())


def through_gift(drafts):
    out = io.BytesIO()
    write_gift(out, drafts)
    return read_gift(out.getvalue().decode())


def same(reading, drafts):
    read = [row.draft for row in reading.rows]
    assert read == drafts
    assert all(row.action in ("accept", "fix", "review") for row in reading.rows)


ONE_LIST = st.lists(made.drafts().filter(made.storable), min_size=1, max_size=4)


@SLOW
@given(ONE_LIST)
def test_table(tmp_path_factory, drafts):
    same(through_table(drafts, tmp_path_factory.mktemp("t")), drafts)


@SLOW
@given(ONE_LIST)
def test_moodle(drafts):
    same(through_moodle(drafts), drafts)


@SLOW
@given(ONE_LIST)
def test_gift(drafts):
    # GIFT itself has no way to write an option that begins with a weight.
    assume(not any(text.startswith("%") for one in drafts for _key, text, _picture in one.options))
    assume(
        not any(word.startswith("%") for one in drafts if one.form == "blank" for words in one.answer for word in words)
    )
    same(through_gift(drafts), drafts)


def test_gift_with_backslashes_at_every_end():
    one = QuestionDraft(
        "single", "single", "甲\\", (("A", "乙\\", None), ("B", "丙}\\", None)), ("A",), explanation="丁\\"
    )
    two = replace(one, kind="blank", form="blank", options=(), answer=(("戊\\",),), blanks=1, explanation="{\\")
    same(through_gift([one, two, one]), [one, two, one])


SHA = "ab" * 32


def test_pictures_travel():
    draft = QuestionDraft(
        "single", "single", "图中是什么", (("A", "甲", SHA), ("B", "乙", None)), ("A",), picture=SHA, explanation="见图"
    )
    content = b"\x89PNG not really"
    sha = hashlib.sha256(content).hexdigest()
    shown = replace(draft, picture=sha, options=(("A", "甲", sha), ("B", "乙", None)))
    reading = through_moodle([shown], {sha: ("图.png", content)})
    same(reading, [shown])
    assert reading.pictures == {sha: ("图.png", content)}
    # Formats without a place for pictures name them.
    same(through_gift([draft]), [draft])
    same(through_moodle([draft]), [draft])


def test_pictures_in_a_table(tmp_path):
    draft = QuestionDraft("single", "single", "图中是什么", (("A", "", SHA), ("B", "乙", None)), ("A",), picture=SHA)
    same(through_table([draft], tmp_path), [draft])


@given(made.drafts().filter(made.storable), st.randoms())
def test_fingerprint_does_not_depend_on_the_order_of_options(draft, random):
    mixed = list(draft.options)
    random.shuffle(mixed)
    other = replace(draft, options=tuple((letter, *rest) for letter, (_k, *rest) in zip("ABCDEF", mixed)))
    assert fingerprint(other) == fingerprint(draft)
    assert fingerprint(replace(draft, stem=f" {draft.stem}\n")) == fingerprint(draft)
    if draft.options:
        changed = (("A", draft.options[0][1] + "甲", None), *draft.options[1:])
        assert fingerprint(replace(draft, options=changed)) != fingerprint(draft)


@pytest.mark.parametrize("path", ["question_bank_300.xlsx", "question_bank_300.csv"])
def test_the_sample_survives_every_format(path, tmp_path):
    drafts = [row.draft for row in read_table(read_book(Path("tests/data/exams") / path)).rows]
    same(through_table(drafts, tmp_path), drafts)
    same(through_moodle(drafts), drafts)
    same(through_gift(drafts), drafts)
