"""Audit actions of this app. All but the reading ones move the ``figures`` revision, on which cached figures depend."""

from portal import audit

FIGURES = "figures"

audit.declare(
    {
        "unit.created": "新增单位",
        "unit.changed": "修改单位",
        "person.created": "新增人员",
        "person.changed": "修改人员信息",
        "person.moved": "变更编制单位",
        "person.left": "登记离队",
        "person.restored": "撤销离队",
        "posting.started": "登记派驻借调",
        "posting.changed": "修改派驻借调",
        "posting.ended": "登记归位",
        "qualification.added": "登记资格证件",
        "qualification.changed": "修改资格证件",
        "qualification.state": "变更证件状态",
        "qualification.checked": "登记年审",
        "leave.recorded": "登记请假",
        "hours.credited": "登记学时",
        "hours.reversed": "冲正学时",
        "policy.saved": "修改政策口径",
        "roster.committed": "导入花名册",
        "roster.undone": "撤销花名册导入",
    },
    revision=FIGURES,
)
audit.declare(
    {
        "roster.uploaded": "上传花名册",
        "roster.discarded": "放弃花名册导入",
        "roster.refused": "花名册不能读取",
        "person.revealed": "查看完整号码",
    }
)
