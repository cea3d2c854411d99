// The playhead: which frame is looked at, by hand, while playing, or following the render.

import { model, makingPlace } from "./model.js";
import { picture } from "./pictures.js";

const AHEAD = 8;  // pictures that are fetched before they are played

export const head = { place: 0, live: true, playing: false };

let moved = () => {};
let began = null;  // {time, at}: when and where playing began, among the frames that are there
let drawing = null;

// `whenMoved` is called whenever anything of `head` has changed.
export function player(whenMoved) {
  moved = whenMoved;
}

// Look at a frame; what follows the render stops to.
export function go(place) {
  pause();
  head.live = false;
  head.place = clamp(place);
  moved();
}

export function follow() {
  pause();
  head.live = true;
  catchUp();
  moved();
}

// After news: stay with the frame in the making, or where there is one.
export function catchUp() {
  const making = makingPlace();
  if (head.live && making >= 0) head.place = making;
  head.place = clamp(head.place);
}

export function toggle() {
  if (head.playing) pause();
  else play();
  moved();
}

function play() {
  const there = playable();
  if (there.length < 2) return;
  const here = there.findIndex((place) => place >= head.place);
  const at = here < 0 || here === there.length - 1 ? 0 : here;
  head.live = false;
  head.playing = true;
  began = { time: performance.now(), at };
  tick();
}

function pause() {
  head.playing = false;
  cancelAnimationFrame(drawing);
}

function tick() {
  if (!head.playing) return;
  const there = playable();
  if (!there.length) return pause();
  const passed = Math.floor(((performance.now() - began.time) / 1000) * model.scene.fps);
  const at = (began.at + passed) % there.length;
  if (there[at] !== head.place) {
    head.place = there[at];
    for (let next = 1; next <= AHEAD; next++) {
      picture(model.frames[there[(at + next) % there.length]].digest).catch(() => {});
    }
    moved();
  }
  drawing = requestAnimationFrame(tick);
}

// The places of the frames that have a picture; made again only where the frames have changed.
let known = { frames: null, there: [] };
export function forget() {
  known.frames = null;
}
function playable() {
  if (known.frames !== model.frames) {
    const there = [];
    model.frames.forEach((frame, place) => frame.digest && there.push(place));
    known = { frames: model.frames, there };
  }
  return known.there;
}

const clamp = (place) => Math.max(0, Math.min(place, model.frames.length - 1));
