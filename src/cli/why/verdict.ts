/** The one sentence about somebody, and the reasons why nothing, or nothing more, was done. */
import { durationText, type Language, type MessageKey, refusalText, timeText } from '../../kit/messages/messages.ts';
import type { DecisionRecord } from '../../store/store.ts';
import type { Counting, Incident, Words } from './incident.ts';

type Facts = Omit<Incident, 'verdict' | 'reasons'>;

/** In which words, and what the door says now. */
export interface WordContext {
  readonly language: Language;
  readonly zone: string;
  readonly protection: { readonly code: string; readonly detail: string } | null;
}

const MAX_NEAR = 5;

/** The newest decision still in force or on its way; one that is in force before one that was only observed. */
function activeOf({ decisions, at }: Facts): DecisionRecord | null {
  const active = decisions.filter(
    (each) => each.expiresAt > at && each.state !== 'expired' && each.state !== 'revoked',
  );
  return active.find((each) => each.state !== 'observed') ?? active[0] ?? null;
}

/** One true sentence. */
export function verdictOf(facts: Facts, context: WordContext): Words {
  const { entity, decisions, detections, refusals } = facts;
  if (entity === '') return words(facts.line?.fields === null ? 'why.lineNot' : 'why.lineNobody');
  const active = activeOf(facts);
  if (active !== null) return activeWords(entity, active, context);
  const last = decisions.find((each) => each.state !== 'observed');
  if (last?.state === 'revoked') return words('why.is.lifted', { entity });
  if (last !== undefined)
    return words('why.is.ended', {
      ...{ entity, title: last.reason, time: time(last.expiresAt, context) },
      count: decisions.filter((each) => each.state !== 'observed').length,
    });
  const refusal = refusals.find((each) => each.code !== 'active');
  if (refusal !== undefined) return words('why.is.refused', { entity, reason: refusalText(refusal, context.language) });
  if (detections.length > 0) return words('why.is.told', { entity });
  const nearest = facts.counting.find((each) => !each.spoke);
  if (nearest !== undefined) {
    const { held, needed, rule } = nearest;
    return words('why.is.counted', { entity, held, needed, title: rule.title });
  }
  const lines = facts.mentions?.lines ?? 0;
  return lines > 0 ? words('why.is.mentioned', { entity, lines }) : words('why.is.unknown', { entity });
}

function activeWords(entity: string, decision: DecisionRecord, context: WordContext): Words {
  const { state, reason: title, error, expiresAt } = decision;
  const detail = error ?? '';
  if (state === 'pending') return words('why.is.pending', { entity, title, detail });
  if (state === 'failed') return words('why.is.failed', { entity, title, detail });
  const key = state === 'observed' ? 'why.is.observed' : 'why.is.banned';
  return words(key, { entity, title, time: time(expiresAt, context) });
}

/** Why nothing more; empty while somebody really is shut out. */
export function reasonsOf(facts: Facts, context: WordContext): Words[] {
  const active = activeOf(facts);
  if (facts.entity === '' || active?.state === 'applied') return [];
  const out: Words[] = [];
  if (!facts.running) out.push(words('why.not.stopped'));
  if (facts.mode === 'observe') out.push(words('why.not.observing'));
  if (context.protection !== null)
    out.push(words('why.not.protected', { reason: refusalText(context.protection, context.language) }));
  return [...out, ...doneReasons(facts, context), ...countReasons(facts, context), ...lineReasons(facts)];
}

function doneReasons(facts: Facts, context: WordContext): Words[] {
  const out: Words[] = [];
  const refused = facts.refusals.filter((each) => each.code !== 'active');
  const [refusal] = refused;
  if (refusal !== undefined)
    out.push(words('why.not.refused', { count: refused.length, reason: refusalText(refusal, context.language) }));
  const titles = new Map(
    facts.detections.filter((each) => each.rule.action !== 'ban').map((e) => [e.rule.title, e.rule.action]),
  );
  for (const [title, action] of titles) out.push(words('why.not.rule', { title, action }));
  const last = facts.decisions.find((each) => each.state === 'expired' || each.state === 'revoked');
  if (activeOf(facts) !== null || last === undefined) return out;
  if (last.state === 'expired') out.push(words('why.not.expired', { time: time(last.expiresAt, context) }));
  else {
    const by = facts.audit.find((row) => row.action === 'decisions.delete' || row.action === 'panic');
    out.push(words('why.not.revoked', { who: by === undefined ? '' : ` (${by.who})` }));
  }
  return out;
}

/** How far from speaking each rule that counts somebody is. */
function countReasons({ counting, at }: Facts, context: WordContext): Words[] {
  return counting.slice(0, MAX_NEAR).flatMap((each: Counting) => {
    const { held, needed, rule, newestAt, spanMs, group } = each;
    if (each.spoke) return [words('why.not.spoke', { title: rule.title })];
    const near = words('why.not.near', {
      ...{ title: rule.title, held, needed, time: time(newestAt, context) },
      span: durationText(context.language, spanMs / 1000),
      group: Object.values(group).join(', '),
    });
    return at - newestAt > spanMs ? [near, words('why.not.over')] : [near];
  });
}

function lineReasons({ mentions, counting }: Facts): Words[] {
  if (mentions === null) return [];
  const { files, lines, undecoded, elsewhere, unasked, counted } = mentions;
  if (files.length === 0) return [words('why.not.nolog')];
  if (lines === 0) return counting.length > 0 ? [] : [words('why.not.unseen', { files: files.join(', ') })];
  const some = (key: MessageKey, count: number): Words[] => (count === 0 ? [] : [words(key, { count })]);
  return [
    ...some('why.not.undecoded', undecoded),
    ...some('why.not.elsewhere', elsewhere),
    ...some('why.not.unasked', unasked),
    ...(counting.length > 0 ? [] : some('why.not.unread', counted)),
  ];
}

function words(key: MessageKey, values: Words['values'] = {}): Words {
  return { key, values };
}

function time(at: number, { language, zone }: WordContext): string {
  return timeText(language, at, zone);
}
