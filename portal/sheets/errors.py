"""Why a file cannot be read: one code, one sentence saying what is wrong and one saying what to do, in both
languages.
"""

# code: (zh what, zh what to do, en what, en what to do). ``{detail}`` is filled by the reader.
CATALOGUE: dict[str, tuple[str, str, str, str]] = {
    "WRONG_TYPE": (
        "文件不是可以读取的表格{detail}。",
        "请在 Excel 或 WPS 中打开，另存为 .xlsx 后重新上传。",
        "The file is not a spreadsheet we can read{detail}.",
        "Open it in Excel or WPS, save it as .xlsx and upload it again.",
    ),
    "ENCRYPTED": (
        "文件设有打开密码，无法读取。",
        "请在 Excel 或 WPS 中取消密码，保存后重新上传。",
        "The file is protected by a password and cannot be read.",
        "Remove the password in Excel or WPS, save and upload it again.",
    ),
    "ZIP_BOMB": (
        "文件解压后异常庞大，已停止读取。",
        "请将人员行复制到新建的工作簿中，保存后重新上传。",
        "The file unpacks to an abnormal size; reading was stopped.",
        "Copy the rows of people into a new workbook, save and upload it.",
    ),
    "TOO_LARGE": (
        "文件过大，超出读取上限{detail}。",
        "请删除图片和无关工作表，或按单位拆分成几个文件上传。",
        "The file is larger than the limit{detail}.",
        "Remove pictures and unrelated sheets, or split the file by unit.",
    ),
    "HUGE_DIMENSION": (
        "工作表的使用范围异常大{detail}，可能在很远的单元格中留有内容。",
        "请将人员行复制到新建的工作表中，保存后重新上传。",
        "A sheet's used range is abnormally large{detail}; a far cell may still hold a value.",
        "Copy the rows of people into a new sheet, save and upload it.",
    ),
    "TRUNCATED": (
        "文件不完整，可能在传输中中断或已损坏。",
        "请重新保存或重新获取原文件，再上传一次。",
        "The file is incomplete: it was cut off in transfer or is damaged.",
        "Save or fetch the original again and upload it once more.",
    ),
    "EMPTY": (
        "文件中没有任何内容。",
        "请确认已保存人员行，再上传一次。",
        "The file holds no content.",
        "Make sure the rows of people were saved, then upload it again.",
    ),
    "TOO_MANY_ROWS": (
        "行数超过上限{detail}。",
        "请按单位拆分成几个文件上传。",
        "There are more rows than the limit{detail}.",
        "Split the file by unit.",
    ),
    "TIMEOUT": (
        "读取文件超过了时间上限，已停止。",
        "请删除无关工作表和格式，或按单位拆分后重新上传。",
        "Reading the file took longer than allowed and was stopped.",
        "Remove unrelated sheets and formatting, or split the file by unit.",
    ),
    "UNREADABLE": (
        "文件内容无法解析{detail}。",
        "请在 Excel 或 WPS 中打开并另存为 .xlsx，再重新上传。",
        "The content of the file cannot be parsed{detail}.",
        "Open it in Excel or WPS, save it as .xlsx and upload it again.",
    ),
}


class SheetError(Exception):
    """A file that cannot be read. ``code`` is a key of CATALOGUE; ``message`` and ``hint`` are Chinese sentences."""

    def __init__(self, code: str, detail: str = "", detail_en: str = ""):
        self.code = code
        self.detail = detail
        self.detail_en = detail_en or detail
        what, todo, _, _ = CATALOGUE[code]
        self.message = what.format(detail=f"（{detail}）" if detail else "")
        self.hint = todo
        super().__init__(self.message + self.hint)

    def text(self, lang: str = "zh") -> str:
        """What is wrong and what to do, in ``zh`` or ``en``."""
        if lang.startswith("zh"):
            return self.message + self.hint
        _, _, what, todo = CATALOGUE[self.code]
        return f"{what.format(detail=f' ({self.detail_en})' if self.detail_en else '')} {todo}"

    def __reduce__(self):
        return SheetError, (self.code, self.detail, self.detail_en)
