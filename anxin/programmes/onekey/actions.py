"""What one-key requests write down beside the kernel's verbs: a visit, an answer under a post, a matter left out."""

from __future__ import annotations

from anxin.kernel import flow
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.programmes.onekey.rules import ASKED, GRANTED, MEDIATED, UNDER_POST, VERIFIED


def verify(matter: Matter, by: Actor, found: str) -> Change:
    """Write down what was found on the spot of a public post; stops the limit for verifying. Source: guide 2.9."""
    return flow.note(matter, by, found, about=VERIFIED)


def answer_under_post(matter: Matter, by: Actor, said: str) -> Change:
    """Write down that the official account has answered under the post; a person does that by hand. Guide 2.9."""
    return flow.note(matter, by, said, about=UNDER_POST)


def mediate(matter: Matter, by: Actor, agreed: str) -> Change:
    """Write down a joint mediation of police and town, and what was agreed. Source: guide 2.4 R7."""
    return flow.note(matter, by, agreed, about=MEDIATED)


def ask_to_leave_out(matter: Matter, by: Actor, reason: str, evidence: str) -> Change:
    """Ask that a matter be left out of the figures, with the evidence; `reason` is a key of EXCLUSIONS. Guide 2.8."""
    return flow.note(matter, by, evidence, about=ASKED, facts={"reason": reason})


def leave_out(matter: Matter, by: Actor, reason: str, grounds: str) -> Change:
    """Decide, as a third party, that a matter is left out of the figures. Raises NotThirdParty. Source: guide 2.8."""
    return flow.note(matter, by, grounds, about=GRANTED, facts={"reason": reason})
