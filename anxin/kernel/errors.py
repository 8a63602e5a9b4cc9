"""What can go wrong, in the words of the desk.

    AnxinError
    ├── BadInput            400  what was sent cannot be understood or is not possible
    │   ├── UnknownKind, UnknownBody, OutsideTheCity, InTheFuture, TextTooLong, ReasonNeeded, BasisNeeded ...
    │   ├── TooLarge        413
    │   └── NotAPicture     415
    ├── NotSignedIn         401
    │   └── BadSignature
    ├── NotAllowed          403  known, but not entitled
    ├── NotFound            404  does not exist, or may not be known to the asker
    ├── NotNow              409  the matter is not in the state for it
    │   ├── KeyReused, LimitReached, GuardRefused ...
    ├── TooManyReports      429
    └── NotReady            503

The docstring of each class is its message, in Chinese, translated by gettext when it is shown. An error may carry
`detail` (a sentence) and `fields` (field name -> sentence) so that a form or a caller knows where to look.
Its `code` is the name of its class in small letters, unless it names another.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

from django.utils.translation import gettext


class AnxinError(Exception):
    """系统无法完成这一操作。"""

    status: int = 400
    code: str = "error"

    def __init_subclass__(cls) -> None:
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<=.)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, detail: str = "", *, fields: Mapping[str, str] | None = None, **facts: object) -> None:
        self.detail = detail
        self.fields = dict(fields or {})
        self.facts = facts
        super().__init__(detail or inspect.getdoc(type(self)) or "")

    @property
    def message(self) -> str:
        """The sentence for the person in front of the screen, in the language of the request."""
        sentence = gettext(inspect.getdoc(type(self)) or "")
        return f"{sentence} {self.detail}".strip() if self.detail else sentence


class BadInput(AnxinError):
    """提交的内容有误，请按提示修改后重新提交，已填写的内容不会丢失。"""

    status = 400


class UnknownKind(BadInput):
    """没有这一事项类别，请从类别清单中选择。"""


class UnknownBody(BadInput):
    """没有这一单位，或该单位已停用，请从单位清单中选择。"""


class UnknownRule(BadInput):
    """没有在该日期有效的时限规则，请联系系统管理员。"""


class OutsideTheCity(BadInput):
    """地点不在本市范围内，请核对定位或地址；外地事项请拨打当地12345。"""


class InTheFuture(BadInput):
    """时间晚于现在，请核对发生时间。"""


class TextTooLong(BadInput):
    """文字过长，请删减到规定字数以内。"""


class NothingSaid(BadInput):
    """请写明发生了什么事。"""


class ReasonNeeded(BadInput):
    """请写明理由。"""


class BasisNeeded(BadInput):
    """退件须写明依据，并提出应当承办的单位。"""


class BrokenEncoding(BadInput):
    """内容编码有误，请使用 UTF-8 编码重新提交。"""


class TooLarge(BadInput):
    """文件过大，请压缩后再上传。"""

    status = 413


class NotAPicture(BadInput):
    """这不是可以接收的图片或文件，请上传 JPEG、PNG、WebP 图片或 PDF。"""

    status = 415


class NotSignedIn(AnxinError):
    """请先登录。"""

    status = 401


class BadSignature(NotSignedIn):
    """签名校验失败：请核对密钥、时间和报文，报文未被接收。"""


class NotAllowed(AnxinError):
    """您的岗位没有这项权限。"""

    status = 403


class NotFound(AnxinError):
    """没有找到这一事项，或者您无权查看。"""

    status = 404


class NotNow(AnxinError):
    """事项当前状态下不能进行这一操作，请刷新后查看最新进展。"""

    status = 409


class KeyReused(NotNow):
    """同一提交编号已用于不同内容，请更换编号后重新提交。"""


class LimitReached(NotNow):
    """已达到规定次数，不能再次申请。"""


class Designated(NotNow):
    """该工单经指定承办，不得退回（可申请延期或请求协办）。"""


class TooLate(NotNow):
    """已超过可以申请的期限。"""


class HelpersAtWork(NotNow):
    """协办单位尚未全部反馈，主办单位不能办结。"""


class PersonNotAsked(NotNow):
    """尚未回访诉求人（或未满三次联系），不能办结。"""


class PauseTooLong(BadInput):
    """暂停时间超过规则允许的最长期限。"""


class GuardRefused(NotNow):
    """规则不允许这样做。"""


class ProofNeeded(GuardRefused):
    """办结须有办理结果和佐证材料。"""


class TooManyReports(AnxinError):
    """短时间内提交过多，请稍后再试；紧急情况请直接拨打 110、119、120。"""

    status = 429


class NotReady(AnxinError):
    """系统暂时无法保存，请稍后用同一编号重新提交。"""

    status = 503
