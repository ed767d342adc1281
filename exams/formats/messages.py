# ruff: noqa: E501 -- a catalogue: one code a line reads better than wrapped sentences
"""What is wrong with a question or a file of questions, in words: Chinese and English side by side, filled in at the edge.

{at} names the place (答案（J列）), {raw} the cell, {fixed} the result, {other} the other row or question.
"""

ACTIONS = ("accept", "fix", "duplicate", "review", "reject", "skip")

FIELDS: dict[str, tuple[str, str]] = {
    "kind": ("题型", "type"),
    "form": ("作答方式", "form of answer"),
    "stem": ("题干", "stem"),
    "options": ("选项", "options"),
    "answer": ("答案", "answer"),
    "material": ("案例材料", "case material"),
    "case_code": ("案例编号", "case code"),
    "explanation": ("解析", "explanation"),
    "rubric": ("评分要点", "rubric"),
    "difficulty": ("难度", "difficulty"),
    "topic": ("知识点", "topic"),
    "basis": ("法条依据", "legal basis"),
    "marks": ("分值", "marks"),
    "source": ("来源", "source"),
    "picture": ("图片", "picture"),
    "blanks": ("空数", "blanks"),
    "number": ("序号", "number"),
}

ISSUES: dict[str, tuple[str, str]] = {
    # a question that cannot be taken
    "NO_STEM": ("题干为空。请补填题干。", "The stem is blank. Fill it in."),
    "NO_KIND": ("题型为空，也无法从选项和答案判断。请填写题型。", "The type is blank and cannot be told from options and answer. Fill it in."),
    "UNKNOWN_KIND": ("题型“{raw}”不在可选范围内。请填：单选、多选、判断、填空或案例分析。", "The type “{raw}” is not one of: single, multiple, true/false, blank, case."),
    "UNKNOWN_FORM": ("作答方式“{raw}”与题型不符。", "The form of answer “{raw}” does not fit the type."),
    "FEW_OPTIONS": ("选项少于两个。请补填选项。", "There are fewer than two options. Add them."),
    "MANY_OPTIONS": ("选项多于二十六个。请拆成几道题。", "There are more than twenty-six options. Split the question."),
    "OPTIONS_NOT_USED": ("这种题型没有选项，但填了选项。请清空选项或改正题型。", "This type has no options, but some are given. Clear them or correct the type."),
    "OPTION_GAP": ("选项{raw}为空，后面还有选项。请依次填写。", "Option {raw} is blank but later ones are not. Fill them in order."),
    "DUPLICATE_OPTIONS": ("选项{raw}内容相同。请改正其中一个。", "Options {raw} are the same. Correct one of them."),
    "NO_ANSWER": ("答案为空。请补填答案。", "The answer is blank. Fill it in."),
    "ANSWER_UNREADABLE": ("答案“{raw}”无法识别。请填选项字母，如 A 或 ABD。", "The answer “{raw}” cannot be read. Give option letters, such as A or ABD."),
    "ANSWER_NOT_IN_OPTIONS": ("答案{raw}不在选项之中。请核对答案或补填选项。", "The answer {raw} is not among the options. Check the answer or add the option."),
    "SINGLE_MANY_ANSWERS": ("单选题有多个答案（{raw}）。请改正答案或题型。", "A single-choice question has several answers ({raw}). Correct the answer or the type."),
    "MULTIPLE_ONE_ANSWER": ("多选题只有一个答案（{raw}）。请核对答案或题型。", "A multiple-choice question has one answer ({raw}). Check the answer or the type."),
    "JUDGE_OPTIONS": ("判断题的选项应为 A 正确、B 错误。请改正选项。", "The options of a true/false question must be A true, B false."),
    "BLANK_COUNT": ("题干有{raw}个空，答案有{fixed}个。请核对。", "The stem has {raw} blanks and the answer {fixed}. Check them."),
    "BLANK_EMPTY": ("第{raw}空没有答案。请补填。", "Blank {raw} has no answer. Fill it in."),
    "BAD_MARKS": ("分值“{raw}”应为0.5至100之间的数，最多一位小数。", "The marks “{raw}” must be a number from 0.5 to 100 with at most one decimal."),
    "BAD_DIFFICULTY": ("难度“{raw}”不在可选范围内。请填：易、中、难。", "The difficulty “{raw}” is not one of: easy, medium, hard."),
    "RUBRIC_SUM": ("评分要点合计{raw}分，与分值{fixed}分不符。请核对。", "The rubric adds up to {raw}, the question to {fixed}. Check them."),
    "TOO_LONG": ("{at}超过{fixed}个字。请缩短。", "{at} is longer than {fixed} characters. Shorten it."),
    "BAD_CHARACTER": ("{at}含有不可见的控制字符。请清除后重新上传。", "{at} holds control characters. Remove them and upload again."),
    "MATERIAL_DIFFERS": ("案例{raw}的材料与{other}不同。同一案例编号应为同一材料。", "Case {raw} has another material than {other}. One case code stands for one material."),
    # repairs
    "KIND_GUESSED": ("题型为空，已按选项和答案定为“{fixed}”。", "The type was blank and was taken to be “{fixed}”."),
    "ALIAS": ("{at}“{raw}”已规范为“{fixed}”。", "{at}: “{raw}” was made “{fixed}”."),
    "ANSWER_NORMALISED": ("答案“{raw}”已规范为“{fixed}”。", "The answer “{raw}” was made “{fixed}”."),
    "OPTIONS_FILLED": ("判断题未填选项，已补“正确、错误”。", "A true/false question had no options; true and false were filled in."),
    "OPTION_LABEL": ("选项{raw}前的字母已去掉。", "The letter before option {raw} was removed."),
    "OPTIONS_SPLIT": ("写在一个单元格中的选项已分开，共{fixed}个。", "Options written in one cell were split: {fixed}."),
    "TRIM": ("{at}前后的空格已去掉。", "{at}: outer blanks were removed."),
    "MARKUP_REMOVED": ("{at}中的格式已去掉，只保留文字。", "{at}: formatting was removed, the text is kept."),
    "DEFAULT_DIFFICULTY": ("难度为空，按“中”处理。", "The difficulty was blank and counts as medium."),
    "DEFAULT_MARKS": ("分值为空，按{fixed}分处理。", "The marks were blank and count as {fixed}."),
    "CASE_CODE_GIVEN": ("案例题没有案例编号，已编为{fixed}。", "The case question had no code and was given {fixed}."),
    # for a human to decide
    "NO_RUBRIC": ("主观题没有评分要点。请补充，或确认由阅卷人自行把握。", "The written question has no rubric. Add one, or leave it to the markers."),
    "SUSPECT_ANSWER": ("答案在{raw}与解析“{fixed}”不一致。请核对。", "The answer {raw} contradicts the explanation “{fixed}”. Check it."),
    "SAME_STEM_OTHER_ANSWER": ("与{other}题干、选项相同，但答案不同。请核对哪一个正确。", "Same stem and options as {other} with another answer. Check which is right."),
    "BASIS_UNREADABLE": ("法条依据“{raw}”无法识别。请按《法律名称》第××条填写。", "The legal basis “{raw}” cannot be read. Write 《law》第××条."),
    "BASIS_UNKNOWN": ("法规库中没有{raw}。试题可以导入，但法条修改时不会提示。", "{raw} is not in the law library. The question can be imported, but amendments will not be pointed out."),
    "HIDDEN_ROW": ("该行在表中被隐藏。请确认是否导入。", "The row is hidden in the sheet. Decide whether to import it."),
    "PICTURE_UNREADABLE": ("图片无法读取，未导入。请在题库中补传。", "A picture cannot be read and was left out. Add it in the bank."),
    "PICTURE_LINK": ("图片是外部链接（{raw}），未导入。请在题库中补传。", "A picture is an outside link ({raw}) and was left out. Add it in the bank."),
    "PARTIAL_CREDIT": ("来源中的部分得分比例已略去，按全对、部分对规则计分。", "Partial weights of the source were dropped; the paper's policy decides."),
    # not taken again, or never
    "SAME_IN_FILE": ("与{other}题干、选项相同，不再导入。", "Same stem and options as {other}; not imported again."),
    "IN_BANK": ("题库中已有这道题（第{other}题），不再导入。", "The bank has this question (number {other}); not imported again."),
    "SAME_STEM": ("与{other}题干相同而选项不同，按两道题导入。", "Same stem as {other} with other options; imported as a question of its own."),
    "NOT_SUPPORTED": ("“{raw}”类型的题不能导入，已跳过。", "Questions of the type “{raw}” cannot be imported and were left out."),
    "SECTION_ROW": ("不是试题的行，已跳过。", "Not a row with a question; left out."),
    # whole files
    "HEADER_NOT_FOUND": ("没有识别到试题表头。请检查表头是否有“题干”和“答案”。", "No header of a question table found. Check that it has 题干 and 答案."),
    "NO_ROWS": ("文件中没有试题。请确认是否填写。", "The file holds no questions. Check that it was filled in."),
    "COLUMN_UNMAPPED": ("{at}列“{raw}”没有对应的项目，内容不导入。", "Column {at} “{raw}” matches nothing and is not imported."),
    "NOT_XML": ("文件不是完整的 Moodle XML。请重新导出后上传。", "The file is not complete Moodle XML. Export it again."),
    "XML_DOCTYPE": ("文件含有 DOCTYPE 或实体声明，出于安全不予读取。请从 Moodle 重新导出。", "The file declares a DOCTYPE or entities and is not read, for safety. Export it again from Moodle."),
    "NOT_GIFT": ("文件中没有识别到 GIFT 格式的试题。", "No GIFT questions were found in the file."),
    "NOT_TEXT": ("文件不是文本，无法读取。", "The file is not text and cannot be read."),
    "TOO_LARGE": ("文件超过{raw}，请分成几个文件上传。", "The file is larger than {raw}. Split it."),
    "TOO_MANY": ("试题超过{raw}道，请分成几个文件上传。", "There are more than {raw} questions. Split the file."),
    "TOO_DEEP": ("文件嵌套过深，不予读取。", "The file is nested too deeply and is not read."),
    "GIFT_SYNTAX": ("第{raw}行起的试题格式不完整。请检查花括号和答案符号。", "The question from line {raw} is malformed. Check braces and answer marks."),
}  # fmt: skip


def field_name(field: str, lang: str = "zh") -> str:
    """The name of a field for people: 答案, or "option B" for ``options.B``."""
    name, _dot, key = field.partition(".")
    zh, en = FIELDS.get(name, (name, name))
    return f"{zh}{key}" if lang.startswith("zh") else f"{en} {key}".strip()


def text_of(code: str, lang: str = "zh", **values) -> str:
    """The sentence for ``code``; ``values`` fill its places (missing ones stay blank)."""
    zh, en = ISSUES[code]
    filled = {"at": "", "raw": "", "fixed": "", "other": "", **{k: v for k, v in values.items() if v is not None}}
    return (zh if lang.startswith("zh") else en).format(**filled)
