"""What has moved in the last day: ANXIN=https://city.example python follow.py."""

import os
from datetime import UTC, datetime, timedelta

from anxin_client import GeoReport

with GeoReport(os.environ["ANXIN"], language="en") as city:
    for each in city.requests(updated_after=datetime.now(UTC) - timedelta(days=1)):
        print(each.updated, each.status, each.service_name, each.address)
