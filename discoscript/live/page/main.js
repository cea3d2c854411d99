// The page: news comes in, what it changes is drawn at the next picture of the screen.

import { connect } from "./connection.js";
import { model, take } from "./model.js";
import { announce, drawProblems, drawPrompts, drawScene, drawStatus, drawWhere } from "./panels.js";
import { catchUp, follow, forget, go, head, player, toggle } from "./player.js";
import { drawStage } from "./stage.js";
import { drawStrip, explainAgain, layStrip, reveal, startStrip } from "./strip.js";
import { drawPlayhead, drawStates, layTimeline, startTimeline } from "./timeline.js";

const at = (id) => document.getElementById(id);
const parts = new Set();  // what is to be drawn anew

function soon(...names) {
  if (!parts.size) requestAnimationFrame(draw);
  for (const name of names) parts.add(name);
}

function draw() {
  const all = new Set(parts), any = (...names) => names.some((name) => all.has(name));
  parts.clear();
  if (any("frames", "changed")) forget();
  const before = head.place;
  catchUp();
  if (any("scene", "frames")) {
    drawScene();
    layStrip();
    layTimeline();
  }
  if (any("problems")) drawProblems();
  if (any("scene", "frames", "changed", "status")) drawStates();
  if (any("scene", "frames", "head") || before !== head.place) drawPrompts();
  drawStatus();
  drawStage();
  drawWhere();
  drawPlayhead();
  if (any("scene", "frames", "head") || before !== head.place) reveal();
  drawStrip();
  explainAgain();
  announce();
}

// ───────────── hands ─────────────

const KEYS = {
  " ": toggle,
  ArrowLeft: (event) => go(head.place - (event.shiftKey ? 10 : 1)),
  ArrowRight: (event) => go(head.place + (event.shiftKey ? 10 : 1)),
  Home: () => go(0),
  End: () => go(model.frames.length - 1),
  l: follow,
  f: whole,
  "?": () => at("help").showModal(),
};

addEventListener("keydown", (event) => {
  if (at("help").open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target.closest?.("button")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

function whole() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.querySelector(".stage").requestFullscreen().catch(() => {});
}

at("play").addEventListener("click", toggle);
at("live").addEventListener("click", follow);
at("help-button").addEventListener("click", KEYS["?"]);

player(() => soon("head"));
startStrip();
startTimeline();
connect((message) => soon(...take(message)), (connection) => {
  model.connection = connection;
  soon("connection");
});
