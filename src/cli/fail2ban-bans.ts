/** `bekci fail2ban bans`: bans in force in fail2ban's database go through the door of the running daemon. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { canonicalAddress } from '../kit/address.ts';
import { fail } from '../kit/errors.ts';
import { durationText, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { DecisionRecord } from '../store/store.ts';
import { ask, locate, notRunning, type Where } from './client.ts';

/** A ban that has time left. */
export interface LiveBan {
  readonly ip: string;
  readonly jail: string;
  readonly secondsLeft: number;
}

const TEN_YEARS = 3650 * 86_400;
const MAX_BANS = 100_000;

/** The bans of a fail2ban database that are in force, one an address, the longest; null when there is no database. */
export function liveBans(
  path: string,
  now: number,
): { readonly live: readonly LiveBan[]; readonly ended: number } | null {
  if (!existsSync(path)) return null;
  let rows: readonly Record<string, unknown>[];
  try {
    const db = new DatabaseSync(path, { readOnly: true });
    // `bips` holds the last ban of each address and jail; databases of before 0.11 have only `bans`, without lengths.
    rows = db
      .prepare('SELECT ip, jail, timeofban, bantime FROM bips ORDER BY timeofban DESC LIMIT ?')
      .all(MAX_BANS) as Record<string, unknown>[];
    db.close();
  } catch (cause) {
    return fail('FAIL2BAN_DATABASE', {
      message: `cannot read ${path}: ${(cause as Error).message}`,
      hint: 'databases of fail2ban 0.11 and later are read',
      cause,
    });
  }
  const longest = new Map<string, LiveBan>();
  let ended = 0;
  for (const row of rows) {
    const ip = canonicalAddress(String(row.ip));
    const length = Number(row.bantime);
    const left = length < 0 ? TEN_YEARS : Math.round(Number(row.timeofban) + length - now / 1000);
    if (ip === null || !(left > 0)) {
      ended++;
      continue;
    }
    const known = longest.get(ip);
    if (known === undefined || known.secondsLeft < left)
      longest.set(ip, { ip, jail: String(row.jail), secondsLeft: left });
  }
  return { live: [...longest.values()], ended };
}

/** Hands them over, one after another. */
export async function handBans(
  options: Where & { readonly database: string; readonly dryRun?: boolean; readonly json?: boolean },
): Promise<void> {
  const { config, stateDir } = locate(options);
  const { language } = config;
  const found =
    liveBans(options.database, Date.now()) ??
    fail('FAIL2BAN_DATABASE', {
      message: t(language, 'f2b.import.noDatabase', { path: options.database }),
      hint: 'name it with --database',
    });
  let [given, refused] = [0, 0];
  const tell = (ban: LiveBan, ok: boolean, text: string, state: string): void => {
    if (ok) given++;
    else refused++;
    console.log(options.json === true ? JSON.stringify({ type: 'ban', ...ban, ok, state }) : escapeControls(text));
  };
  for (const ban of found.live) {
    const { ip, jail, secondsLeft } = ban;
    const duration = durationText(language, secondsLeft);
    if (options.dryRun === true) {
      tell(ban, true, t(language, 'f2b.bans.given', { ip, jail, duration, state: '?' }), 'planned');
      continue;
    }
    const body = { ip, seconds: secondsLeft, reason: `fail2ban ${jail}` };
    const answer = (await ask(stateDir, 'POST', '/decisions', body)) ?? notRunning(stateDir);
    const said = answer.body as { decision?: DecisionRecord; detail?: string; title?: string; code?: string };
    if (said.decision === undefined) {
      const detail = said.detail ?? said.title ?? said.code ?? String(answer.status);
      tell(ban, false, t(language, 'f2b.bans.refused', { ip, jail, detail }), detail);
    } else {
      const state = t(language, `state.${said.decision.state}`);
      tell(ban, true, t(language, 'f2b.bans.given', { ip, jail, duration, state }), said.decision.state);
    }
  }
  const sums = { given, refused, ended: found.ended };
  console.log(options.json === true ? JSON.stringify({ type: 'summary', ...sums }) : t(language, 'f2b.bans.sum', sums));
}
