"""What a reader of a report sees: marks on the slider, text in its box, tables beside pictures, paper.

Invariant: looks at what the browser has laid out, never at the source of a page.
"""

# An A4 sheet less the margins of the page, in pixels, upright and turned.
PAPER = 703
PAPER_TURNED = 1030


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED: {what}")


def marks_are_reachable(browser, name, lanes_min):
    """The slider has marks; each says what it is, and keyboard and mouse reach it."""
    lanes = browser.run(
        "[...document.querySelectorAll('.lane')].map(lane => ({name: lane.getAttribute('aria-label'),"
        "tabs: lane.querySelectorAll('[tabindex=\"0\"]').length,"
        "marks: [...lane.querySelectorAll('button.stop')].map(e => [e.getAttribute('aria-label'), Number(e.dataset.at)])}))"
    )
    check(len(lanes) >= lanes_min, f"{name}: marks in {len(lanes)} lanes: {lanes}")
    for lane in lanes:
        check(lane["name"] and lane["tabs"] == 1, f"{name}: lane {lane['name']} has {lane['tabs']} stops of the tab key")
        check(lane["marks"] and all(len(label or "") > 8 for label, _ in lane["marks"]), f"{name}: marks say {lane['marks']}")
    outside = browser.run(
        "{const s = document.getElementById('slider').getBoundingClientRect();"
        "[...document.querySelectorAll('button.stop')].filter(e => !e.hidden).map(e => e.getBoundingClientRect())"
        ".filter(r => r.left + r.width / 2 < s.left - 1 || r.left + r.width / 2 > s.right + 1).length}"
    )
    check(outside == 0, f"{name}: {outside} marks lie beside the slider")
    lines = browser.run("document.querySelectorAll('.stop-line').length")
    marks = sum(len(lane["marks"]) for lane in lanes)
    check(lines == marks, f"{name}: {lines} lines on the track, {marks} marks")
    # By keyboard along the longest lane, then Enter.
    longest = max(range(len(lanes)), key=lambda n: len(lanes[n]["marks"]))
    browser.run(f"document.querySelectorAll('.lane')[{longest}].querySelector('[tabindex=\"0\"]').focus()")
    if len(lanes[longest]["marks"]) > 1:
        browser.key("ArrowRight")
    focused = browser.run("[document.activeElement.getAttribute('aria-label'), Number(document.activeElement.dataset.at)]")
    wanted = lanes[longest]["marks"][min(1, len(lanes[longest]["marks"]) - 1)]
    check(focused == wanted, f"{name}: the arrow key goes to {focused}, not {wanted}")
    told = browser.run("document.querySelector('#stop span:last-child').textContent")
    check(wanted[0] in told, f"{name}: the mark says {told}, not {wanted[0]}")
    browser.run("document.activeElement.click()")
    now = browser.run("Number(document.getElementById('time').dataset.now)")
    check(abs(now - wanted[1]) <= 1, f"{name}: a mark moves the time to {now}, not {wanted[1]}")


def text_fits(browser, name):
    """No text of the fault's path leaves its box, and none on a chart lies over its legend."""
    out = browser.run(
        "[...document.querySelectorAll('svg.spread rect.box')].flatMap(box => {const r = box.getBoundingClientRect(), margin = 3 * r.width / Number(box.getAttribute('width'));"
        "const texts = []; for (let e = box.nextElementSibling; e && !e.matches('rect.box'); e = e.nextElementSibling)"
        "if (e.localName === 'text') texts.push(e);"
        "return texts.filter(t => {const b = t.getBoundingClientRect(); return b.left < r.left + margin || b.right > r.right - margin})"
        ".map(t => t.textContent)})"
    )
    check(out == [], f"{name}: text leaves its box: {out}")
    covered = browser.run(
        "[...document.querySelectorAll('.row.chart')].flatMap(row => {"
        "const names = [...row.querySelectorAll('.legend li, .label h3, .label .unit')].map(e => e.getBoundingClientRect());"
        "return [...row.querySelectorAll('text.y')].filter(t => {const b = t.getBoundingClientRect();"
        "return b.left < 0 || names.some(n => b.left < n.right && b.right > n.left && b.top < n.bottom - 1 && b.bottom > n.top + 1)})"
        ".map(t => row.id + ': ' + t.textContent)})"
    )
    check(covered == [], f"{name}: numbers lie over names or outside: {covered}")


def pictures_have_tables(browser, name):
    """Beside every chart, timeline, map and path stands a table with its numbers."""
    charts = browser.run(
        "[...document.querySelectorAll('.row.chart')].map(row => [row.id, row.querySelectorAll('.legend li').length,"
        "row.querySelectorAll('details th[scope=col]').length, row.querySelectorAll('details tbody tr').length])"
    )
    for chart, lines, columns, rows in charts:
        check(columns == lines + 1 and rows >= 20, f"{name}: {chart} has {lines} lines, {columns} columns, {rows} rows")
    bars = browser.run("document.querySelectorAll('.row.bars').length")
    told = browser.run("[...document.querySelectorAll('table')].find(t => t.caption?.textContent === 'The timeline in words')?.tBodies[0].rows.length ?? 0")
    check(bars == told, f"{name}: {bars} bars, {told} of them in the table")
    for picture, where in (("figure canvas", "figure"), ("svg.spread", "section"), ("svg.frontier", "section"), ("svg.strip", "table")):
        bare = browser.run(f"[...document.querySelectorAll('{picture}')].filter(e => !e.closest('{where}')?.querySelector('td')).length")
        check(bare == 0, f"{name}: {bare} of {picture} without a table")


def regions_say_that_they_scroll(browser, name):
    """What is wider than the window is a named region that the keyboard reaches, and says so."""
    silent = browser.run(
        "[...document.querySelectorAll('*')].filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)"
        ".filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))"
        ".filter(e => !(e.tabIndex === 0 && e.getAttribute('role') === 'region' && e.getAttribute('aria-label')"
        "&& getComputedStyle(e, '::before').content.length > 10)).map(e => e.outerHTML.slice(0, 80))"
    )
    check(silent == [], f"{name}: these scroll without saying so: {silent}")


def paper_holds_it(browser, name, page):
    """Printed, nothing is wider than the paper, and what was folded is open."""
    browser.open(page, width=PAPER, media="print")
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    wide = browser.run(
        f"[...document.querySelectorAll('main *, header *')].filter(e => e.getClientRects().length && !e.closest('.sr, svg svg'))"
        f".map(e => [e, e.getBoundingClientRect().right]).filter(([e, right]) => right > (e.closest('.turned') ? {PAPER_TURNED} : {PAPER}) + 2)"
        ".map(([e, right]) => Math.round(right) + ': ' + e.outerHTML.slice(0, 90)).slice(0, 5)"
    )
    check(wide == [], f"{name}: wider than paper: {wide}")
    folded = browser.run("[...document.querySelectorAll('details')].filter(d => !d.open || d.lastElementChild.getBoundingClientRect().height < 8).length")
    check(folded == 0, f"{name}: {folded} tables stay folded on paper")
    text_fits(browser, f"{name} on paper")
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    check(browser.run("document.querySelectorAll('details[open]').length") == 0, f"{name}: tables stay open after printing")
    sheet = browser.paper()
    check(sheet.startswith(b"%PDF"), f"{name}: does not print")
    return sheet
