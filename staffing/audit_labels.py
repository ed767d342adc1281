"""Audit actions of this app. All but the reading ones move the ``figures`` revision, on which cached figures depend."""

from django.utils.translation import gettext_noop as _

from portal import audit

FIGURES = "figures"

audit.declare(
    {
        "unit.created": _("新增单位"),
        "unit.changed": _("修改单位"),
        "person.created": _("新增人员"),
        "person.changed": _("修改人员信息"),
        "person.moved": _("变更编制单位"),
        "person.left": _("登记离队"),
        "person.restored": _("撤销离队"),
        "posting.started": _("登记派驻借调"),
        "posting.changed": _("修改派驻借调"),
        "posting.ended": _("登记归位"),
        "qualification.added": _("登记资格证件"),
        "qualification.changed": _("修改资格证件"),
        "qualification.state": _("变更证件状态"),
        "qualification.checked": _("登记年审"),
        "leave.recorded": _("登记请假"),
        "hours.credited": _("登记学时"),
        "hours.reversed": _("冲正学时"),
        "policy.saved": _("修改政策口径"),
        "roster.committed": _("导入花名册"),
        "roster.undone": _("撤销花名册导入"),
    },
    revision=FIGURES,
)
audit.declare(
    {
        "roster.uploaded": _("上传花名册"),
        "roster.discarded": _("放弃花名册导入"),
        "roster.refused": _("花名册不能读取"),
        "person.revealed": _("查看完整号码"),
        "hours.year_closed": _("关账学时年度"),
    }
)
