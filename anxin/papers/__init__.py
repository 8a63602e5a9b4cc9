"""Papers: what is signed, stamped and kept, as a Word document or a PDF, from one description of it."""

from anxin.papers.answers import FORMS, UnknownForm, answer
from anxin.papers.paper import Box, Heading, Line, PageBreak, Paper, Part, Signatures, Table, Text, clean
from anxin.papers.portable import pdf
from anxin.papers.word import docx

__all__ = [
    "FORMS", "Box", "Heading", "Line", "PageBreak", "Paper", "Part", "Signatures", "Table", "Text", "UnknownForm",
    "answer", "clean", "docx", "pdf",
]  # fmt: skip
