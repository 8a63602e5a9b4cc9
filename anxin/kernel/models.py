"""The nouns of the kernel, where Django looks for them."""

from anxin.kernel.areas import Area, Edition, Standing
from anxin.kernel.bodies import Body, Holding, Post
from anxin.kernel.changes import Alteration
from anxin.kernel.files import Attachment, File
from anxin.kernel.jobs import Job, Tick
from anxin.kernel.journal import Entry, Seal, Words
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.orders import Check, Clock, Order
from anxin.kernel.people import Account, Erasure, Person, Reading

__all__ = [
    "Account", "Alteration", "Area", "Attachment", "Body", "Check", "Clock", "Delivery", "Edition", "Entry", "Erasure", "File",
    "Holding", "Job", "Matter", "Order", "Person", "Post", "Reading", "Seal", "Standing", "Tick", "Words",
]  # fmt: skip
