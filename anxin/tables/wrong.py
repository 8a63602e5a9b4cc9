"""What can be wrong with a table of somebody else's."""

from __future__ import annotations

from anxin.kernel.errors import BadInput


class UnreadableFile(BadInput):
    """文件无法读取：请提供 .xlsx、.csv 或 .jsonl 文件。"""

    code = "unreadable_file"


class WrongSheet(BadInput):
    """工作簿中没有找到可以载入的工作表。"""

    code = "wrong_sheet"


class WrongRow(BadInput):
    """这一行的格式与表头不符。"""

    code = "wrong_row"


class WrongMoment(BadInput):
    """时间无法识别，请使用 2026-11-24 09:30 这样的写法。"""

    code = "wrong_moment"


class UnknownForm(BadInput):
    """表格只有 Excel（xlsx）和 CSV 两种格式。"""

    code = "unknown_form"
