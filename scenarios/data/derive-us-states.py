#!/usr/bin/env python3
"""Derive us-states.txt from a GeoJSON of state outlines.

    npm pack us-atlas@3.0.1 && tar xf us-atlas-3.0.1.tgz
    npx -p topojson-client topo2geo states=us_states.geojson < package/states-10m.json
    python3 derive-us-states.py us_states.geojson

Each line is a ring: longitude and latitude of its first point, then the steps from point to point, all in
hundredths of a degree. Points closer than a few kilometres to a straight line are dropped, and so are
islands too small to see on a map of the country.
"""

import json
import sys

TOLERANCE = 0.035  # degrees; about 4 km, less than a pixel on a map of the country
LEAST_AREA = 0.03  # square degrees
KEPT = {str(code).zfill(2) for code in range(1, 57)} | {"72"}  # states, DC and Puerto Rico


def distance(point, start, end):
    """Of a point from the segment between two others, in degrees."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    share = 0 if length == 0 else max(0, min(1, ((px - ax) * dx + (py - ay) * dy) / length))
    return ((px - ax - share * dx) ** 2 + (py - ay - share * dy) ** 2) ** 0.5


def thinned(points):
    """Ramer, Douglas and Peucker: the points that matter."""
    if len(points) < 3:
        return points
    far, at = max((distance(p, points[0], points[-1]), i) for i, p in enumerate(points[1:-1], 1))
    if far <= TOLERANCE:
        return [points[0], points[-1]]
    return thinned(points[: at + 1])[:-1] + thinned(points[at:])


def area(ring):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))) / 2


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        features = json.load(file)["features"]
    lines = []
    for feature in sorted(features, key=lambda f: str(f["id"])):
        if str(feature["id"]).zfill(2) not in KEPT:
            continue
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        largest = max(area(polygon[0]) for polygon in polygons)
        for polygon in polygons:
            ring = [tuple(point) for point in polygon[0]]
            # The largest ring stays however small (the District of Columbia).
            if area(ring) < min(LEAST_AREA, largest):
                continue
            middle = len(ring) // 2
            kept = thinned(ring[: middle + 1])[:-1] + thinned(ring[middle:])
            whole = [(round(x * 100), round(y * 100)) for x, y in kept]
            steps = [whole[0]] + [(b[0] - a[0], b[1] - a[1]) for a, b in zip(whole, whole[1:])]
            lines.append(" ".join(f"{x} {y}" for x, y in steps))
    with open("us-states.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
