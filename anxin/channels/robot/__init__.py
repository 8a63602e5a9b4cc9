"""Robots in the chat groups of bodies: DingTalk and WeCom."""
