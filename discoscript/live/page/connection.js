// The news of the server, for as long as the page is open.

const WAIT_MS = [500, 1000, 2000];  // until the next try; the last one from then on
const SILENT_MS = 25000;            // the server gives a sign of life every ten seconds

let build = null;

// `take` gets each message, `tell` what is known of the connection: "open", "lost" or "locked".
export function connect(take, tell) {
  let failures = 0;

  function open() {
    const source = new EventSource("/news");
    let silence = setTimeout(() => fail(), SILENT_MS);

    source.onopen = () => {
      failures = 0;
      tell("open");
    };
    source.onmessage = ({ data }) => {
      clearTimeout(silence);
      silence = setTimeout(fail, SILENT_MS);
      const message = JSON.parse(data);
      if (message.kind !== "build") take(message);
      else if (build !== null && build !== message.build) location.reload();
      else build = message.build;
    };
    source.onerror = fail;

    function fail() {
      clearTimeout(silence);
      source.onerror = null;
      source.close();
      again();
    }
  }

  async function again() {
    const locked = await fetch("/news", { method: "HEAD" }).then((answer) => answer.status === 403, () => false);
    tell(locked ? "locked" : "lost");
    setTimeout(open, WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)]);
  }

  open();
}
