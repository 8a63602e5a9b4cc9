"""What can go wrong with a file that is to be loaded."""

from __future__ import annotations

from anxin.kernel.errors import BadInput, NotNow


class WrongColumn(BadInput):
    """列的对应关系有误，请用 --map 字段=列名 指定。"""

    code = "wrong_column"


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
