// The filmstrip. Only the cells that are seen exist, so that ten thousand frames scroll as one does.

import { because, model, makingPlace, reason, words } from "./model.js";
import { address } from "./pictures.js";
import { go, head } from "./player.js";

const SETTLE_MS = 90;  // pictures that only fly by are not fetched
const MARGIN = 3;      // cells on either side that are ready to be scrolled to

const strip = document.getElementById("strip"), reel = document.getElementById("reel");
const tip = document.getElementById("tip");
const cells = new Map();  // by place
const spare = [];

let width = 90, settled = true, settling = null, looked = null;

export function startStrip() {
  strip.addEventListener("scroll", () => {
    settled = false;
    clearTimeout(settling);
    settling = setTimeout(() => { settled = true; drawStrip(); }, SETTLE_MS);
    drawStrip();
  }, { passive: true });
  strip.addEventListener("wheel", (event) => {
    if (event.deltaX || event.ctrlKey) return;
    strip.scrollLeft += event.deltaY;
    event.preventDefault();
  }, { passive: false });
  reel.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) go(Number(cell.dataset.place));
  });
  reel.addEventListener("pointerover", (event) => explain(event.target.closest(".cell")));
  reel.addEventListener("pointerleave", () => explain(null));
  strip.addEventListener("focus", () => explain(cells.get(head.place) ?? null));
  strip.addEventListener("blur", () => explain(null));
  new ResizeObserver(drawStrip).observe(strip);
}

// The scene is another one.
export function layStrip() {
  const height = reel.clientHeight || 72;
  width = Math.round(Math.min(190, Math.max(44, height * (model.scene.width / model.scene.height)))) + 4;
  reel.style.width = `${width * model.frames.length}px`;
  for (const place of [...cells.keys()]) put(place);
}

export function drawStrip() {
  const first = Math.max(0, Math.floor(strip.scrollLeft / width) - MARGIN);
  const end = Math.min(model.frames.length, Math.ceil((strip.scrollLeft + strip.clientWidth) / width) + MARGIN);
  for (const place of [...cells.keys()]) if (place < first || place >= end) put(place);
  for (let place = first; place < end; place++) dress(cells.get(place) ?? fetch(place), place);
  strip.setAttribute("aria-activedescendant", cells.has(head.place) ? `frame-${head.place}` : "");
}

// Scroll so that the playhead is seen.
export function reveal() {
  const left = head.place * width;
  if (left < strip.scrollLeft || left + width > strip.scrollLeft + strip.clientWidth) {
    strip.scrollLeft = left - (strip.clientWidth - width) / 2;
  }
  if (document.activeElement === strip) explain(cells.get(head.place) ?? null);
}

function fetch(place) {
  const cell = spare.pop() ?? made();
  cells.set(place, cell);
  cell.id = `frame-${place}`;
  cell.dataset.place = place;
  cell.style.width = `${width}px`;
  cell.style.transform = `translateX(${place * width}px)`;
  reel.append(cell);
  return cell;
}

function put(place) {
  const cell = cells.get(place);
  cells.delete(place);
  cell.remove();
  cell.querySelector("img").removeAttribute("src");
  spare.push(cell);
}

function made() {
  const cell = document.createElement("div");
  cell.className = "cell";
  cell.setAttribute("role", "option");
  const box = document.createElement("div"), image = document.createElement("img");
  image.alt = "";
  image.decoding = "async";
  image.draggable = false;
  const number = document.createElement("span"), mark = document.createElement("i"), bar = document.createElement("i");
  number.className = "number";
  mark.className = "mark";
  bar.className = "bar";
  box.append(image, number, mark, bar);
  cell.append(box);
  return cell;
}

function dress(cell, place) {
  const frame = model.frames[place], [image, number, mark, bar] = cell.firstChild.children;
  const current = model.status?.current, making = place === makingPlace();
  const state = making ? "rendering" : frame.state;
  const name = String(place + model.scene.first);
  if (cell.dataset.state !== state) cell.dataset.state = state;
  cell.classList.toggle("draft", frame.draft);
  cell.setAttribute("aria-selected", place === head.place);
  cell.setAttribute("aria-label", `Frame ${name}, ${because({ ...frame, state })}`);
  if (number.textContent !== name) number.textContent = name;
  mark.className = `mark ${frame.draft && state === "stale" ? "draft" : state}`;
  bar.style.transform = `scaleX(${making && current.steps ? current.step / current.steps : 0})`;
  const digest = (making && current.picture) || frame.digest;
  const source = digest ? address(digest) : null;
  image.hidden = !source;
  if (source && image.getAttribute("src") !== source && (settled || !image.hasAttribute("src"))) {
    if (settled) image.src = source;
    else image.removeAttribute("src");
  }
}

// Say of a cell what state it is in, and why.
function explain(cell) {
  looked = cell;
  const frame = cell && model.frames[Number(cell.dataset.place)];
  tip.hidden = !frame;
  if (!frame) return;
  const [top, why] = tip.children;
  top.textContent = `Frame ${Number(cell.dataset.place) + model.scene.first}, ${words({ ...frame, state: cell.dataset.state })}`;
  why.textContent = reason(frame);
  const box = cell.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const left = Math.max(6, Math.min(box.left + (box.width - own.width) / 2, innerWidth - own.width - 6));
  tip.style.transform = `translate(${left}px, ${box.top - own.height - 7}px)`;
}

// After news: what is said of a frame may be another thing now.
export function explainAgain() {
  if (looked) explain(looked.isConnected ? looked : null);
}
