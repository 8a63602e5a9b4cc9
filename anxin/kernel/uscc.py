"""The unified social credit code of an enterprise or household business: 18 characters, the last checks the rest.

It names an organisation, never a person. Source: GB 32100-2015.
"""

from __future__ import annotations

from anxin.kernel.errors import BadInput

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


class BadCode(BadInput):
    """统一社会信用代码有误，请核对18位代码和校验位。"""

    code = "bad_uscc"


def check(code: str) -> str:
    """The code in capitals, when its check character is right. Raises BadCode."""
    said = code.strip().upper()
    if len(said) != 18 or any(each not in LETTERS for each in said) or letter(said[:17]) != said[17]:
        raise BadCode(fields={"uscc": said[:30]})
    return said


def letter(body: str) -> str:
    """The check character of a code of which the first 17 are known."""
    total = sum(LETTERS.index(each) * weight for each, weight in zip(body, _WEIGHTS, strict=True))
    return LETTERS[(31 - total % 31) % 31]
