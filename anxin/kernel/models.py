"""The nouns of the kernel, where Django looks for them."""

from anxin.kernel.areas import Area, Edition, Standing
from anxin.kernel.bodies import Body, Holding, Post
from anxin.kernel.changes import Alteration
from anxin.kernel.files import Attachment, File
from anxin.kernel.house import CalendarMark, ChannelSwitch, KindDecision, LimitVersion, Routing
from anxin.kernel.index import Followed, Searchable
from anxin.kernel.jobs import Job, Tick
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.orders import Check, Clock, Order
from anxin.kernel.people import Account, Erasure, Person, Reading
from anxin.kernel.seals import Seal

__all__ = [
    "Account", "Alteration", "Area", "Attachment", "Body", "CalendarMark", "ChannelSwitch", "Check", "Clock",
    "Delivery", "Edition", "Entry", "Erasure", "File", "Followed", "Holding", "Job", "KindDecision", "LimitVersion",
    "Matter", "Order", "Person", "Post", "Reading", "Routing", "Seal", "Searchable", "Standing", "Tick", "Words",
]  # fmt: skip
