"""What in a text tells who it was about; pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.anonymise import digest, scan
from tests.cast import id_number


def found(text, **known):
    return [(one.kind, one.text) for one in scan({"案情": text}, **known)]


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("身份证号990100198206150019。", "id", "990100198206150019"),
        ("证件990100 19820615 001X，", "id", "990100 19820615 001X"),
        ("ＩＤ９９０１００１９８２０６１５００１９", "id", "９９０１００１９８２０６１５００１９"),
        ("旧证990100820615001。", "id", "990100820615001"),
        ("电话138 1234 5678", "mobile", "138 1234 5678"),
        ("座机0577-61234567", "phone", "0577-61234567"),
        ("卡号6222 0212 0300 1234 567", "account", "6222 0212 0300 1234 567"),
        ("驾驶浙C·12345货车", "plate", "浙C·12345"),
        ("新能源车浙CD12345", "plate", "浙CD12345"),
        ("示执罚〔2022〕12号", "document", "示执罚〔2022〕12号"),
        ("依据（2022）浙0382行初12号判决", "document", "依据（2022）浙0382行初12号"),
        ("由示例恒远建设有限公司施工", "company", "示例恒远建设有限公司"),
        ("代码91330382MA2XXXXT01登记", "company", "91330382MA2XXXXT01"),
        ("位于东江路128号", "address", "东江路128号"),
        ("当事人赵立诚称", "name", "赵立诚"),
        ("姓名：欧阳文", "name", "欧阳文"),
        ("张队长到场", "name", "张队长"),
        ("王先生不服", "name", "王先生"),
        ("向孙海燕送达", "name", "孙海燕"),
    ],
)
def test_what_is_found(text, kind, part):
    assert (kind, part) in found(text)


def test_several_names_and_the_roster():
    assert [name for _k, name in found("执法人员王晓东、李春梅到场")] == ["王晓东", "李春梅"]
    assert found("检查时䶮晓明也在", names=["䶮晓明"]) == [("name", "䶮晓明")]
    assert found("在东江镇综合行政执法队", places=["东江镇", "东江镇综合行政执法队"]) == [
        ("place", "东江镇综合行政执法队")
    ]
    # One-letter names would be everywhere.
    assert found("张三丰", names=["三", " "]) == []


def test_what_was_replaced_already_is_left_alone():
    clean = (
        "甲建筑公司在乙镇丙地块施工。2022年5月6日，镇综合行政执法队巡查发现，该公司把约260立方米建筑垃圾倾倒在河滩空地，当日立案。"
        "两名执法人员亮证检查，制作勘验笔录并拍照。拟罚款12万元。6月13日送达告知书，公司经办人签收时口头说“没有意见”。"
        "当事人张某称其不知情，执法人员李某某、王××到场，甲公司法定代表人钱某，浙A×××××货车，某路某号。"
        "当事人应当在五日内申请听证，负责人表示配合。复议机关撤销了处罚决定，甲有限公司不服。"
    )
    assert found(clean) == []


def test_each_text_is_listed_once_with_its_surroundings():
    both = scan({"案情": "当事人赵立诚到场，赵立诚签字", "教训": "问当事人赵立诚"}, names=["赵立诚"])
    assert [(one.text, one.place, one.count) for one in both] == [("赵立诚", "案情", 3)]
    assert both[0].before == "当事人" and both[0].key == "name:赵立诚"


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_read_and_every_change_is_noticed(text, more):
    for one in scan({"a": text}, names=[more], places=["乙镇"]):
        assert one.text in text
    assert (digest({"a": text}) == digest({"a": text + more})) is (more == "")
    assert digest({"a": text, "b": more}) != digest({"a": text + more, "b": ""}) or not more


@given(st.dates().filter(lambda day: 1900 <= day.year < 2026), st.integers(1, 999), st.sampled_from(["", "号", "，"]))
def test_every_id_number_is_found(birth, sequence, after):
    number = id_number(birth, sequence)
    assert ("id", number) in found(f"证号{number}{after}")
