# ruff: noqa: E501 -- a catalogue: one code a line reads better than wrapped sentences
"""Every code in words: what is wrong, where, and what to do (ux §7). Chinese and English side by side, filled in at the edge.

A new code needs one line here; a test walks all codes the engine can produce.
"""

from typing import TYPE_CHECKING

from staffing.roster.idcard import masked

if TYPE_CHECKING:
    from staffing.roster.model import Issue

ACTION_LABELS = {
    "accept": ("可导入", "Import"),
    "fix": ("已规范", "Corrected"),
    "merge": ("合并", "Merge"),
    "duplicate": ("重复", "Duplicate"),
    "review": ("待核", "Review"),
    "reject": ("拒收", "Reject"),
    "skip": ("跳过", "Skip"),
}

# {at} = 身份证号（E列） / ID number (column E); {raw} the cell; {fixed} the result; {other} the other row.
ISSUES: dict[str, tuple[str, str]] = {
    # repairs
    "ID_LOWER_X": ("{at}末位小写 x 已改为大写。", "{at}: the final x was made a capital."),
    "ID_WHITESPACE": ("{at}中的空格已去掉。", "{at}: blanks were removed."),
    "ID_15_UPGRADED": ("{at}为15位旧号，已升为18位，请与证件核对。", "{at}: a 15-digit number was extended to 18; check it against the card."),
    "FULLWIDTH": ("{at}的全角字符已改为半角。", "{at}: full-width characters were made plain."),
    "CSV_FORMULA_WRAPPER": ("{at}外层的 =\"…\" 已去掉。", "{at}: the wrapper =\"…\" was removed."),
    "LEADING_TAB": ("{at}前的制表符已去掉。", "{at}: the leading tab was removed."),
    "LEADING_APOSTROPHE": ("{at}前的撇号已去掉。", "{at}: the leading apostrophe was removed."),
    "TRIM": ("{at}前后的空格已去掉。", "{at}: outer blanks were removed."),
    "NAME_PADDING": ("{at}中间的空格已去掉。", "{at}: blanks inside the name were removed."),
    "NAME_NOTE": ("{at}括号中的说明已移到备注。", "{at}: the bracketed remark was moved to the remarks."),
    "DERIVED_FROM_ID": ("{at}为空，已按身份证号填“{fixed}”。", "{at} was blank and was taken from the ID number: {fixed}."),
    "BIRTH_FLOAT_AMBIGUOUS": (
        "{at}“{raw}”可能是1月或10月；{resolution}",
        "{at} “{raw}” may be January or October; {resolution}",
    ),
    "MOBILE_SEPARATORS": ("{at}中的分隔符已去掉。", "{at}: separators were removed."),
    "MOBILE_SPLIT": ("{at}含多个号码，已取手机号。", "{at} holds several numbers; the mobile was kept."),
    "ALIAS": ("{at}“{raw}”已规范为“{fixed}”。", "{at}: “{raw}” was made “{fixed}”."),
    "NUMBER_TO_TEXT": ("{at}是数值，已转为文本；请确认前面没有丢失的0。", "{at} was a number and is kept as text; check for lost leading zeros."),
    "PLACEHOLDER_TO_NULL": ("{at}“{raw}”按空值处理。", "{at}: “{raw}” counts as blank."),
    "TWO_DIGIT_YEAR": ("{at}“{raw}”只有两位年份，按“{fixed}”处理，请核对。", "{at}: “{raw}” has a two-digit year and was read as {fixed}; check it."),
    # rejections
    "MISSING_NAME": ("姓名为空。请补填姓名后重新上传。", "The name is blank. Fill it in and upload again."),
    "ID_LENGTH": ("{at}应为18位，现为{size}位。请按证件补正。", "{at} must have 18 characters and has {size}. Correct it from the card."),
    "ID_FORMAT": ("{at}含有不应出现的字符。请按证件补正。", "{at} holds characters that cannot occur. Correct it from the card."),
    "ID_CHECKSUM": ("{at}（{raw}）校验位不符。请按证件逐位核对。", "{at} ({raw}) fails its check digit. Compare it with the card."),
    "ID_BIRTH_INVALID": ("{at}（{raw}）中的出生日期不存在或晚于名册日期。请按证件补正。", "{at} ({raw}) holds an impossible or future birth date. Correct it from the card."),
    "ID_PRECISION_LOST": ("{at}被存成数值，15位以后的数字已丢失。请将该列设为文本后重新填写。", "{at} was stored as a number and has lost its last digits. Format the column as text and enter it again."),
    # for a human to decide
    "MISSING_ID": ("身份证号为空，无法确认是谁。请补填，或在处理时指定人员。", "The ID number is blank. Fill it in or choose the person when resolving."),
    "GENDER_ID_MISMATCH": ("{at}“{raw}”与身份证号不一致。请核对是性别还是身份证号有误。", "{at} “{raw}” contradicts the ID number. Check which is wrong."),
    "HIDDEN_ROW": ("该行在表中被隐藏。请确认是否导入。", "The row is hidden in the sheet. Decide whether to import it."),
    "DUP_ID_OTHER_UNIT": ("身份证号与{other}相同，但单位不同。请确认此人在哪个单位。", "Same ID number as {other}, in another unit. Decide which unit is right."),
    "DUP_ID_DIFF_NAME": ("身份证号与{other}相同，但姓名不同。请核对哪一行填错。", "Same ID number as {other} under another name. Check which row is wrong."),
    "DUP_ID_CONFLICT": ("与{other}是同一人，但{conflict}不一致。请确认以哪一行为准。", "Same person as {other}, but {conflict} differs. Decide which row is right."),
    "DUP_CERT_NO": ("执法证号与{other}相同。请核对哪一行填错。", "Same certificate number as {other}. Check which row is wrong."),
    "AUX_WITH_CERT": ("执法辅助人员不得持有执法证。请核实人员类别或证件。", "An auxiliary may not hold an enforcement certificate. Check the category or the certificate."),
    "DATE_ORDER": ("结束日期早于开始日期（{at}）。请核对两个日期。", "The end is before the start ({at}). Check both dates."),
    "UNKNOWN_ENUM": ("{at}“{raw}”不在可选范围内。请选择正确的一项。", "{at}: “{raw}” is not one of the choices. Choose the right one."),
    "NAME_UNUSUAL": ("{at}“{raw}”不像姓名。请核对。", "{at}: “{raw}” does not look like a name. Check it."),
    # information
    "EXACT_DUP": ("与{other}完全相同，不再导入。", "Identical to {other}; not imported again."),
    "SAME_PERSON": ("与{other}是同一人，内容并入。", "Same person as {other}; the data is merged."),
    # sheets
    "HIDDEN_SHEET": ("工作表“{raw}”是隐藏的，默认不导入。如需导入，请取消隐藏或在上一步勾选。", "The sheet “{raw}” is hidden and not imported by default. Unhide it or tick it."),
    "HEADER_NOT_FOUND": ("没有识别到人员行，请检查表头是否有“姓名”。", "No rows of people found. Check that a header says 姓名."),
    "NOT_A_ROSTER": ("该表是考试或签到表，不按名册导入。", "This is an exam or attendance sheet and is not imported as a roster."),
    "EMPTY_SHEET": ("工作表“{raw}”是空的。", "The sheet “{raw}” is empty."),
    "NO_ROWS": ("表头下面没有人员行。请确认是否填写。", "There are no people under the header. Check that it was filled in."),
    "NO_ID_COLUMN": ("没有识别到身份证号列，所有人员都需要人工确认。请在“对应列”中指定。", "No ID column was recognised, so every row needs a decision. Name it under column mapping."),
    "COLUMN_UNMAPPED": ("{col}列“{raw}”没有对应的项目，内容不导入。如需导入，请在“对应列”中指定。", "Column {col} “{raw}” matches nothing and is not imported. Name it under column mapping."),
    "COLUMN_TWICE": ("{col}列“{raw}”与另一列含义相同，只采用前一列。如不正确，请在“对应列”中更改。", "Column {col} “{raw}” means the same as another; only the first is used. Change it under column mapping if wrong."),
    "SIDE_BY_SIDE": ("同一行有两列“姓名”，无法判断是不是左右并排的两张表，只读取了左边一张。请将两张表上下排列后重新上传。", "One row has two name columns and cannot be split safely; only the left table was read. Put the tables one below the other."),
}  # fmt: skip

