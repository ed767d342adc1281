"""Forms on cases: what follows from a lost one."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.actions.case_follow import Quiz, follow_up
from courses.models import CoursePage
from courses.queries.cases_office import courses_to_teach_in
from exams.forms.fields import LONGEST_KEY
from exams.forms.sittings import ManyUnitsField
from exams.models import Topic
from exams.queries.practice import topic_choices
from portal.actions.errors import Refused
from staffing.forms.facts import DayField
from staffing.models import Category
from staffing.queries import units

# Proposed: a month to learn from a mistake.
DAYS = 30


class CourseField(forms.ModelChoiceField):
    def label_from_instance(self, course):
        return course.title

    def to_python(self, value):
        # A number beyond any key would break the database, not the form.
        if value and len(str(value)) > LONGEST_KEY:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class FollowForm(forms.Form):
    """Whom, by when, and what besides the case itself."""

    units = ManyUnitsField(label=_("必须学习的单位"), queryset=None, help_text=_("可选多个；单位含下级。"))
    categories = forms.MultipleChoiceField(
        label=_("人员类别"),
        choices=Category,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选即全部人员。"),
    )
    due = DayField(label=_("完成期限"))
    reason = forms.CharField(label=_("事由"), max_length=200, required=False)
    quiz_topic = forms.ChoiceField(label=_("测验知识点"), required=False, help_text=_("不选即不设测验。"))
    quiz_count = forms.IntegerField(label=_("题数"), min_value=1, max_value=50, initial=5, required=False)
    quiz_pass = forms.IntegerField(label=_("及格分（百分制）"), min_value=1, max_value=100, initial=60, required=False)
    course = CourseField(
        label=_("编入课程"),
        queryset=CoursePage.objects.none(),
        required=False,
        empty_label=_("不编入，直接学习本案"),
        help_text=_("选课程后，本案成为该课程的一个课时，必修的是整门课程。"),
    )

    def __init__(self, *args, case, scope, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.case, self.scope, self.today = case, scope, today
        self.fields["units"].queryset = units.choices(scope, today)
        self.fields["course"].queryset = courses_to_teach_in()
        self.fields["quiz_topic"].choices = [("", _("不设测验")), *topic_choices()]

    def clean(self):
        data = super().clean()
        if data.get("quiz_topic") and not self.errors and not (data.get("quiz_count") and data.get("quiz_pass")):
            self.add_error("quiz_count", _("请填写题数和及格分。"))
        return data

    def follow(self, *, actor, now):
        """The action's result, or None after a refusal (now an error of this form)."""
        data = self.cleaned_data
        quiz = None
        if data["quiz_topic"]:
            quiz = Quiz(Topic.objects.get(pk=data["quiz_topic"]), data["quiz_count"], data["quiz_pass"])
        try:
            return follow_up(
                actor=actor,
                now=now,
                case=self.case,
                units=list(data["units"]),
                categories=data["categories"],
                due=data["due"],
                reason=data["reason"],
                course=data["course"],
                quiz=quiz,
                scope=self.scope,
            )
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


def initial_of(case, today) -> dict:
    """What the form begins with: the unit that handled the case, its quiz, DAYS from today."""
    start = {"due": today + timedelta(days=DAYS)}
    if case.unit_id:
        start["units"] = [case.unit_id]
    if case.quiz_topic_id and case.quiz_count:
        start |= {
            "quiz_topic": str(case.quiz_topic_id),
            "quiz_count": case.quiz_count,
            "quiz_pass": case.quiz_pass,
        }
    return start
