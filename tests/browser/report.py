"""The reports, in a real browser: python3 tests/browser/report.py PROGRAM [PICTURES]

Runs scenarios with PROGRAM, opens their reports in headless Chromium, and fails at the first thing that does
not hold. Times are measured and told, never asserted. With PICTURES, screenshots are left there.

Invariant: sees what a reader sees; everything that the page says is compared with the files of the run.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from chromium import Chromium
from seen import check, marks_are_reachable, paper_holds_it, pictures_have_tables, regions_say_that_they_scroll, text_fits

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
HOSTILE = "</script><img src=x onerror=\"document.title='broken in'\"><script>document.title='broken in'</script>"
BYTES_MAX = 8_000_000
ELEMENTS_MAX = 10_000


def cellfall(program, *words, codes=(0, 1)):
    done = subprocess.run([program, "--quiet", *map(str, words)], capture_output=True, text=True, check=False)
    check(done.returncode in codes, f"{words}: exit code {done.returncode}\n{done.stderr}")


def opened(browser, page, **how):
    """Open a page; it must be silent, and ask for nothing but itself."""
    browser.open(page, **how)
    check(browser.complaints() == [], f"{page}: {browser.complaints()}")
    asked = [url for url in browser.requests() if not url.startswith(f"file://{page}")]
    check(asked == [], f"{page} asks for {asked}")


def numbers_are_those_of_the_summary(browser, run):
    summary = json.loads((run / "summary.json").read_text())
    shown = browser.run("[...document.querySelectorAll('data[data-figure]')].map(e => [e.dataset.figure, e.value])")
    check(len(shown) >= 5, f"{run}: few figures are shown: {shown}")
    for key, value in shown:
        own = summary["figures"][key]
        check(value == "" if own is None else float(value) == own, f"{run}: {key} is shown as {value}, not {own}")
    groups = {group["name"]: group for group in [*summary["classes"], summary["all"]]}
    cells = browser.run(
        "[...document.querySelectorAll('td[data-impact]')].map(e => [e.dataset.impact, e.querySelector('data')?.value ?? null])"
    )
    check(len(cells) >= 24, f"{run}: the table of impact has {len(cells)} cells")
    for key, value in cells:
        name, service, figure = key.rsplit("/", 2)
        own = groups[name]["services"][service][figure]
        check(value is None or float(value) == own, f"{run}: {key} is shown as {value}, not {own}")
    check(summary["digest"] in browser.run("document.body.textContent"), f"{run}: the digest is not shown")


def slider_moves_everything(browser, name):
    """The slider, by keyboard, and a chart, by mouse: map, cursors, clock and numbers follow."""
    state = """({
        now: Number(document.getElementById('time').dataset.now),
        clock: document.getElementById('clock').textContent,
        cursors: [...new Set([...document.querySelectorAll('line.cursor')].map(e => e.getAttribute('x1')))],
        numbers: [...document.querySelectorAll('output')].map(e => e.textContent).join(),
        map: document.querySelector('canvas').getAttribute('aria-label'),
        pixels: document.querySelector('canvas').toDataURL().length
    })"""
    browser.run("document.getElementById('slider').focus()")
    browser.key("Home")
    first = browser.run(state)
    browser.key("ArrowRight")
    second = browser.run(state)
    check(second["now"] > first["now"], f"{name}: the arrow does not move the slider")
    browser.run("{const s = document.getElementById('slider'); s.value = document.getElementById('time').dataset.start;"
                "s.dispatchEvent(new Event('input'))}")
    worst = browser.run(state)
    check(worst["now"] != first["now"], f"{name}: the slider does not move the time")
    for part in ("clock", "cursors", "numbers", "map", "pixels"):
        check(worst[part] != first[part], f"{name}: {part} does not follow the slider: {worst[part]}")
    check(len(worst["cursors"]) == 1, f"{name}: the cursors stand at {worst['cursors']}")
    box = browser.run("{const c = document.querySelector('#chart-registered svg.t'); c.scrollIntoView({block: 'center'});"
                      "const r = c.getBoundingClientRect(); [r.left + r.width * 0.75, r.top + 50]}")
    browser.mouse(*box)
    pointed = browser.run(state)
    middle = browser.run("{const t = document.getElementById('time').dataset; Number(t.from) + 0.75 * (t.to - t.from)}")
    check(abs(pointed["now"] - middle) < 120, f"{name}: the chart moves the time to {pointed['now']}, not {middle}")
    check(pointed["map"] != worst["map"], f"{name}: the map does not follow a chart")


def labelled(browser, name):
    """What a screen reader needs: every picture and every control has a name, and no text is cut off."""
    nameless = browser.run(
        "[...document.querySelectorAll('svg:not([aria-hidden] *), canvas, button, input, select')]"
        ".filter(e => !e.closest('[aria-hidden=true]') && !e.classList.contains('s') && !e.parentElement.closest('svg'))"
        ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).length"
    )
    check(nameless == 0, f"{name}: {nameless} pictures or controls have no name")
    wide = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    check(wide <= 0, f"{name}: the page is {wide} pixels wider than the window")
    text_fits(browser, name)
    pictures_have_tables(browser, name)
    regions_say_that_they_scroll(browser, name)
    empty = browser.run("[...document.querySelectorAll('th[scope=col]')].filter(e => !e.textContent.trim()).length")
    check(empty == 0, f"{name}: {empty} columns have no heading")


def printed(browser, page, name, pictures):
    """A page on paper; with pictures, the PDF is left too."""
    sheet = paper_holds_it(browser, name, page)
    if pictures:
        (pictures / f"{name}.pdf").write_bytes(sheet)


STUDY = """
base: {base}
set: {{scale: 0.02}}
name: {name}
design: {{kind: {design}}}
factors:
- {{name: {name}, key: 'rollout.stages[0].soak', levels: {first}}}
- {{name: size, key: network.registration.timer_jitter, levels: {second}}}
replications: 2
"""
LISTS = ["{kind: list, values: [1m, 30m]}", "{kind: list, values: [0.1, 0.2]}"]
DRAWN = ["{kind: drawn, from: {kind: uniform, min: 1m, max: 30m}}", "{kind: drawn, from: {kind: uniform, min: 0, max: 0.2}}"]


def studies(program, browser, place, pictures):
    """The reports of studies and of searches for plans."""
    for name, design, levels in (("paired", "paired", LISTS), ("sobol", "sobol, samples: 4", DRAWN)):
        base, text = json.dumps(str(SCENARIOS / "first-steps.yaml")), json.dumps(HOSTILE)
        (place / f"{name}.yaml").write_text(
            STUDY.format(base=base, name=text, design=design, first=levels[0], second=levels[1])
        )
        cellfall(program, "batch", place / f"{name}.yaml", "--out", place / name)
        cellfall(program, "summarize", place / name, "--out", place / f"{name}-said")
        still(browser, place / f"{name}-said" / "report.html", name, pictures)
        means_are_those_of_the_table(browser, place / f"{name}-said")
        runs = browser.run("[...document.querySelectorAll('svg.strip title')].map(e => e.textContent)")
        check(len(runs) >= 16 and all(run.startswith("run ") for run in runs), f"{name}: {runs[:3]}")
        study_is_told(browser, name, runs)
    cellfall(program, "plan", SCENARIOS / "first-steps.yaml", "--scale", "0.02", "--budget", "64", "--out", place / "plans")
    still(browser, place / "plans" / "report.html", "plans", pictures)
    files = sorted(path.name for path in (place / "plans").glob("plan-*.yaml"))
    named = browser.run("document.querySelector('pre').textContent").split()
    check([word for word in named if word.endswith(".yaml")] == files, f"the page names {named}, there are {files}")


def study_is_told(browser, name, runs):
    """A study says what it found, in words; every dot has its run in the table, with a command that any machine has."""
    headline = browser.run("document.querySelector('h1').textContent")
    check(not headline[:1].isdigit() and len(headline) > 20, f"{name}: the headline is {headline}")
    headings = browser.run("[...document.querySelectorAll('h2')].map(e => e.textContent)")
    check(not any("_" in heading for heading in headings), f"{name}: headings are identifiers: {headings}")
    dots = {run.split(",")[0].removeprefix("run ") for run in runs}
    rows = browser.run("[...document.querySelectorAll('[id^=run-]')].map(e => [e.id.slice(4), e.closest('tr').querySelector('code').textContent])")
    check(dots <= {run for run, _ in rows}, f"{name}: dots without a row: {dots - {run for run, _ in rows}}")
    check(all(command.startswith("cellfall run ") and str(ROOT) not in command for _, command in rows), f"{name}: {rows[0]}")
    marks = browser.run("[...document.querySelectorAll('th svg.strip')].map(e => e.querySelectorAll('text').length)")
    check(marks and min(marks) >= 1, f"{name}: axes with {marks} marks")
    browser.run("document.querySelector('td a[href^=\"#run-\"]').click()")
    browser.run("new Promise(done => setTimeout(done, 50))")
    check(browser.run("document.querySelectorAll('details[open] [id^=run-]').length") > 0, f"{name}: a link does not unfold its row")


def still(browser, page, name, pictures):
    """A page without a slider."""
    for width, dark in ((1280, False), (390, True)):
        opened(browser, page, width=width, dark=dark)
        labelled(browser, f"{name} at {width}")
        if pictures:
            browser.picture(pictures / f"{name}-{width}.png")
    check(browser.run("document.querySelectorAll('img').length") == 0, f"{name}: a hostile name does not stay text")
    printed(browser, page, name, pictures)
    elements = browser.run("document.querySelectorAll('*').length")
    check(elements <= ELEMENTS_MAX, f"{name}: {elements} elements")
    print(f"{name}: {page.stat().st_size:,} bytes, {elements:,} elements")


def means_are_those_of_the_table(browser, said):
    with open(said / "distributions.csv", newline="") as file:
        means = [row for row in csv.DictReader(file) if row["statistic"] == "mean"]
    own = {f"{row['outcome']}/{row['parameters']}": row["value"] for row in means}
    shown = browser.run("[...document.querySelectorAll('[data-mean]')].map(e => [e.dataset.mean, e.querySelector('data')?.value])")
    check(len(shown) >= 4, f"{said}: means are shown for {shown}")
    for key, value in shown:
        check((value or "") == "" if own[key] == "" else float(value) == float(own[key]), f"{said}: {key} is {value}, not {own[key]}")


def main():
    program = str(Path(sys.argv[1]).resolve())
    pictures = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(prefix="cellfall-reports-") as place, Chromium() as browser:
        place = Path(place)
        first, nation, hostile, both = (place / name for name in ("first", "nation", "hostile", "both"))
        cellfall(program, "run", SCENARIOS / "first-steps.yaml", "--out", first)
        cellfall(program, "run", SCENARIOS / "att-2024-02-22.yaml", "--scale", "0.001", "--out", nation)
        cellfall(program, "run", SCENARIOS / "first-steps.yaml", "--out", hostile, "--set", "name=" + json.dumps(HOSTILE))
        cellfall(program, "compare", first, hostile, "--out", both)
        cellfall(program, "plot", nation, "--out", place / "plots")
        for run in (first, nation, hostile):
            page = run / "report.html"
            for width, dark in ((1280, False), (390, True)):
                opened(browser, page, width=width, dark=dark)
                labelled(browser, f"{run.name} at {width}")
                slider_moves_everything(browser, f"{run.name} at {width}")
                marks_are_reachable(browser, f"{run.name} at {width}", 4)
                check(browser.complaints() == [], f"{run.name}: {browser.complaints()}")
                if pictures:
                    browser.picture(pictures / f"{run.name}-{width}.png")
            numbers_are_those_of_the_summary(browser, run)
            size, elements = page.stat().st_size, browser.run("document.querySelectorAll('*').length")
            ready = browser.run("document.documentElement.dataset.ready")
            check(size <= BYTES_MAX, f"{run.name}: {size} bytes")
            check(elements <= ELEMENTS_MAX, f"{run.name}: {elements} elements")
            print(f"{run.name}: {size:,} bytes, {elements:,} elements, interactive after {ready} ms")
            check(browser.run("document.querySelector('#chart-success .note')?.textContent.includes('100 %')"), f"{run.name}: nothing explains a rate above the whole")
            printed(browser, page, run.name, pictures)
        opened(browser, hostile / "report.html")
        shown = browser.run("[document.title, document.querySelectorAll('img').length, document.querySelector('.kicker b').textContent]")
        check(shown == [f"{HOSTILE} · cellfall", 0, HOSTILE], f"a hostile name does not stay text: {shown}")
        for width, dark in ((390, True), (1280, False)):
            opened(browser, both / "report.html", width=width, dark=dark)
            labelled(browser, f"comparison at {width}")
            slider_moves_everything(browser, f"comparison at {width}")
            marks_are_reachable(browser, f"comparison at {width}", 2)
            if pictures:
                browser.picture(pictures / f"comparison-{width}.png")
        marked = browser.run("document.querySelectorAll('td.apart').length")
        check(marked == 0, f"comparison of a run with itself: {marked} cells are marked as different")
        check(browser.run("document.querySelectorAll('img').length") == 0, "a hostile name does not stay text")
        printed(browser, both / "report.html", "comparison", pictures)
        cellfall(program, "plot", both, "--out", place / "plots-both")
        drawn = {path.name for path in (place / "plots-both").iterdir()}
        check({"timeline.svg", "map-a.svg", "map-b.svg", "out-data.svg"} <= drawn, f"comparison: pictures are {drawn}")
        studies(program, browser, place, pictures)
        cellfall(program, "score", SCENARIOS / "incidents" / "softbank-2018-12-06.yaml", "--seeds", "2", "--scale", "0.001",
                 "--set", "name=" + json.dumps(HOSTILE), "--out", place / "score")
        cellfall(program, "plot", place / "score", "--out", place / "plots")
        for width, dark in ((1280, False), (390, True)):
            opened(browser, place / "score" / "report.html", width=width, dark=dark)
            labelled(browser, f"score at {width}")
            if pictures:
                browser.picture(pictures / f"score-{width}.png")
        check(browser.run("document.querySelectorAll('img').length") == 0, "a hostile name does not stay text")
        verdicts = browser.run("[...document.querySelectorAll('section:nth-of-type(2) tbody tr')].map(e => e.textContent)")
        predicted = [row for row in verdicts if "predicted" in row]
        hits = int(browser.run("document.querySelector('td[data-hits]').textContent"))
        check(hits == sum("hit" in row for row in predicted) and 0 < hits < len(predicted), f"hits: {hits} of {predicted}")
        printed(browser, place / "score" / "report.html", "score", pictures)
        for svg in sorted([*(place / "plots").iterdir(), *(place / "plots-both").iterdir()]):
            browser.send("Page.navigate", url=f"file://{svg}")
            check(browser.run("document.documentElement.localName") == "svg", f"{svg.name} is no picture")
        print(f"{len(list((place / 'plots').iterdir()))} pictures; all holds")


if __name__ == "__main__":
    main()
