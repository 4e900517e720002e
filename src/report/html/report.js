"use strict";
// The script of a report: one cursor in time for maps, charts, tables and the clock.
// It writes text by textContent only, and asks nothing of any network.
(() => {
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  // What is wider than the window says so, and can be moved by keyboard; what is not is no stop of the tab key.
  const regions = $$(".wide");
  const measure = () => {
    for (const region of regions) {
      const more = region.scrollWidth > region.clientWidth + 1;
      region.classList.toggle("more", more);
      region.tabIndex = more ? 0 : -1;
    }
  };
  window.addEventListener("resize", measure);
  document.addEventListener("toggle", measure, true);
  measure();
  // On paper everything is unfolded; afterwards it is as it was.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = $$("details:not([open])");
    folded.forEach((d) => (d.open = true));
  });
  window.addEventListener("afterprint", () => folded.forEach((d) => (d.open = false)));
  // A link to a row in a table that is folded away unfolds it.
  const unfold = () => {
    const row = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let d = row && row.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (row) row.scrollIntoView({ block: "center" });
  };
  window.addEventListener("hashchange", unfold);
  for (const link of $$("a[href^='#']")) link.addEventListener("click", () => setTimeout(unfold));
  const data = JSON.parse($("#data").textContent);
  const ready = () => (document.documentElement.dataset.ready = String(Math.round(performance.now())));
  const time = $("#time");
  if (!time) return ready();
  const runs = (data.stories || [data]).map((story) => ({
    story,
    // Compared runs share the time since the change or the attack.
    shift: data.stories ? story.reference_s : 0,
    columns: new Map(story.series.columns.map((c) => [c.key, c.values])),
  }));
  const whole = [Number(time.dataset.from), Number(time.dataset.to)];
  let [from, to] = whole;
  let now = Number(time.dataset.start);

  // Numbers as the tables have them.
  const three = (v) => (v < 9.995 ? v.toFixed(2) : v < 99.95 ? v.toFixed(1) : grouped(v));
  const grouped = (v) => String(Math.round(v)).replace(/\B(?=(\d{3})+$)/g, ",");
  const short = (v) => {
    const size = Math.abs(v);
    if (size < 1e4 && Math.abs(v - Math.round(v)) < 1e-9) return grouped(v);
    if (size < 1) return v.toFixed(3);
    if (size < 100) return v.toFixed(2);
    if (size < 1e6) return grouped(v);
    if (size < 1e9) return three(v / 1e6) + " M";
    return three(v / 1e9) + " G";
  };
  const percent = (v) => {
    const p = v * 100;
    if (p === 0) return "0 %";
    if (p < 0.01) return "<0.01 %";
    if (p < 1) return p.toFixed(2) + " %";
    if (Math.abs(p - 100) < 1e-9) return "100 %";
    return (Math.floor(p * 10 + 1e-9) / 10).toFixed(1) + " %";
  };
  const seconds = (v) => {
    if (v < 59.95) return v.toFixed(1) + " s";
    const m = Math.round(v / 60);
    if (v < 3600) return m + " min";
    return Math.floor(m / 60) + " h" + (m % 60 ? " " + (m % 60) + " min" : "");
  };
  const units = {
    count: (v) => (Math.abs(v) >= 100 ? short(Math.round(v)) : short(v)),
    share: percent,
    seconds,
  };
  const pad = (n) => String(n).padStart(2, "0");
  const since = (s) => {
    const m = Math.round(Math.abs(s) / 60);
    return (s < -29 ? "−" : "+") + Math.floor(m / 60) + ":" + pad(m % 60);
  };
  const clock = (s) => {
    if (data.stories) return since(s) + " h";
    const local = data.clock.local_s + Math.floor(s + 1e-6);
    const day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][((Math.floor(local / 86400) % 7) + 7) % 7];
    const t = ((local % 86400) + 86400) % 86400;
    return day + " " + pad(Math.floor(t / 3600)) + ":" + pad(Math.floor(t / 60) % 60);
  };

  // The newest instant of a list at or before t.
  const newest = (list, t, at = (x) => x) => {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(list[middle]) <= t + 1e-6) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  };
  const valueAt = (run, key, t) => {
    const values = run.columns.get(key);
    return values ? values[newest(run.story.series.at_s, t + run.shift)] : undefined;
  };

  // Maps.
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const level = new Uint8Array(128);
  [...LETTERS].forEach((c, n) => (level[c.charCodeAt(0)] = n));
  const WIDTH = 4000;
  const maps = $$("canvas[data-run]").map((canvas) => {
    const run = runs[Number(canvas.dataset.run)];
    const map = run.story.map;
    const land = new Path2D(map.outlines);
    const view = { k: 1, x: 0, y: 0 };
    let shown = "";
    let drawn = [];
    let frame = -1;
    const word = (n, service) => {
      while (n > 0 && !map.frames[n][1][service]) n--;
      return map.frames.length ? map.frames[n][1][service] : "";
    };
    // Far out, places near one another are drawn as one: a circle must not be smaller than can be seen.
    const together = (cell, shares) => {
      const groups = new Map();
      map.places.forEach((p, n) => {
        const key = Math.floor(p[1] / cell) * 4096 + Math.floor(p[2] / cell);
        let g = groups.get(key);
        if (!g) groups.set(key, (g = { x: 0, y: 0, d: 0, out: 0, towers: 0, n, count: 0 }));
        const d = p[3] + 1e-3;
        g.x += p[1] * d; g.y += p[2] * d; g.d += d;
        g.out += d * shares(n); g.towers += p[5]; g.count++;
        if (p[3] > map.places[g.n][3]) g.n = n;
      });
      return [...groups.values()].map((g) => ({ ...g, x: g.x / g.d, y: g.y / g.d, share: g.out / g.d }));
    };
    const draw = (force) => {
      const t = now + run.shift;
      const at = newest(map.frames, t, (f) => f[0]);
      const service = Number($("#service")?.value ?? 1);
      const state = [at, service, view.k, view.x, view.y, canvas.clientWidth, Math.round(t)].join();
      if (!force && state === shown) return;
      shown = state;
      frame = at;
      const css = getComputedStyle(canvas);
      const wide = canvas.clientWidth || 1;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const scale = (wide / WIDTH) * ratio * view.k;
      const high = Math.round((wide * map.height) / WIDTH);
      canvas.width = wide * ratio;
      canvas.height = high * ratio;
      const c = canvas.getContext("2d");
      c.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
      c.lineJoin = "round";
      c.lineWidth = 1.2 / (scale / ratio);
      c.fillStyle = css.getPropertyValue("--land");
      c.strokeStyle = css.getPropertyValue("--coast");
      c.fill(land);
      c.stroke(land);
      const shares = word(at, service);
      const perPixel = WIDTH / wide / view.k;
      const cell = map.places.length > 400 ? Math.max(7 * perPixel, 1) : 1;
      drawn = together(cell, (n) => level[shares.charCodeAt(n)] / 63);
      const total = Math.max(...drawn.map((g) => g.d), 1);
      for (let s = 0; s < 5; s++) {
        c.beginPath();
        for (const g of drawn) {
          const step = g.share <= 0 ? 0 : g.share <= 0.25 ? 1 : g.share <= 0.5 ? 2 : g.share <= 0.75 ? 3 : 4;
          if (step !== s) continue;
          g.r = map.places.length > 400 ? (1.1 + 8 * Math.sqrt(g.d / total)) * perPixel : (4 + 10 * Math.sqrt(g.d / total)) * perPixel;
          c.moveTo(g.x + g.r, g.y);
          c.arc(g.x, g.y, g.r, 0, 7);
        }
        c.fillStyle = css.getPropertyValue("--s" + s);
        c.fill();
      }
      // Elements of the core that the fault has reached by now: diamonds, larger and darker once taken out.
      c.strokeStyle = css.getPropertyValue("--page");
      c.lineWidth = perPixel;
      for (const [, x, y, reached, struck] of map.marks) {
        if (reached > t) continue;
        const out = struck !== null && struck <= t;
        const d = (out ? 4.5 : 3.2) * perPixel;
        c.fillStyle = css.getPropertyValue(out ? "--ink" : "--soft");
        c.beginPath();
        c.moveTo(x - d, y); c.lineTo(x, y - d); c.lineTo(x + d, y); c.lineTo(x, y + d); c.closePath();
        c.fill();
        c.stroke();
      }
      const out = map.places.reduce((sum, p, n) => sum + (p[3] * level[shares.charCodeAt(n)]) / 63, 0);
      const all = map.places.reduce((sum, p) => sum + p[3], 0) || 1;
      canvas.setAttribute("aria-label", "Map at " + clock(now) + ": about " + percent(out / all) + " of all devices are without " + ["voice", "data", "emergency calls"][service] + ". The table beside it has the regions.");
      canvas.dataset.frame = String(frame);
    };
    const zoom = (factor, x, y) => {
      const k = Math.min(Math.max(view.k * factor, 1), 16);
      const wide = WIDTH / view.k;
      const px = x ?? view.x + wide / 2;
      const py = y ?? view.y + map.height / view.k / 2;
      view.x = px - (px - view.x) * (view.k / k);
      view.y = py - (py - view.y) * (view.k / k);
      view.k = k;
      move(0, 0);
    };
    const move = (dx, dy) => {
      view.x = Math.min(Math.max(view.x + dx, 0), WIDTH - WIDTH / view.k);
      view.y = Math.min(Math.max(view.y + dy, 0), map.height - map.height / view.k);
      draw(false);
    };
    const box = canvas.closest("figure");
    const told = $(".told", box);
    const point = (event) => {
      const r = canvas.getBoundingClientRect();
      const per = WIDTH / r.width / view.k;
      return [view.x + (event.clientX - r.left) * per, view.y + (event.clientY - r.top) * per, per];
    };
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      held = view.k > 1 ? [event.clientX, event.clientY] : null;
      if (held) canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", () => (held = null));
    canvas.addEventListener("pointermove", (event) => {
      const [x, y, per] = point(event);
      if (held) {
        move((held[0] - event.clientX) * per, (held[1] - event.clientY) * per);
        held = [event.clientX, event.clientY];
        return;
      }
      let best = null;
      let least = 14 * per;
      for (const g of drawn) {
        const far = Math.hypot(g.x - x, g.y - y);
        if (far < least) [best, least] = [g, far];
      }
      if (best && told) {
        const name = map.places[best.n][0] + (best.count > 1 ? " and " + (best.count - 1) + " places near it" : "");
        told.textContent = name + ": " + short(best.towers) + " towers, " + short(Math.round(best.d)) + " devices, " + percent(best.share) + " out";
      }
    });
    canvas.addEventListener("dblclick", (event) => { const [x, y] = point(event); zoom(2, x, y); });
    canvas.addEventListener("keydown", (event) => {
      const step = WIDTH / view.k / 8;
      const act = {
        "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: () => zoom(1e-3),
        ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
        ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
      }[event.key];
      if (!act || (view.k === 1 && event.key.startsWith("Arrow"))) return;
      event.preventDefault();
      act();
    });
    $$("button[data-zoom]", box).forEach((b) => b.addEventListener("click", () => zoom(Number(b.dataset.zoom))));
    return { draw };
  });

  // Charts.
  const charts = $$("svg.t", time);
  for (const chart of charts) {
    const line = svg("line");
    line.setAttribute("class", "cursor");
    line.setAttribute("y1", "0");
    line.setAttribute("y2", "100%");
    chart.append(line);
    const seek = (event) => {
      const r = chart.getBoundingClientRect();
      set(from + ((event.clientX - r.left) / r.width) * (to - from));
    };
    chart.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse" || event.buttons) seek(event); });
    chart.addEventListener("pointerdown", seek);
  }
  const place = (t) => ((t - from) / (to - from)) * 100;
  const zoomTo = (a, b) => {
    [from, to] = [Math.max(a, whole[0]), Math.min(b, whole[1])];
    for (const inner of $$("svg.s", time)) {
      const box = inner.getAttribute("viewBox").split(" ");
      inner.setAttribute("viewBox", [from, 0, to - from, box[3]].join(" "));
    }
    for (const e of $$("[data-t]", time)) {
      const x = place(Number(e.dataset.t)) + "%";
      const names = { circle: ["cx"], line: ["x1", "x2"], rect: ["x"], text: ["x"] }[e.localName] || [];
      names.forEach((name) => e.setAttribute(name, x));
      if (e.dataset.until) {
        const end = Math.max(place(Number(e.dataset.until)) - place(Number(e.dataset.t)), 0.3);
        e.setAttribute("width", end + "%");
      }
    }
    ticks();
    putStops();
    slider.min = from;
    slider.max = to;
    set(Math.min(Math.max(now, from), to));
  };
  // What is written along the axes, anew for what is to be seen.
  const ticks = () => {
    const room = (charts[0]?.clientWidth || 600) / 78;
    const steps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400];
    const step = steps.find((s) => (to - from) / s <= room) || 86400;
    const shift = data.stories ? 0 : ((data.clock.local_s % 86400) + 86400) % 86400;
    for (const chart of charts) {
      const old = $$("text.tick[data-t]", chart);
      if (!old.length) continue;
      const y = old[0].getAttribute("y");
      old.forEach((e) => e.remove());
      for (let t = Math.ceil((from + shift) / step) * step - shift; t <= to; t += step) {
        const text = svg("text");
        const share = place(t);
        text.setAttribute("class", "tick");
        text.dataset.t = t;
        text.setAttribute("x", share + "%");
        text.setAttribute("y", y);
        text.setAttribute("text-anchor", share < 4 ? "start" : share > 96 ? "end" : "middle");
        text.textContent = data.stories ? since(t) : clock(t).replace(/^\w+ (?!00:00)/, "");
        chart.append(text);
      }
    }
  };

  // The marks on the slider: a row of them is one stop of the tab key, within it the arrow keys move.
  const stops = $$("button.stop");
  const told = $("#stop span:last-child");
  const putStops = () => {
    for (const stop of stops) {
      const share = place(Number(stop.dataset.at));
      stop.hidden = share < -0.01 || share > 100.01;
      stop.style.left = share + "%";
    }
  };
  // What a mark says, and those of its row that lie under it.
  const tell = (stop) => {
    const x = stop.getBoundingClientRect().left;
    const near = [...stop.parentElement.children].filter((s) => !s.hidden && Math.abs(s.getBoundingClientRect().left - x) < 6);
    told.textContent = near.map((s) => s.title).join(" · ");
  };
  for (const stop of stops) {
    stop.addEventListener("focus", () => tell(stop));
    stop.addEventListener("pointerenter", () => tell(stop));
    stop.addEventListener("keydown", (event) => {
      const row = [...stop.parentElement.children].filter((s) => !s.hidden);
      const at = row.indexOf(stop);
      const next = { ArrowRight: row[at + 1], ArrowLeft: row[at - 1], Home: row[0], End: row[row.length - 1] }[event.key];
      if (!next) return;
      event.preventDefault();
      stop.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }

  // The cursor.
  const slider = $("#slider");
  const outputs = $$("output[data-key]");
  const moments = $$(".moments button[data-at]");
  const set = (t) => {
    now = Math.min(Math.max(t, whole[0]), whole[1]);
    const x = place(now) + "%";
    for (const line of $$("line.cursor", time)) {
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    }
    for (const output of outputs) {
      const value = valueAt(runs[Number(output.dataset.run)], output.dataset.key, now);
      output.textContent = value === null || value === undefined ? "no data" : units[output.dataset.unit](value);
    }
    const service = ["voice", "data", "emergency"][Number($("#service")?.value ?? 1)];
    for (const cell of $$("td[data-region]")) {
      const value = valueAt(runs[Number(cell.dataset.run)], "out." + service + "/region/" + cell.dataset.region, now);
      cell.textContent = value === null || value === undefined ? "" : short(value);
    }
    const reference = data.stories ? 0 : data.reference_s;
    const text = data.stories ? clock(now) : clock(now) + " (" + since(now - reference) + ")";
    $("#clock").textContent = text;
    for (const e of $$(".instant")) e.textContent = text;
    slider.value = now;
    slider.setAttribute("aria-valuetext", text);
    for (const moment of moments) {
      moment.setAttribute("aria-current", Number(moment.dataset.at) <= now + 30 ? "true" : "false");
    }
    maps.forEach((map) => map.draw(false));
    time.dataset.now = String(Math.round(now));
  };
  slider.addEventListener("input", () => set(Number(slider.value)));
  for (const moment of $$("button[data-at]")) {
    moment.addEventListener("click", () => {
      const at = Number(moment.dataset.at);
      if (at < from || at > to) zoomTo(...whole);
      set(at);
    });
  }
  let timer = 0;
  const play = $("#play");
  const say = (playing) => {
    play.setAttribute("aria-pressed", playing ? "true" : "false");
    play.textContent = playing ? "❚❚ Pause" : "▶ Play";
  };
  play.addEventListener("click", () => {
    if (timer) {
      cancelAnimationFrame(timer);
      timer = 0;
    } else {
      let last = performance.now();
      if (now >= to - 1) set(from);
      const step = (at) => {
        set(now + ((at - last) / 20000) * (to - from));
        last = at;
        timer = now >= to ? 0 : requestAnimationFrame(step);
        if (!timer) say(false);
      };
      timer = requestAnimationFrame(step);
    }
    say(timer !== 0);
  });
  for (const button of $$("button[data-span]")) {
    button.addEventListener("click", () => {
      const span = Number(button.dataset.span);
      const middle = Math.min(Math.max(now, whole[0] + span / 2), whole[1] - span / 2);
      if (span) zoomTo(middle - span / 2, middle + span / 2);
      else zoomTo(...whole);
      $$("button[data-span]").forEach((b) => b.setAttribute("aria-pressed", b === button ? "true" : "false"));
    });
  }
  $("#service")?.addEventListener("change", () => set(now));
  const again = () => { ticks(); maps.forEach((map) => map.draw(true)); };
  window.addEventListener("resize", again);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  document.documentElement.classList.add("live");
  putStops();
  ticks();
  set(now);
  ready();
})();
