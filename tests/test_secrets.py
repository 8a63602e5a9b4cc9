"""The secrets an installation makes for itself at its first start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NAMES = ("SECRET_KEY", "PHONE_MARK_KEY", "PEOPLE_KEYS", "PUSH_KEY")
TELL = f"from anxin import settings; print([getattr(settings, name) for name in {NAMES!r}])"


def test_programs_that_start_at_the_same_moment_read_the_same_secrets(tmp_path: Path) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith("ANXIN_")}
    env |= {"ANXIN_VAR": str(tmp_path), "DATABASE_URL": "postgresql://nobody@localhost/none"}
    words = [sys.executable, "-c", TELL]
    running = [subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = {each.communicate(timeout=60)[0].strip() for each in running}
    assert len(told) == 1
    secrets = [each for each in told.pop().strip("[]").replace("b'", "'").split(", ") if each]
    assert all(len(each) > 20 for each in secrets)
    kept = list((tmp_path / "secrets").iterdir())
    assert {each.stat().st_mode & 0o777 for each in kept} == {0o600}
    assert all("." not in each.name for each in kept)
