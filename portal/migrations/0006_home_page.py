"""Puts our HomePage in the place of Wagtail's welcome page, so that editors find the announcement where they look first."""

from django.db import migrations


def create(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    HomePage = apps.get_model("portal", "HomePage")
    ContentType = apps.get_model("contenttypes", "ContentType")
    if HomePage.objects.exists():
        return
    root = Page.objects.get(depth=1)
    Page.objects.filter(path__startswith=root.path, depth=2, slug="home").delete()
    kind, _ = ContentType.objects.get_or_create(app_label="portal", model="homepage")
    taken = Page.objects.filter(depth=2).count()
    page = HomePage.objects.create(
        title="首页",
        draft_title="首页",
        slug="home",
        content_type=kind,
        path=f"{root.path}{taken + 1:04d}",
        depth=2,
        numchild=0,
        url_path="/home/",
        live=True,
        locale_id=Locale.objects.values_list("pk", flat=True).first(),
    )
    Page.objects.filter(pk=root.pk).update(numchild=taken + 1)
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", port=80, root_page_id=page.pk, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_job_cancel"),
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
