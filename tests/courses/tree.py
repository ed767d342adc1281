"""The page tree of the migrations, put back after a transactional test emptied the database."""

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from courses.models import Section, SectionPage, StudyHomePage
from portal.models import HomePage


def ensure_tree() -> None:
    """Root, home page with its site, 学习 and its four sections; what is there stays."""
    Locale.objects.get_or_create(language_code="zh-hans")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    home = HomePage.objects.first()
    if home is None:
        home = root.add_child(instance=HomePage(title="首页", slug="home"))
    if not Site.objects.exists():
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    Site.clear_site_root_paths_cache()
    study = StudyHomePage.objects.first()
    if study is None:
        study = home.add_child(instance=StudyHomePage(title="学习", slug="study"))
    for holds in Section:
        if not SectionPage.objects.filter(holds=holds).exists():
            study.add_child(instance=SectionPage(title=str(holds.label), slug=holds.value, holds=holds))


def ensure_review() -> None:
    """The review of cases that the migrations set up, put back likewise. Call it after ``ensure_tree``."""
    section = SectionPage.objects.get(holds=Section.CASES)
    if Workflow.objects.filter(name="案例审核").exists():
        return
    group, _made = Group.objects.get_or_create(name="法制审核")
    rights = Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=("change_page", "publish_page")
    )
    for right in rights:
        GroupPagePermission.objects.get_or_create(group=group, page=section, permission=right)
    task = GroupApprovalTask.objects.create(name="法制审核", active=True)
    task.groups.add(group)
    workflow = Workflow.objects.create(name="案例审核", active=True)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=section)
