"""Serials of pass certificates: random, forgiving to the reader, unforgiving to every edit."""

import random

from hypothesis import given
from hypothesis import strategies as st

from exams.rules.serials import ALPHABET, RANDOM, check_serial, new_serial

serials = st.builds(new_serial)


def test_a_serial_has_sixty_random_bits_and_reads_well():
    made = {new_serial() for _ in range(2000)}
    assert len(made) == 2000
    assert len(ALPHABET) ** RANDOM >= 2**60
    for serial in made:
        assert [len(part) for part in serial.split("-")] == [4, 4, 4, 1]
        assert not set(serial) & set("ILOU")
        assert check_serial(serial) == serial


@given(serials)
def test_what_readers_and_input_methods_do_is_forgiven(serial):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in serial)
    for text in (
        serial.lower(),
        serial.replace("-", ""),
        serial.replace("-", " "),
        serial.replace("-", "－"),
        serial.replace("-", "—"),
        f"  {serial}\n",
        wide,
        wide.lower(),
        serial.replace("0", "O"),
        serial.replace("0", "o").replace("1", "l"),
        serial.replace("1", "I"),
    ):
        assert check_serial(text) == serial


@given(serials, st.integers(0, RANDOM), st.characters(exclude_categories=["Cs"]))
def test_every_edit_of_one_character_is_refused(serial, place, other):
    plain = serial.replace("-", "")
    edited = plain[:place] + other + plain[place + 1 :]
    assert check_serial(edited) in (None, serial)
    if other in ALPHABET and other != plain[place]:
        assert check_serial(edited) is None


@given(serials, st.integers(0, RANDOM), st.integers(0, RANDOM))
def test_swapping_any_two_characters_is_refused(serial, one, two):
    plain = list(serial.replace("-", ""))
    plain[one], plain[two] = plain[two], plain[one]
    swapped = "".join(plain)
    assert check_serial(swapped) == (serial if swapped == serial.replace("-", "") else None)


@given(serials, st.integers(0, RANDOM), st.sampled_from(ALPHABET))
def test_one_character_more_or_less_is_refused(serial, place, extra):
    plain = serial.replace("-", "")
    assert check_serial(plain[:place] + plain[place + 1 :]) is None
    assert check_serial(plain[:place] + extra + plain[place:]) is None


def test_every_single_edit_of_one_serial_is_refused():
    plain = new_serial().replace("-", "")
    edits = [plain[:n] + c + plain[n + 1 :] for n in range(len(plain)) for c in ALPHABET if c != plain[n]]
    assert len(edits) == 13 * 31
    assert [edit for edit in edits if check_serial(edit)] == []


@given(st.text(max_size=40))
def test_any_text_is_answered(text):
    found = check_serial(text)
    assert found is None or check_serial(found) == found


def test_blind_guesses_rarely_even_look_right():
    rng = random.Random(5)
    guesses = ["".join(rng.choices(ALPHABET, k=RANDOM + 1)) for _ in range(5000)]
    # One in 32 passes the check character; the other 60 bits are what keeps it from being anybody's.
    assert sum(check_serial(guess) is not None for guess in guesses) < 250
