// The words of the page: what is going on, what is wrong, and what is asked for at the playhead.
// Everything that a script says goes in as text, never as markup.

import { because, clock, counted, duration, model, promptsAt, short } from "./model.js";
import { head } from "./player.js";

const at = (id) => document.getElementById(id);

function element(name, className, text) {
  const found = document.createElement(name);
  if (className) found.className = className;
  if (text !== undefined) found.textContent = text;
  return found;
}

// ───────────── head ─────────────

export function drawScene() {
  const { script, title, count, fps } = model.scene;
  const file = script.split(/[\\/]/).at(-1);
  at("title").textContent = title || file || "DiscoScript";
  at("script").textContent = title && title !== file ? file : "";
  at("script").title = script;
  document.documentElement.style.setProperty("--aspect", model.scene.width / model.scene.height);
  at("count").textContent = count ? `${counted(count, "frame")}` : "";
  at("scrub-label").textContent = count ? `${short(fps)} fps` : "";
}

export function drawStatus() {
  const status = model.status, box = at("status");
  const doing = model.connection === "open" ? status?.doing ?? "compiling" : model.connection;
  box.dataset.doing = doing;
  at("doing").textContent = saying(doing, status);
  const { ready = 0, total = 0, encoded = 0 } = status?.progress ?? {};
  const current = status?.current, bar = at("progress");
  const part = doing === "encoding" ? encoded : ready + (current?.steps ? current.step / current.steps : 0);
  const busy = ["rendering", "encoding"].includes(doing) && total > 0;
  bar.hidden = !busy;
  bar.firstElementChild.style.transform = `scaleX(${busy ? part / total : 0})`;
  bar.setAttribute("aria-valuemax", total);
  bar.setAttribute("aria-valuenow", doing === "encoding" ? encoded : ready);
  document.title = `${busy ? `${ready}/${total} · ` : doing === "broken" ? "errors · " : ""}${at("title").textContent}`;
  drawFacts(status);
}

function saying(doing, status) {
  const errors = model.problems.filter((problem) => problem.severity === "error").length;
  switch (doing) {
    case "new": return "Connecting";
    case "lost": return "Connection lost, trying again";
    case "locked": return "Open the address that discoscript watch shows";
    case "compiling": return "Reading the script";
    case "encoding": return `Writing the video, ${status.progress.encoded} of ${status.progress.total}`;
    case "done": return `${counted(model.frames.length, "frame")} ready`;
    case "broken": return counted(errors, "error");
    case "failed": return "Rendering failed";
    case "stopped": return "Stopped";
  }
  const { ready, total, seconds_left: left, pass_name: pass } = status.progress;
  const words = [`${pass === "draft" ? "Draft: " : ""}${ready} of ${total} ready`];
  if (left) words.push(`about ${duration(left)} left`);
  return words.join(" · ");
}

// ───────────── beside the picture ─────────────

export function drawProblems() {
  const box = at("problems");
  box.hidden = !model.problems.length;
  box.replaceChildren(...model.problems.map(problem));
}

function problem({ severity, code, message, path, line, column, frame, help }) {
  const box = element("article", `problem ${severity}`), top = element("header");
  top.append(element("b", "", code ? `${severity} ${code}` : severity));
  if (line) top.append(element("span", "", `${path.split(/[\\/]/).at(-1)}, line ${line}:${column}`));
  box.append(top, element("p", "", message));
  if (frame) box.append(codeFrame(frame));
  if (help) box.append(element("p", "help", help));
  return box;
}

// The lines of the script with what is pointed at; the place is said above, and empty lines are none.
function codeFrame(text) {
  const lines = text.split("\n").filter((line) => !/^ *(-->.*|\|)$/.test(line.trimEnd()));
  const code = element("pre", "", lines.join("\n"));
  code.tabIndex = 0;
  const column = Math.min(...lines.map((line) => line.indexOf("^")).filter((place) => place >= 0));
  if (Number.isFinite(column)) requestAnimationFrame(() => pointed(code, column));
  return code;
}

// Scroll sideways only as far as it takes to see the caret.
function pointed(code, column) {
  const letter = code.scrollWidth / Math.max(...code.textContent.split("\n").map((line) => line.length));
  const hidden = (column + 6) * letter - code.clientWidth;
  if (hidden > 0) code.scrollLeft = hidden;
}

export function drawPrompts() {
  const found = promptsAt(head.place + model.scene.first);
  const most = Math.max(1e-9, ...model.scene.prompts.flatMap(({ weights }) => weights.map((run) => Math.abs(run[2]))));
  const list = found.map(({ text, weight }) => {
    const item = element("li", weight < 0 ? "prompt against" : "prompt"), bar = element("div", "bar"), fill = element("i");
    fill.style.transform = `scaleX(${Math.abs(weight) / most})`;
    bar.append(fill);
    item.append(element("p", "", text), element("output", "", short(weight)), bar);
    return item;
  });
  at("prompts").replaceChildren(...(list.length ? list : [element("li", "none", "none yet")]));
}

function drawFacts(status) {
  const found = [];
  if (status?.saved) found.push(`Saved at ${status.saved}`);
  if (status?.change && status.doing !== "done") found.push(status.change);
  const pace = status?.progress.seconds_a_frame;
  if (pace && status.doing === "rendering") found.push(`${duration(pace)} a frame`);
  for (const note of status?.notes ?? []) found.push(note);
  if (status?.video) found.push(`Video: ${status.video}`);
  const box = at("facts");
  if (box.textContent !== found.join("")) box.replaceChildren(...found.map((text) => element("p", "", text)));
}

// ───────────── below the picture ─────────────

export function drawWhere() {
  const frame = model.frames[head.place], number = head.place + model.scene.first;
  at("frame").textContent = frame ? `Frame ${number}` : "";
  at("time").textContent = frame ? `${clock(number / model.scene.fps)} of ${clock(model.frames.length / model.scene.fps)}` : "";
  at("why").textContent = frame ? because(frame) : "";
  at("play").classList.toggle("playing", head.playing);
  at("play").setAttribute("aria-label", head.playing ? "Pause" : "Play");
  at("live").setAttribute("aria-pressed", head.live);
}

// Tell a screen reader of what is new, but not of every step.
let told = "";
export function announce() {
  const status = at("status"), now = status.dataset.doing;
  if (now === told) return;
  told = now;
  at("announce").textContent = now === "rendering" ? "Rendering" : at("doing").textContent;
}
