/** `bekci decisions list|add|delete`. */
import { parseNetwork } from '../kit/cidr.ts';
import { parseDuration } from '../kit/duration.ts';
import { fail } from '../kit/errors.ts';
import { durationText, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { DecisionRecord } from '../store/store.ts';
import { ask, locate, notRunning, readStore, type Where } from './client.ts';
import { colours, createWriter } from './output.ts';

type Options = Where & { readonly json?: boolean };

/** Prints bans in force, all that are remembered, or whom rules that only observe would have banned. */
export function list(options: Options & { readonly all?: boolean; readonly observed?: boolean }): void {
  const { stateDir, config } = locate(options);
  const store = readStore(stateDir);
  const decisions = store.decisions({
    limit: 100_000,
    ...(options.observed === true
      ? { state: 'observed' as const }
      : options.all === true
        ? {}
        : { activeAt: Date.now() }),
  });
  store.close();
  const out = createWriter();
  for (const decision of decisions) {
    if (options.json === true) out.line(JSON.stringify(decisionJson(decision)));
    else {
      const left = Math.max(0, (decision.expiresAt - Date.now()) / 1000);
      out.line(
        `${decision.ip.padEnd(40)} ${t(config.language, `state.${decision.state}`).padEnd(16)} ${durationText(config.language, left).padStart(14)}  ${escapeControls(decision.reason)}${decision.error === null ? '' : colours.red(` ${escapeControls(decision.error)}`)}`,
      );
    }
  }
  if (options.json !== true && decisions.length === 0) out.line(t(config.language, 'view.none'));
  out.flush();
}

/** A decision with ISO times. */
export function decisionJson(decision: DecisionRecord): Record<string, unknown> {
  return {
    ...decision,
    at: new Date(decision.at).toISOString(),
    expiresAt: new Date(decision.expiresAt).toISOString(),
  };
}

/** Bans by hand, through the daemon's door. */
export async function add(
  address: string,
  options: Options & { readonly duration: string; readonly reason: string },
): Promise<void> {
  const seconds = parseDuration(options.duration);
  if (seconds === null || seconds < 1)
    fail('USAGE_DURATION', { message: `\`${options.duration}\` is no duration`, hint: 'write 10m, 4h or 1d' });
  const { stateDir, config } = locate(options);
  const answer =
    (await ask(stateDir, 'POST', '/decisions', { ip: address, seconds, reason: options.reason })) ??
    notRunning(stateDir);
  const body = answer.body as {
    ok?: boolean;
    decision?: DecisionRecord;
    code?: string;
    detail?: string;
    title?: string;
  };
  if (body.decision === undefined)
    fail('USAGE_REFUSED', {
      message: `not banned: ${body.detail ?? body.title ?? 'refused'} (${body.code ?? answer.status})`,
      hint: 'the same protection holds for bans by hand',
    });
  if (options.json === true) {
    console.log(JSON.stringify(decisionJson(body.decision)));
    return;
  }
  const { ip, state, expiresAt } = body.decision;
  const values = { ip, state: t(config.language, `state.${state}`), time: new Date(expiresAt).toISOString() };
  console.log(t(config.language, state === 'observed' ? 'decision.observed' : 'decision.added', values));
}

/** Lets an address in again. */
export async function remove(address: string, options: Options): Promise<void> {
  const { stateDir, config } = locate(options);
  if (parseNetwork(address.trim()) === null)
    fail('USAGE_ADDRESS', {
      message: `\`${address}\` is no address or network`,
      hint: 'write 203.0.113.7 or 2001:db8::/64; `bekci decisions list` names those in force',
    });
  const answer = (await ask(stateDir, 'DELETE', `/decisions/${encodeURIComponent(address)}`)) ?? notRunning(stateDir);
  const { lifted } = answer.body as { lifted: number };
  console.log(
    options.json === true
      ? JSON.stringify({ ip: address, lifted })
      : t(config.language, lifted > 0 ? 'decision.lifted' : 'decision.none', { ip: address }),
  );
}
