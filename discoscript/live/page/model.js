// All that the page knows, made of the messages of the server. Nothing here touches the document.

const NOTHING = {
  script: "", title: "", fps: 24, width: 1, height: 1, first: 0, count: 0,
  starts: [], shots: [], curves: [], prompts: [],
};

export const model = {
  scene: NOTHING,
  frames: [],       // {state, digest, draft, reason}, by place: frame number less scene.first
  problems: [],
  status: null,     // of the last message of that kind
  connection: "new", // new, open, lost, locked
};

// What each kind of message changes. Each returns the parts of the page that are to be drawn anew.
const TAKE = {
  scene(message) {
    model.scene = message;
    return ["scene"];
  },
  frames({ states, digests, drafts, reasons, reason }) {
    const draft = new Set(drafts);
    model.frames = states.map((state, place) => (
      { state, digest: digests[place], draft: draft.has(place), reason: reasons[reason[place]] }
    ));
    return ["frames"];
  },
  changed({ frames }) {
    for (const { frame, ...now } of frames) model.frames[frame - model.scene.first] = now;
    return ["changed"];
  },
  problems({ problems }) {
    model.problems = problems;
    return ["problems"];
  },
  status(message) {
    model.status = message;
    return ["status"];
  },
};

export const take = (message) => TAKE[message.kind]?.(message) ?? [];

// ───────────── questions ─────────────

// The value of a curve at a place.
export function valueAt(curve, place) {
  if (curve.values) return curve.values[place];
  let value;
  for (const [begin, held] of curve.runs) {
    if (begin > place) break;
    value = held;
  }
  return value;
}

// The prompts that count at a frame, strongest first: {text, weight}.
export function promptsAt(frame) {
  const found = [];
  for (const { text, weights } of model.scene.prompts) {
    const run = weights.find(([begin, end]) => begin <= frame && frame < end);
    if (run) found.push({ text, weight: run[2] });
  }
  return found.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

// Where in the list the frame in the making is; -1 for none.
export function makingPlace() {
  const current = model.status?.current;
  const place = current ? current.frame - model.scene.first : -1;
  return place < model.frames.length ? place : -1;
}

export const WORDS = {
  kept: "ready", stale: "to be rendered again", queued: "not rendered yet",
  rendering: "being rendered", failed: "failed",
};

export function words(frame) {
  return frame.draft && frame.state === "stale" ? "a draft" : WORDS[frame.state];
}

// Why a frame is or was rendered, without the folders of the script; "" where it was there already.
export function reason(frame) {
  return frame.reason === "kept" ? "" : frame.reason.replace(/ at \S*[\\/]([^\\/\s]+:\d+)$/, " at $1");
}

// The state of a frame, and why.
export function because(frame) {
  const why = reason(frame);
  if (!why) return words(frame);
  return frame.state === "kept" ? `ready; rendered: ${why}` : `${words(frame)}: ${why}`;
}

// ───────────── words ─────────────

export function duration(seconds) {
  if (seconds < 10) return `${seconds >= 0.95 ? seconds.toFixed(1) : seconds.toPrecision(2)} s`;
  const whole = Math.round(seconds), two = (number) => String(number).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

export const counted = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

export function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(2).padStart(5, "0")}`;
}

export const short = (number) => String(Number(Number(number).toPrecision(4)));
