"""The form of one question, for every kind; it speaks in drafts, and all problems of a draft are shown at once."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exams.formats.draft import BLANK, JUDGE_OPTIONS, QuestionDraft, marks_of, problems
from exams.models import AnswerForm, Difficulty, QuestionKind, Topic

LETTERS = "ABCDEFGH"
RUBRIC_LINES = 8
# Where the problem of a draft's field is shown when the form has no field of that name.
SHOWN_AT = {"options": "option_A", "rubric": "rubric_text_1", "kind": None, "form": None}
FORMS_OF_CASE = (AnswerForm.MULTIPLE, AnswerForm.SINGLE, AnswerForm.JUDGE, AnswerForm.WRITTEN)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _file() -> forms.FileField:
    return forms.FileField(
        label=_("图片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )


class QuestionForm(forms.Form):
    """``kind`` and ``form`` decide the fields. Pictures are uploaded by the view before the form is bound: the hidden
    fields ``picture`` and ``picture_A`` … hold their sha256, so that nothing is lost when the form comes back.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    picture = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    stem = forms.CharField(label=_("题干"), widget=_area(4), strip=True)
    upload = _file()
    alt = forms.CharField(
        label=_("图片的文字说明"),
        max_length=200,
        required=False,
        help_text=_("读屏软件朗读；写明图中与作答有关的内容。"),
    )
    drop = forms.BooleanField(label=_("去掉题干图片"), required=False)
    explanation = forms.CharField(label=_("解析"), widget=_area(3), required=False)
    topic = forms.ChoiceField(label=_("知识点"), required=False)
    difficulty = forms.ChoiceField(label=_("难度"), choices=Difficulty, initial=Difficulty.MEDIUM)
    marks = forms.CharField(label=_("建议分值"), max_length=6, initial="1")
    basis = forms.CharField(
        label=_("法条依据"),
        max_length=500,
        required=False,
        help_text=_("如：《行政处罚法》第六十三条；《行政强制法》第三十五条。"),
    )
    source = forms.CharField(label=_("来源"), max_length=200, required=False)

    def __init__(self, *args, kind: str, form: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.form = QuestionKind(kind), AnswerForm(form)
        rows = Topic.objects.order_by("path").values_list("name", "depth")
        self.fields["topic"].choices = [("", "——"), *((name, f"{'　' * (depth - 1)}{name}") for name, depth in rows)]
        if self.kind == QuestionKind.CASE:
            self._case()
        {
            AnswerForm.SINGLE: self._choice,
            AnswerForm.MULTIPLE: self._choice,
            AnswerForm.JUDGE: self._judge,
            AnswerForm.BLANK: self._blank,
            AnswerForm.WRITTEN: self._written,
        }[self.form]()

    # --- fields by form -----------------------------------------------------------------------------------------------

    def _case(self):
        self.fields["case_code"] = forms.CharField(
            label=_("案例编号"),
            max_length=40,
            required=False,
            help_text=_("同一案例的各小题填同一编号，考试时一并出现。"),
        )
        self.fields["material"] = forms.CharField(
            label=_("案例材料"),
            widget=_area(6),
            required=False,
            help_text=_("同一案例各小题共用；在此修改，其他小题随之修改。"),
        )

    def _choice(self):
        letters = [(letter, letter) for letter in LETTERS]
        if self.form == AnswerForm.MULTIPLE:
            self.fields["answer"] = forms.MultipleChoiceField(label=_("正确答案"), choices=letters, required=False)
        else:
            self.fields["answer"] = forms.ChoiceField(label=_("正确答案"), choices=letters, required=False)
        for letter in LETTERS:
            self.fields[f"option_{letter}"] = forms.CharField(
                label=_("选项%(letter)s") % {"letter": letter}, required=False, widget=_area(1)
            )
            self.fields[f"picture_{letter}"] = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
            self.fields[f"upload_{letter}"] = _file()
            self.fields[f"drop_{letter}"] = forms.BooleanField(label=_("去掉图片"), required=False)

    def _judge(self):
        self.fields["answer"] = forms.ChoiceField(
            label=_("正确答案"), choices=[("A", _("正确")), ("B", _("错误"))], widget=forms.RadioSelect, required=False
        )

    def _blank(self):
        self.fields["stem"].help_text = _("空处写作“____”或“（ ）”。")
        self.fields["answer"] = forms.CharField(
            label=_("答案"),
            widget=_area(3),
            required=False,
            help_text=_("每空一行；同一空有几种写法都算对的，用“|”隔开，如：罚款|罚金。"),
        )

    def _written(self):
        self.fields["answer"] = forms.CharField(label=_("参考答案"), widget=_area(6), required=False)
        for n in range(1, RUBRIC_LINES + 1):
            self.fields[f"rubric_text_{n}"] = forms.CharField(
                label=_("要点%(n)s") % {"n": n}, max_length=500, required=False
            )
            self.fields[f"rubric_marks_{n}"] = forms.CharField(label=_("分值"), max_length=6, required=False)

    # --- drafts -------------------------------------------------------------------------------------------------------

    @classmethod
    def initial_of(cls, draft: QuestionDraft) -> dict:
        """Initial values that give this draft back."""
        values = {
            name: getattr(draft, name)
            for name in (
                "stem",
                "explanation",
                "topic",
                "difficulty",
                "marks",
                "basis",
                "source",
                "case_code",
                "material",
            )
        }
        values["picture"] = draft.picture or ""
        for key, text, picture in draft.options:
            values |= {f"option_{key}": text, f"picture_{key}": picture or ""}
        for n, (text, marks) in enumerate(draft.rubric, 1):
            values |= {f"rubric_text_{n}": text, f"rubric_marks_{n}": marks}
        if draft.form == AnswerForm.BLANK:
            values["answer"] = "\n".join("|".join(words) for words in draft.answer)
        elif isinstance(draft.answer, str):
            values["answer"] = draft.answer
        else:
            values["answer"] = list(draft.answer) if draft.form == AnswerForm.MULTIPLE else "".join(draft.answer)
        return values

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        draft = self.draft()
        for problem in problems(draft):
            field = SHOWN_AT.get(problem.field, problem.field)
            self.add_error(field if field in self.fields else None, problem.message)
        if self.form == AnswerForm.BLANK and (n := len(BLANK.findall(draft.stem))) and n != draft.blanks:
            self.add_error(
                "answer", gettext("题干有%(n)s处空，答案有%(m)s行，请改成一样多。") % {"n": n, "m": draft.blanks}
            )
        return data

    def draft(self) -> QuestionDraft:
        """What was filled in. Empty options and rubric lines at the end are left out."""
        data = self.cleaned_data
        answer, options, blanks = self._answer(), self._options(), 0
        if self.form == AnswerForm.BLANK:
            blanks = len(answer)
        return QuestionDraft(
            kind=str(self.kind),
            form=str(self.form),
            stem=_plain(data["stem"]),
            options=options,
            answer=answer,
            material=_plain(data.get("material", "")),
            case_code=data.get("case_code", "").strip(),
            blanks=blanks,
            explanation=_plain(data["explanation"]),
            rubric=self._rubric(),
            difficulty=data["difficulty"],
            topic=data["topic"],
            basis=data["basis"].strip(),
            marks=data["marks"].strip(),
            source=data["source"].strip(),
            picture=None if data["drop"] else data["picture"] or None,
        )

    def clean_marks(self):
        if marks_of(self.cleaned_data["marks"].strip()) is None:
            raise forms.ValidationError(gettext("分值应为0.5至100，至多一位小数。"))
        return self.cleaned_data["marks"]

    def _options(self):
        if self.form == AnswerForm.JUDGE:
            return JUDGE_OPTIONS
        if self.form not in (AnswerForm.SINGLE, AnswerForm.MULTIPLE):
            return ()
        data = self.cleaned_data
        rows = [
            (
                letter,
                _plain(data[f"option_{letter}"]),
                None if data[f"drop_{letter}"] else data[f"picture_{letter}"] or None,
            )
            for letter in LETTERS
        ]
        while rows and not rows[-1][1] and not rows[-1][2]:
            rows.pop()
        return tuple(rows)

    def _answer(self):
        given = self.cleaned_data.get("answer") or ""
        if self.form == AnswerForm.WRITTEN:
            return _plain(given)
        if self.form == AnswerForm.BLANK:
            lines = [line for line in given.splitlines() if line.strip()]
            return tuple(
                tuple(word.strip() for word in line.replace("｜", "|").split("|") if word.strip()) for line in lines
            )
        return tuple(given)

    def _rubric(self):
        if self.form != AnswerForm.WRITTEN:
            return ()
        rows = [
            (self.cleaned_data[f"rubric_text_{n}"].strip(), self.cleaned_data[f"rubric_marks_{n}"].strip())
            for n in range(1, RUBRIC_LINES + 1)
        ]
        return tuple((text, marks) for text, marks in rows if text or marks)

    # --- for the template ---------------------------------------------------------------------------------------------

    def option_rows(self):
        """(letter, is it right, text field, picture's sha256, hidden field, upload field, drop field)."""
        chosen = self["answer"].value() or ""
        for letter in LETTERS:
            picture = self[f"picture_{letter}"]
            yield (
                letter,
                letter in chosen,
                self[f"option_{letter}"],
                picture.value() or "",
                picture,
                self[f"upload_{letter}"],
                self[f"drop_{letter}"],
            )

    def rubric_rows(self):
        """(text field, marks field) of every line."""
        for n in range(1, RUBRIC_LINES + 1):
            yield self[f"rubric_text_{n}"], self[f"rubric_marks_{n}"]


def _plain(text: str) -> str:
    """Lines end as everywhere else."""
    return text.replace("\r\n", "\n").strip()
