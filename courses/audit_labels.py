"""Audit actions of this app. Hours themselves are audited by staffing's own actions as well."""

from django.utils.translation import gettext_noop as _

from portal import audit

audit.declare(
    {
        "series.saved": _("修改讲座系列"),
        "plan.saved": _("修改讲座计划"),
        "session.saved": _("修改讲座场次"),
        "session.state": _("变更讲座状态"),
        "signup.made": _("讲座报名"),
        "signup.cancelled": _("取消讲座报名"),
        "attendance.signed": _("扫码签到签退"),
        "attendance.corrected": _("更正出勤"),
        "attendance.imported": _("导入签到表"),
        "attendance.settled": _("核定讲座学时"),
        "learning_import.uploaded": _("上传学习文件"),
        "learning_import.discarded": _("放弃学习导入"),
        "hours.imported": _("导入学时台账"),
        "recording.saved": _("上传录像"),
        "course.completed": _("完成课程"),
        "case.completed": _("完成案例学习"),
        "drill.completed": _("完成模拟演练"),
        "lecture.watched": _("看完讲座录像"),
        "page.published": _("发布学习内容"),
        "page.withdrawn": _("撤下学习内容"),
        "case.anonymised": _("确认案例脱敏"),
        "case.followed": _("布置案例整改学习"),
        "assignment.made": _("布置学习任务"),
        "assignment.withdrawn": _("撤销学习任务"),
        "assignment.reminded": _("提醒学习任务"),
        "claim.made": _("申报学时"),
        "claim.withdrawn": _("撤回学时申报"),
        "claim.decided": _("审核学时申报"),
        "claim.file_read": _("查看证明材料"),
        "hours.reminded": _("发出学时提醒"),
        "transcript.made": _("生成学习档案"),
        "comment.hidden": _("隐藏讨论"),
        "comment.shown": _("恢复讨论"),
        "citation.raised": _("标记法条引用待复核"),
        "citation.settled": _("复核法条引用"),
        "calendar.keyed": _("更换日历订阅地址"),
    }
)
