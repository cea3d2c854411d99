// The scene on one line: the states of its frames, the curves of its settings, and the playhead.

import { model, makingPlace, short, valueAt, words } from "./model.js";
import { go, head } from "./player.js";

const at = (id) => document.getElementById(id);
const scrub = at("scrub"), states = at("states"), curves = at("curves"), playhead = at("playhead"), tracks = at("tracks");

let rows = [];  // {curve, canvas, value}

export function startTimeline() {
  dragging(scrub);
  new ResizeObserver(() => { drawStates(); drawCurves(); drawPlayhead(); }).observe(tracks);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawStates(); drawCurves(); });
}

function dragging(track) {
  const to = (event) => {
    const box = track.getBoundingClientRect();
    go(Math.floor(((event.clientX - box.left) / box.width) * model.frames.length));
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    track.setPointerCapture(event.pointerId);
    to(event);
  });
  track.addEventListener("pointermove", (event) => track.hasPointerCapture(event.pointerId) && to(event));
}

// The scene is another one.
export function layTimeline() {
  rows = model.scene.curves.map(row);
  curves.replaceChildren(...rows.map(({ element }) => element));
  scrub.setAttribute("aria-valuemin", model.scene.first);
  scrub.setAttribute("aria-valuemax", model.scene.first + Math.max(0, model.frames.length - 1));
  drawCurves();
}

function row(curve) {
  const element = document.createElement("div"), label = document.createElement("span");
  const track = document.createElement("div"), canvas = document.createElement("canvas"), value = document.createElement("span");
  element.className = "row";
  label.className = "label";
  track.className = "track";
  value.className = "value";
  label.textContent = title(curve.name);
  label.title = `${curve.name}, ${short(curve.low)} to ${short(curve.high)} ${curve.unit}`;
  canvas.setAttribute("aria-hidden", "true");
  track.append(canvas);
  dragging(track);
  element.append(label, track, value);
  return { curve, canvas, value, element };
}

// The name of a setting without its group, where no other is called so.
function title(name) {
  const last = name.split(".").at(-1);
  return model.scene.curves.filter((curve) => curve.name.endsWith(`.${last}`)).length > 1 ? name : last;
}

// ───────────── drawing ─────────────

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

// The context of a canvas in its true size, empty: {context, width, height} in its pixels.
function blank(canvas) {
  const box = canvas.getBoundingClientRect(), scale = devicePixelRatio || 1;
  const width = Math.max(1, Math.round(box.width * scale)), height = Math.max(1, Math.round(box.height * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  return { context, width, height, scale };
}

// One column for each pixel: how much of it is ready, and what stands out.
export function drawStates() {
  const { context, width, height, scale } = blank(states), count = model.frames.length;
  if (!count) return;
  const [line, ready, stale, accent, bad] = ["line", "ready", "stale", "accent", "bad"].map(colour);
  const top = Math.round(4 * scale), thick = height - 2 * top, making = makingPlace();
  context.fillStyle = line;
  context.fillRect(0, top, width, thick);
  for (let x = 0; x < width; x++) {
    const first = Math.floor((x * count) / width), end = Math.max(first + 1, Math.floor(((x + 1) * count) / width));
    let kept = 0, old = 0, failed = false;
    for (let place = first; place < end; place++) {
      const { state } = model.frames[place];
      kept += state === "kept";
      old += state === "stale" || (state === "rendering" && place !== making);
      failed ||= state === "failed";
    }
    if (failed || kept || old) {
      context.fillStyle = failed ? bad : kept >= old ? ready : stale;
      const share = failed ? 1 : Math.max(kept, old) / (end - first);
      context.fillRect(x, top + thick * (1 - share), 1, thick * share);
    }
  }
  if (making >= 0) {
    const x = Math.floor((making * width) / count), wide = Math.max(3 * scale, Math.ceil(width / count));
    context.fillStyle = accent;
    context.fillRect(Math.min(x, width - wide), top, wide, thick);
  }
  context.fillStyle = colour("panel");  // a gap where a segment begins
  for (const start of model.scene.starts) {
    if (start > model.scene.first) context.fillRect(Math.round(((start - model.scene.first) * width) / count) - scale, top, 2 * scale, thick);
  }
}

function drawCurves() {
  for (const { curve, canvas } of rows) drawCurve(curve, canvas);
}

function drawCurve(curve, canvas) {
  const { context, width, height, scale } = blank(canvas), count = model.frames.length;
  if (!count) return;
  const pad = 4 * scale, span = curve.high - curve.low || 1;
  const y = (value) => height - pad - ((value - curve.low) / span) * (height - 2 * pad);
  const x = (place) => (place * width) / count;
  context.beginPath();
  if (curve.runs) {
    curve.runs.forEach(([begin, value], n) => {
      const end = n + 1 < curve.runs.length ? curve.runs[n + 1][0] : count;
      context.lineTo(x(begin), y(value));
      context.lineTo(x(end), y(value));
    });
  } else {
    // Of many frames on one pixel the extremes are drawn: no peak is lost.
    const step = Math.max(1, Math.floor(count / (width * 2)));
    for (let place = 0; place < count; place += step) {
      const some = curve.values.slice(place, place + step);
      context.lineTo(x(place + 0.5), y(step > 1 ? Math.min(...some) : some[0]));
      if (step > 1) context.lineTo(x(place + step / 2), y(Math.max(...some)));
    }
  }
  context.strokeStyle = colour("dim");
  context.lineWidth = 1.5 * scale;
  context.lineJoin = "round";
  context.stroke();
}

export function drawPlayhead() {
  const count = model.frames.length, box = scrub.getBoundingClientRect(), own = tracks.getBoundingClientRect();
  playhead.hidden = !count;
  if (!count) return;
  const x = box.left - own.left + ((head.place + 0.5) * box.width) / count;
  playhead.style.transform = `translateX(${x}px)`;
  const number = head.place + model.scene.first, frame = model.frames[head.place];
  scrub.setAttribute("aria-valuenow", number);
  scrub.setAttribute("aria-valuetext", `frame ${number}, ${words(frame)}`);
  for (const { curve, value } of rows) {
    const now = valueAt(curve, head.place);
    value.textContent = now === undefined ? "" : short(now);
  }
}
