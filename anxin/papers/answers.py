"""A paper as the answer to a request: in the form that was asked for, under a name people can read."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from anxin.kernel.errors import BadInput
from anxin.papers.paper import Paper, clean
from anxin.papers.portable import pdf
from anxin.papers.word import docx

FORMS = {
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (pdf, "application/pdf"),
}
"""The forms a paper can take: who makes it, and what it is called on the way."""
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')


class UnknownForm(BadInput):
    """文书只有 Word（docx）和 PDF 两种格式。"""

    code = "unknown_form"


def answer(request: HttpRequest, paper: Paper, filename: str) -> HttpResponse:
    """The paper to be saved, by `?form=docx` or `?form=pdf` (PDF when nothing is said). Kept in no cache.

    `filename` has no ending. Raises UnknownForm.
    """
    form = request.GET.get("form", "pdf")
    if form not in FORMS:
        raise UnknownForm
    make, media_type = FORMS[form]
    return sent(make(paper), media_type, f"{filename}.{form}")


def sent(content: bytes, media_type: str, filename: str) -> HttpResponse:
    """Bytes as a file to be saved; what cannot stand in a file's name is left out."""
    response = HttpResponse(content, content_type=media_type)
    name = _NOT_IN_NAMES.sub("_", clean(filename))[-120:]
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
