/** `bekci audit list` and `bekci audit verify`: who did what, and whether the record is whole. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '../kit/duration.ts';
import { fail } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { ApiStore, AuditFilter, AuditRow } from '../store/api-store.ts';
import { openApiStore } from '../store/sqlite/api/api-store.ts';
import { locate, type Where } from './client.ts';
import { colours, createWriter } from './output.ts';
import { wholeNumber } from './whole-number.ts';

const PAGE = 1000;

interface ListOptions extends Where {
  readonly since?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** Prints rows, newest first. */
export function listAudit(options: ListOptions): void {
  const limit = wholeNumber('limit', options.limit);
  const { stateDir, config } = locate(options);
  const store = readAudit(stateDir);
  const filter: AuditFilter = {
    who: options.actor,
    action: options.action,
    target: options.target,
    since: options.since === undefined ? undefined : momentOf(options.since),
  };
  const out = createWriter();
  let count = 0;
  for (let cursor: string | null = null; count < limit; ) {
    const page = store.audit(filter, { limit: Math.min(PAGE, limit - count), cursor: cursor ?? undefined });
    for (const row of page.items) out.line(options.json === true ? rowJson(row) : rowText(row));
    count += page.items.length;
    cursor = page.next;
    if (cursor === null) break;
  }
  store.close();
  if (count === 0 && options.json !== true) out.line(t(config.language, 'audit.none'));
  out.flush();
}

/** Walks the chain; exit 1 when it is broken. */
export function verifyAudit(options: Where & { readonly head?: string; readonly json?: boolean }): void {
  if (options.head !== undefined && !/^[0-9a-f]{64}$/.test(options.head))
    fail('USAGE_HEAD', { message: '--head takes the 64 hex digits that an earlier `bekci audit verify` printed' });
  const { stateDir, config } = locate(options);
  const store = readAudit(stateDir);
  const proof = store.verifyAudit(options.head);
  store.close();
  if (proof.fault !== null) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify({ ok: proof.fault === null, ...proof }));
    return;
  }
  const { rows, unsealed, brokenAt, fault, head } = proof;
  if (fault !== null) {
    console.log(colours.red(t(config.language, `audit.${fault}`, { row: brokenAt ?? 0 })));
    return;
  }
  console.log(t(config.language, 'audit.whole', { rows, unsealed }));
  if (head !== null) console.log(t(config.language, 'audit.head', { head }));
}

/** The audit of a state folder, for reading only. */
export function readAudit(stateDir: string): ApiStore {
  const path = join(stateDir, 'bekci.db');
  if (!existsSync(path))
    fail('STORE_NONE', {
      message: `there is no store in ${stateDir}`,
      hint: 'has `bekci run` run here? `--state-dir` or `-c` names another place',
    });
  const store = openApiStore(path, { readOnly: true });
  try {
    store.audit({}, { limit: 1 });
    return store;
  } catch (cause) {
    store.close();
    return fail('STORE_OLD', {
      message: `the store in ${stateDir} was written by an older version: ${(cause as Error).message}`,
      hint: 'start this version’s daemon once: it brings the store up to date',
      cause,
    });
  }
}

function momentOf(text: string): number {
  const seconds = parseDuration(text);
  const moment = seconds === null ? Date.parse(text) : Date.now() - seconds * 1000;
  return Number.isNaN(moment)
    ? fail('USAGE_SINCE', { message: `\`${text}\` is no time`, hint: 'write 24h, 7d or 2026-11-24T08:00:00Z' })
    : moment;
}

function rowText({ at, who, address, action, target, detail, ok }: AuditRow): string {
  const from = address === null ? '' : ` (${address})`;
  const parts = [
    new Date(at).toISOString(),
    `${who}${from}`.padEnd(24),
    `${action}${ok ? '' : ' !'}`.padEnd(20),
    target,
    detail,
  ];
  return escapeControls(parts.join('  ')).trimEnd();
}

function rowJson(row: AuditRow): string {
  return JSON.stringify({ ...row, at: new Date(row.at).toISOString() });
}
