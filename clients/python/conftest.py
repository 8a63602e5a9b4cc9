"""The client is tested from its source, beside the city it speaks to."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))
