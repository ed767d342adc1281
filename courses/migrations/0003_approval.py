"""The review of cases (编辑提交 → 法制审核 → 发布): its workflow stands on the section of cases; Wagtail's own, which
nobody here takes part in, is put away.
"""

from django.db import migrations

GROUP, TASK, WORKFLOW = "法制审核", "法制审核", "案例审核"


def create(apps, schema_editor):
    get = apps.get_model
    ContentType, Permission, Group = (
        get("contenttypes", "ContentType"),
        get("auth", "Permission"),
        get("auth", "Group"),
    )
    Workflow, WorkflowTask, WorkflowPage = (
        get("wagtailcore", name) for name in ("Workflow", "WorkflowTask", "WorkflowPage")
    )
    section = get("courses", "SectionPage").objects.filter(holds="cases").first()
    if section is None or Workflow.objects.filter(name=WORKFLOW).exists():
        return
    WorkflowPage.objects.all().delete()
    Workflow.objects.update(active=False)
    get("wagtailcore", "Task").objects.update(active=False)
    group, _ = Group.objects.get_or_create(name=GROUP)
    pages, _ = ContentType.objects.get_or_create(app_label="wagtailcore", model="page")
    # Reviewers read the draft in the editor's preview, which asks for the right to change.
    for codename, name in (("change_page", "Can change page"), ("publish_page", "Publish any page")):
        right, _ = Permission.objects.get_or_create(content_type=pages, codename=codename, defaults={"name": name})
        get("wagtailcore", "GroupPagePermission").objects.get_or_create(
            group=group, page_id=section.pk, permission=right
        )
    kind, _ = ContentType.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    task = get("wagtailcore", "GroupApprovalTask").objects.create(name=TASK, content_type=kind, active=True)
    task.groups.add(group)
    workflow = Workflow.objects.create(name=WORKFLOW, active=True)
    WorkflowTask.objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page_id=section.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0002_sections"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
