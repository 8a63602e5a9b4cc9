"""Report standing water through GeoReport and look at it: ANXIN=https://city.example ANXIN_KEY=... python report.py."""

import os

from anxin_client import GeoReport, Wrong

with GeoReport(os.environ["ANXIN"], api_key=os.environ["ANXIN_KEY"]) as city:
    try:
        taken = city.report(
            "onekey.water", "车库入口积水", lat=30.7856, long=120.8330, attributes={"DEPTH": "ankle"}, key="my-id-17"
        )
    except Wrong as error:
        raise SystemExit(f"{error.fields}") from error
    print(taken.notice)
    print(city.request(taken.service_request_id).status)
