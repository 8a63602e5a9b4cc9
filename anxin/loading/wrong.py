"""What can go wrong with a file that is to be loaded."""

from __future__ import annotations

from anxin.kernel.errors import BadInput, NotNow


class UnreadableFile(BadInput):
    """文件无法读取：请提供 .xlsx、.csv 或 .jsonl 文件。"""

    code = "unreadable_file"


class WrongSheet(BadInput):
    """工作簿中没有找到可以载入的工作表，请用 --sheet 指定。"""

    code = "wrong_sheet"


class WrongColumn(BadInput):
    """列的对应关系有误，请用 --map 字段=列名 指定。"""

    code = "wrong_column"


class WrongRow(BadInput):
    """这一行的格式与表头不符。"""

    code = "wrong_row"


class WrongMoment(BadInput):
    """时间无法识别，请使用 2026-11-24 09:30 这样的写法。"""

    code = "wrong_moment"


class WrongOrder(BadInput):
    """各环节的时间先后颠倒。"""

    code = "wrong_order"


class WrongPlace(BadInput):
    """经度、纬度须为数字，且两项都要填写。"""

    code = "wrong_place"


class AlreadyLoading(NotNow):
    """同一文件正在载入，请等待其结束。"""

    code = "already_loading"


class LoadStopped(NotNow):
    """载入中途停止；已载入的部分保留，再次运行同一命令即可接着载入。"""

    code = "load_stopped"
