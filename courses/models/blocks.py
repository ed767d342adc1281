"""The blocks of case and drill pages."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

TEXT = ["bold", "ol", "ul"]


class EvidenceBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("证据"), max_length=80)
    count = blocks.CharBlock(label=_("数量"), max_length=20, required=False)
    proves = blocks.CharBlock(label=_("证明什么"), max_length=200, required=False)

    class Meta:
        icon = "doc-full"
        label = _("证据")


class ChoiceBlock(blocks.StructBlock):
    """An option of a judgement; its place in the list gives it its letter."""

    text = blocks.CharBlock(label=_("选项"), max_length=200)
    right = blocks.BooleanBlock(label=_("与结果一致"), required=False)

    class Meta:
        label = _("选项")


class TextStep(blocks.StructBlock):
    """A step that is read: facts, evidence, procedure, issue, outcome, lessons."""

    heading = blocks.CharBlock(label=_("小标题"), max_length=40)
    text = blocks.RichTextBlock(label=_("内容"), features=TEXT)

    class Meta:
        icon = "pilcrow"
        label = _("正文")


class JudgementStep(blocks.StructBlock):
    """A step at which the learner decides before anything further is shown. ``basis`` is shown after the answer."""

    heading = blocks.CharBlock(label=_("小标题"), max_length=40)
    question = blocks.CharBlock(label=_("问题"), max_length=200)
    choices = blocks.ListBlock(ChoiceBlock(), label=_("选项"), min_num=2, max_num=6)
    basis = blocks.TextBlock(label=_("依据与理由"), max_length=1000)
    article = SnippetChooserBlock("law.Article", label=_("法条"), required=False)

    class Meta:
        icon = "help"
        label = _("判断题")


class CaseStepsBlock(blocks.StreamBlock):
    facts = TextStep(label=_("案情事实"), icon="doc-empty", group=_("步骤"))
    evidence = blocks.StructBlock(
        [
            ("heading", blocks.CharBlock(label=_("小标题"), max_length=40, default="证据")),
            ("items", blocks.ListBlock(EvidenceBlock(), label=_("证据"))),
        ],
        label=_("证据"),
        icon="list-ul",
        group=_("步骤"),
    )
    procedure = TextStep(label=_("程序经过"), icon="history", group=_("步骤"))
    issue = TextStep(label=_("争议焦点"), icon="warning", group=_("步骤"))
    judgement = JudgementStep(group=_("步骤"))
    decision = TextStep(label=_("处理决定"), icon="tick", group=_("步骤"))
    outcome = TextStep(label=_("复议或裁判结果"), icon="success", group=_("步骤"))
    lessons = TextStep(label=_("教训"), icon="openquote", group=_("步骤"))


class SceneChoiceBlock(blocks.StructBlock):
    """What may be done in a scene. ``next``: the key of the scene that follows; empty ends the drill.

    ``days``: working days it takes on the procedure's clock; ``score`` may be negative; ``broken``: the article broken.
    """

    text = blocks.CharBlock(label=_("选择"), max_length=200)
    result = blocks.TextBlock(label=_("后果"), max_length=600)
    next = blocks.CharBlock(label=_("下一场景（编号）"), max_length=20, required=False)
    days = blocks.IntegerBlock(label=_("耗时（工作日）"), min_value=0, max_value=365, default=0)
    score = blocks.IntegerBlock(label=_("得分"), min_value=-100, max_value=100, default=0)
    broken = SnippetChooserBlock("law.Article", label=_("违反的法条"), required=False)

    class Meta:
        label = _("选择")


class SceneBlock(blocks.StructBlock):
    """A scene. ``limit``: working days by which the procedure must have come here; later counts as overdue."""

    key = blocks.CharBlock(label=_("编号"), max_length=20, help_text=_("如 1、2a；第一个场景是开头。"))
    heading = blocks.CharBlock(label=_("场景"), max_length=60)
    text = blocks.RichTextBlock(label=_("情景"), features=TEXT)
    limit = blocks.IntegerBlock(label=_("期限（工作日）"), min_value=0, max_value=365, required=False)
    limit_article = SnippetChooserBlock("law.Article", label=_("期限的法条"), required=False)
    choices = blocks.ListBlock(
        SceneChoiceBlock(), label=_("选择"), min_num=0, max_num=6, help_text=_("没有选择的场景是结局。")
    )

    class Meta:
        icon = "form"
        label = _("场景")


class ScenesBlock(blocks.StreamBlock):
    scene = SceneBlock()
