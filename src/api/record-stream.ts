/** Records as NDJSON while they come; ended when the asker hangs up, or reads too slowly. */

/** Bytes that may wait for a slow reader. */
const MAX_WAITING = 16 * 1024 * 1024;

type Ended = { readonly event: 'failed'; readonly reason: 'slow'; readonly message: string };

/** The answer. `start` is given who to tell; `done` and `failed` are the last record. */
export function recordStream<R extends { readonly event: string }>(
  request: Request,
  start: (told: (record: R) => void) => { cancel(): void },
): Response {
  const encoder = new TextEncoder();
  let running: { cancel(): void } | null = null;
  let open = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const told = (record: R): void => {
          if (!open) return;
          let last: R | Ended = record;
          if ((controller.desiredSize ?? 0) <= 0) {
            running?.cancel();
            last = { event: 'failed', reason: 'slow', message: 'what was found is not being read' };
          }
          controller.enqueue(encoder.encode(`${JSON.stringify(last)}\n`));
          if (last.event !== 'done' && last.event !== 'failed') return;
          open = false;
          controller.close();
        };
        // Asked about with HEAD, nothing is begun.
        if (request.method === 'HEAD') controller.close();
        else running = start(told);
      },
      cancel() {
        open = false;
        running?.cancel();
      },
    },
    { highWaterMark: MAX_WAITING, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