WARNINGS: dict[str, tuple[str, str]] = {
    "BIRTH_ID_MISMATCH": ("出生年月与身份证号不一致，按身份证号记，名册所填另存。", "The birth date differs from the ID number; the ID counts, the stated date is kept beside it."),
    "ID_MASKED": ("身份证号已遮盖，按工号核对人员，号码不导入。", "The ID number is masked: the person is found by staff number and the number is left out."),
    "MOBILE_INVALID": ("联系电话不是有效手机号，未导入。", "The mobile number is not valid and was left out."),
    "CERT_EXPIRED": ("执法证已过有效期。", "The certificate has expired."),
    "CERT_VALIDITY_UNPARSED": ("执法证有效期不是日期，未导入。", "The certificate's validity is not a date and was left out."),
    "NO_CERT": ("没有执法证号。", "No certificate number."),
    "SECONDED_AWAY": ("该人员借出在外。", "The person is working elsewhere."),
    "NOT_ACTIVE": ("该人员已不在队。", "The person is no longer in service."),
    "CERT_SHOULD_BE_CANCELLED": ("人员已不在队，执法证应收回注销。", "The person has left; the certificate should be cancelled."),
    "CERT_FLAG_CONFLICT": ("“是否持证”与执法证号不一致。", "“Holds a certificate” contradicts the certificate number."),
    "SAME_NAME_DIFF_ID": ("与名册中另一人同名。", "Another person in the roster has the same name."),
    "OVER_RETIREMENT_AGE": ("已超过法定退休年龄。", "Over the statutory retirement age."),
    "UNIT_MISSING": ("没有填写所在单位。", "No unit is given."),
    "DATE_IMPOSSIBLE": ("{label}是不存在的日期，未导入。", "{label} is an impossible date and was left out."),
    "VALUE_UNPARSED": ("{label}无法识别，未导入。", "{label} was not understood and was left out."),
    "UNKNOWN_ENUM": ("{label}不是常用写法，请核对。", "{label} is not a usual value; check it."),
    "CERT_NO_UNUSUAL": ("{label}的位数或格式少见，请核对。", "{label} has an unusual shape; check it."),
    "MONTH_AMBIGUOUS": ("{label}可能是1月或10月，按1月处理，请核对。", "{label} may be January or October and was read as January; check it."),
}  # fmt: skip

