"""Knowledge points (知识点): one tree for all banks. Two points become one by moving one below the other, so that
versions and frozen papers that name it stay as they were.
"""

from __future__ import annotations

from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.models import PaperQuota, QuestionVersion, Topic
from portal import audit
from portal.actions.errors import Refused


@contextmanager
def _tree():
    """A transaction in which this is the only writer of the tree; what the database refuses becomes Refused."""
    try:
        with transaction.atomic():
            list(Topic.objects.select_for_update().filter(depth=1).values_list("pk", flat=True))
            yield
    except IntegrityError as error:
        raise Refused(_("没有保存：同名知识点刚刚已登记，请刷新后再看。"), "name") from error


def save_topic(*, actor, now, name: str, topic: Topic | None = None, parent: Topic | None = None) -> Topic:
    """Add a point below ``parent`` (None: at the top), or rename ``topic`` where it stands.

    A new name that is there already gives that point when it stands in the same place. Raises Refused for an empty,
    long or taken name.
    """
    name = name.strip()
    if not name or len(name) > 60:
        raise Refused(_("请填写知识点名称，不超过60字。"), "name")
    with _tree():
        there = Topic.objects.filter(name=name).first()
        if topic is None and there is not None:
            above = there.get_parent()
            if (above.pk if above else None) == (parent.pk if parent else None):
                return there
        if there is not None and (topic is None or there.pk != topic.pk):
            raise Refused(_("已有知识点“%(name)s”，请另取名称，或在它下面增加。") % {"name": name}, "name")
        if topic is None:
            fresh = Topic.objects.get(pk=parent.pk) if parent else None
            topic = fresh.add_child(name=name) if fresh else Topic.add_root(name=name)
            old = ""
        else:
            topic = Topic.objects.get(pk=topic.pk)
            old, topic.name = topic.name, name
            if old == name:
                return topic
            topic.save(update_fields=["name"])
            _place(topic, topic.get_parent())
        audit.record(actor=actor, now=now, action="topic.saved", obj=topic, name=[old, name])
    return Topic.objects.get(pk=topic.pk)


def move_topic(*, actor, now, topic: Topic, parent: Topic | None) -> Topic:
    """Hang ``topic`` with all below it under ``parent`` (None: to the top). Raises Refused under itself."""
    with _tree():
        topic = Topic.objects.get(pk=topic.pk)
        parent = Topic.objects.get(pk=parent.pk) if parent else None
        above = topic.get_parent()
        if (above.pk if above else None) == (parent.pk if parent else None):
            return topic
        if parent and (parent.pk == topic.pk or parent.is_descendant_of(topic)):
            raise Refused(_("不能移到自己或自己的下级知识点之下。"), "parent")
        _place(topic, parent)
        audit.record(
            actor=actor,
            now=now,
            action="topic.saved",
            obj=topic,
            parent=[above.name if above else "", parent.name if parent else ""],
        )
    return Topic.objects.get(pk=topic.pk)


def remove_topic(*, actor, now, topic: Topic) -> None:
    """Take away a point nothing refers to. Raises Refused while questions, papers or points below it do."""
    with _tree():
        topic = Topic.objects.filter(pk=topic.pk).first()
        if topic is None:
            return
        if topic.numchild:
            raise Refused(_("“%(name)s”下还有知识点，请先移走。") % {"name": topic.name})
        questions = QuestionVersion.objects.filter(topic=topic).values("question").distinct().count()
        if questions:
            raise Refused(
                _("“%(name)s”已有%(n)s道试题，不能删除；可以移到别的知识点之下。")
                % {"name": topic.name, "n": questions}
            )
        if PaperQuota.objects.filter(topic=topic).exists():
            raise Refused(_("“%(name)s”已用于试卷的抽题配额，不能删除。") % {"name": topic.name})
        audit.record(actor=actor, now=now, action="topic.saved", obj=topic, name=[topic.name, ""])
        topic.delete()


def _place(topic: Topic, parent: Topic | None) -> None:
    """Below ``parent`` in the order of names."""
    if parent is not None:
        topic.move(parent, "sorted-child")
    else:
        topic.move(Topic.get_first_root_node(), "sorted-sibling")
