"""Notifications: who on the staff is told what, where and when, as a digest instead of a flood."""
