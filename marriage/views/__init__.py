"""Pages of the registrar's day: the desk, applications, files, certificates, the day's register, statistics."""

from marriage.views.certificates import Issue, PrintCertificate, Reprint, Spoil
from marriage.views.days import CloseDay, ClosedDays, DayPage, PrintDay
from marriage.views.desk import Desk
from marriage.views.entry import EditFile, NewFile
from marriage.views.files import Annotate, CaseRedirect, CorrectReceipt, FileList, FilePage, PaperFile
from marriage.views.statistics import Statistics

__all__ = [
    "Annotate",
    "CaseRedirect",
    "CloseDay",
    "ClosedDays",
    "CorrectReceipt",
    "DayPage",
    "Desk",
    "EditFile",
    "FileList",
    "FilePage",
    "Issue",
    "NewFile",
    "PaperFile",
    "PrintCertificate",
    "PrintDay",
    "Reprint",
    "Spoil",
    "Statistics",
]
