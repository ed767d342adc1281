"""What stands on a page when a question is asked, and how an answer looks beside it. Reads no key: who may show right
options passes them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exams.delivery import pictures
from exams.models import AnswerForm, Picture, QuestionKind, QuestionVersion

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class PictureView:
    """A picture's signed address for one viewer, and its size in pixels."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class OptionView:
    """``letter`` is its place on this page; ``right`` is None while that is not told."""

    letter: str
    text: str
    picture: PictureView | None
    chosen: bool = False
    right: bool | None = None


@dataclass(frozen=True)
class Asked:
    """A question on a page. ``values``: what was written into each blank; ``text``: a written answer."""

    version: int
    kind: str
    kind_label: str
    form: str
    form_label: str
    case_code: str
    material: str
    stem: str
    picture: PictureView | None
    options: tuple[OptionView, ...]
    values: tuple[str, ...]
    text: str
    marks: str

    @property
    def many(self) -> bool:
        return self.form == AnswerForm.MULTIPLE

    @property
    def chosen(self) -> str:
        return "".join(option.letter for option in self.options if option.chosen)

    @property
    def right(self) -> str:
        return "".join(option.letter for option in self.options if option.right)


class Shower:
    """Shows versions to one user; pictures of all of them are read at once."""

    def __init__(self, versions: Iterable[QuestionVersion], user_id: int):
        versions = list(versions)
        self.user_id = user_id
        self.pictures = pictures.facts(
            [version.picture_id for version in versions]
            + [option.get("picture") for version in versions for option in version.options]
        )

    def show(
        self,
        version: QuestionVersion,
        *,
        order: Sequence[str] = (),
        marks: str = "",
        answer=None,
        right: Sequence[str] | None = None,
    ) -> Asked:
        """``order``: keys of the options as shown (default: the author's). ``answer`` as stored ("a" of an answer);
        ``right``: keys of the right options, when the page tells.
        """
        by_key = {option["key"]: option for option in version.options}
        chosen = answer if isinstance(answer, list) and version.form != AnswerForm.BLANK else ()
        values = answer if isinstance(answer, list) and version.form == AnswerForm.BLANK else []
        return Asked(
            version.pk,
            version.kind,
            str(QuestionKind(version.kind).label),
            version.form,
            str(AnswerForm(version.form).label),
            version.case_code,
            version.material,
            version.stem,
            self._picture(version.picture_id),
            tuple(
                OptionView(
                    letter,
                    by_key[key]["text"],
                    self._picture(by_key[key].get("picture")),
                    key in chosen,
                    None if right is None else key in right,
                )
                for letter, key in zip(LETTERS, order or by_key)
            ),
            tuple((*values, *[""] * version.blanks)[: version.blanks]),
            answer if isinstance(answer, str) else "",
            marks,
        )

    def _picture(self, pk) -> PictureView | None:
        found: Picture | None = self.pictures.get(pk)
        return found and PictureView(pictures.address(found.pk, self.user_id), found.alt, found.width, found.height)
