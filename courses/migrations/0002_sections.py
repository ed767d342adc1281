"""Puts the catalogue (/study/ with its four sections) under the home page, so that editors find where things go."""

from django.db import migrations

SECTIONS = [("lectures", "大讲堂"), ("courses", "线上课程"), ("cases", "案例教学"), ("drills", "模拟演练")]


def create(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    ContentType = apps.get_model("contenttypes", "ContentType")
    StudyHomePage = apps.get_model("courses", "StudyHomePage")
    SectionPage = apps.get_model("courses", "SectionPage")
    home = Page.objects.filter(depth=2, slug="home").first()
    if home is None or StudyHomePage.objects.exists():
        return
    kind, _ = ContentType.objects.get_or_create(app_label="courses", model="studyhomepage")
    study = StudyHomePage.objects.create(
        title="学习",
        draft_title="学习",
        slug="study",
        content_type=kind,
        path=f"{home.path}{home.numchild + 1:04d}",
        depth=3,
        numchild=len(SECTIONS),
        url_path=f"{home.url_path}study/",
        live=True,
        locale_id=home.locale_id,
    )
    Page.objects.filter(pk=home.pk).update(numchild=home.numchild + 1)
    kind, _ = ContentType.objects.get_or_create(app_label="courses", model="sectionpage")
    for n, (holds, title) in enumerate(SECTIONS, 1):
        SectionPage.objects.create(
            title=title,
            draft_title=title,
            slug=holds,
            holds=holds,
            content_type=kind,
            path=f"{study.path}{n:04d}",
            depth=4,
            numchild=0,
            url_path=f"{study.url_path}{holds}/",
            live=True,
            show_in_menus=True,
            locale_id=home.locale_id,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0001_initial"),
        ("portal", "0006_home_page"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
