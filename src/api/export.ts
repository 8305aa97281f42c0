/** Alerts as a file: CSV that no spreadsheet runs as a formula, or one JSON object a line. Read in pieces, others go between. */
import { escapeControls } from '../kit/text.ts';
import type { AlertRow, ApiStore } from '../store/api-store.ts';
import type { RouteInput } from './contract.ts';

const PIECE = 100;
const COLUMNS = [
  'id',
  'first',
  'last',
  'level',
  'state',
  'entity',
  'rules',
  'detections',
  'events',
  'tactics',
  'sources',
  'decision',
  'note',
];

/** The download. */
export function alertFile(store: ApiStore, query: RouteInput<'alertsExport'>['query']): Response {
  const csv = query.format === 'csv';
  const pieces = piecesOf(store, query);
  const encoder = new TextEncoder();
  let first = csv;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (first) {
        first = false;
        controller.enqueue(encoder.encode(`${COLUMNS.join(',')}\r\n`));
        return;
      }
      // The event loop is given back between two pieces.
      await new Promise((resolve) => setImmediate(resolve));
      const { value, done } = pieces.next();
      if (done === true) return controller.close();
      controller.enqueue(encoder.encode(value.map(csv ? csvRow : (row) => `${JSON.stringify(row)}\n`).join('')));
    },
  });
  return new Response(body, {
    headers: {
      'content-type': csv ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="bekci-alerts.${csv ? 'csv' : 'ndjson'}"`,
      'cache-control': 'no-store',
    },
  });
}

function* piecesOf(store: ApiStore, query: RouteInput<'alertsExport'>['query']): Generator<readonly AlertRow[]> {
  let cursor: string | undefined;
  for (let left = query.limit; left > 0; ) {
    const page = store.alerts(query, { cursor, limit: Math.min(PIECE, left) });
    if (page.items.length > 0) yield page.items;
    left -= page.items.length;
    if (page.next === null) return;
    cursor = page.next;
  }
}

function csvRow(alert: AlertRow): string {
  return `${[
    alert.id,
    new Date(alert.firstAt).toISOString(),
    new Date(alert.lastAt).toISOString(),
    alert.level,
    alert.state,
    alert.entity,
    alert.rules.map((rule) => rule.title).join('; '),
    String(alert.detections),
    String(alert.events),
    alert.tactics.join(' '),
    alert.sources.join(' '),
    alert.decision === null ? '' : `${alert.decision.ip} ${alert.decision.state}`,
    alert.note,
  ]
    .map(csvCell)
    .join(',')}\r\n`;
}

/** A cell that begins like a formula is made text (OWASP, CSV injection). */
export function csvCell(text: string): string {
  const shown = escapeControls(text);
  const safe = /^[=+\-@]/.test(shown.trimStart()) ? `'${shown}` : shown;
  return /[",']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