_ORDER_LABELS = {"return_date": ("归位时间", "Return date")}


def action_label(action: str, lang: str = "zh") -> str:
    """The name of a row action, ``zh`` or ``en``."""
    return ACTION_LABELS[action][0 if lang.startswith("zh") else 1]


def field_label(canonical: str, lang: str = "zh") -> str:
    """The name of a field, 身份证号 or ID number; an unknown field is its own name."""
    from staffing.roster.columns import CANONICAL  # columns read the csv: only when labels are wanted

    zh = lang.startswith("zh")
    if canonical in _ORDER_LABELS:
        return _ORDER_LABELS[canonical][0 if zh else 1]
    spec = CANONICAL.get(canonical)
    return (spec.label_zh if zh else spec.label_en) if spec else canonical


def issue_text(issue: "Issue", lang: str = "zh") -> str:
    """The sentence for an issue. ID and mobile numbers are masked in it."""
    zh = lang.startswith("zh")
    pair = ISSUES.get(issue.code)
    if pair is None:
        return issue.code
    label = field_label(issue.field, lang) if issue.field else ""
    at = label
    if issue.col and label:
        at = f"{label}（{issue.col}列）" if zh else f"{label} (column {issue.col})"
    secret = issue.field in ("id_number", "mobile")
    raw = "" if issue.raw is None else str(issue.raw)
    fixed = "" if issue.fixed is None else str(issue.fixed)
    other = ""
    if issue.other:
        sheet, row = issue.other["sheet"], issue.other["row"]
        other = f"“{sheet}”第{row}行" if zh else f"row {row} of “{sheet}”"
    if issue.resolved_by:
        resolution = f"已按身份证号确定为{fixed}。" if zh else f"the ID number settles it: {fixed}."
    else:
        resolution = "请补充完整日期。" if zh else "give the full date."
    return pair[0 if zh else 1].format(
        at=at,
        raw=masked(raw) if secret and raw else raw,
        fixed=masked(fixed) if secret and fixed else fixed,
        other=other,
        size=len(raw.strip()),
        col=issue.col,
        conflict=label,
        resolution=resolution,
    )


def warning_text(code: str, lang: str = "zh") -> str:
    """The sentence for a warning such as ``CERT_EXPIRED`` or ``DATE_IMPOSSIBLE:cert_valid_until``."""
    base, _, canonical = code.partition(":")
    pair = WARNINGS.get(base)
    if pair is None:
        return code
    return pair[0 if lang.startswith("zh") else 1].format(label=field_label(canonical, lang) if canonical else "")
