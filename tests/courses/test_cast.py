"""The learning cast stands as its docstring says."""

from courses.models import SectionPage, StudyHomePage


def test_the_catalogue_stands_from_the_start(learning):
    study = StudyHomePage.objects.get()
    assert study.url == "/study/" and [p.title for p in study.get_children()] == [
        "大讲堂",
        "线上课程",
        "案例教学",
        "模拟演练",
    ]
    assert learning.lecture.url == "/study/lectures/djt/3/"
    assert SectionPage.objects.count() == 4
    assert learning.session.minutes == 150
    assert [step.block_type for step in learning.case.steps][2] == "judgement"
    assert learning.lecture.cited_articles.get().article.number == 58
