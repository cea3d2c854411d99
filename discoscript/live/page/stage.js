// The picture: the frame at the playhead, or the one in the making while it diffuses.

import { counted, makingPlace, model, reason, words } from "./model.js";
import { picture } from "./pictures.js";
import { head } from "./player.js";

const at = (id) => document.getElementById(id);
const canvas = at("picture"), context = canvas.getContext("2d");

let wanted = null;  // the digest that is to be seen, so that a late one does not cover it
let shown = null;

export function drawStage() {
  const frame = model.frames[head.place];
  const current = model.status?.current;
  const making = current && makingPlace() === head.place;
  const digest = (making && current.picture) || frame?.digest || null;
  // While a frame gets ready the one before stays: that is what it starts from.
  const before = making && head.live && shown;
  if (digest) show(digest);
  else if (!before) clear();
  describe(frame, making ? current : null, digest !== null || Boolean(before));
}

async function show(digest) {
  wanted = digest;
  if (digest === shown) return;
  try {
    const image = await picture(digest);
    if (wanted !== digest) return;
    if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
    }
    context.drawImage(image, 0, 0);
    canvas.hidden = false;
    canvas.dataset.digest = digest;
    shown = digest;
  } catch {
    // It is gone, or the server is: what was there stays.
  }
}

function clear() {
  wanted = shown = null;
  canvas.hidden = true;
  delete canvas.dataset.digest;
}

function describe(frame, current, seen) {
  const number = head.place + model.scene.first;
  const badge = at("badge"), empty = at("empty");
  empty.hidden = seen;
  if (!seen) sayEmpty(frame, number);
  let text = "";
  if (current) text = current.steps ? `step ${current.step} of ${current.steps}` : "gets ready";
  else if (seen && frame && frame.state !== "kept") text = words(frame);
  if (current?.pass === "draft") text = `draft, ${text}`;
  badge.hidden = !text || !seen;
  badge.textContent = text;
  badge.dataset.state = current ? "rendering" : frame?.state ?? "";
  canvas.setAttribute("aria-label", frame ? `Frame ${number}, ${text || words(frame)}` : "No picture yet");
  sayBanner(seen);
}

function sayEmpty(frame, number) {
  const errors = model.problems.filter((problem) => problem.severity === "error").length;
  const doing = model.status?.doing;
  let title = "Waiting for the first frame", text = "It appears here while it is made.";
  if (model.connection === "new" || !model.status) [title, text] = ["Connecting", ""];
  else if (doing === "broken") {
    [title, text] = [`The script has ${counted(errors, "error")}`, "It renders as soon as they are mended and saved."];
  } else if (doing === "failed") [title, text] = ["Rendering failed", model.problems.at(-1)?.message ?? ""];
  else if (frame && !head.live) [title, text] = [`Frame ${number} is not rendered yet`, reason(frame)];
  at("empty-title").textContent = title;
  at("empty-text").textContent = text;
}

function sayBanner(seen) {
  const banner = at("banner"), broken = model.status?.doing === "broken", good = model.status?.good;
  banner.hidden = !(broken && seen);
  const errors = model.problems.filter((problem) => problem.severity === "error").length;
  const still = good ? `; still showing ${good}` : "";
  banner.textContent = broken ? `The script has ${counted(errors, "error")}${still}` : "";
}
