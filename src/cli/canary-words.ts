/** How the canary fares, in words: for `status` and `doctor`. */
import type { Status } from '../engine/handle.ts';
import { durationText, type Language, type MessageKey, t } from '../kit/messages/messages.ts';

/** A text with its parameters, and how bad it is. */
export interface CanaryWords {
  readonly grade: 'ok' | 'warn' | 'fail';
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Where it stopped, or when it last came through and how fast. */
export function canaryWords({ canary, now }: Pick<Status, 'canary' | 'now'>, language: Language): CanaryWords {
  // A daemon of an older version says nothing of it.
  if ((canary ?? null) === null) return { grade: 'warn', key: 'doctor.canaryOff', values: {} };
  const { lastSuccessAt, latencyMs, stoppedAt, problem, firewall } = canary!;
  if (stoppedAt !== null) {
    const since = lastSuccessAt === null ? '–' : new Date(lastSuccessAt).toISOString();
    const values = { stage: t(language, `stage.${stoppedAt}`), since, detail: problem ?? '' };
    return { grade: 'fail', key: 'doctor.canaryStopped', values };
  }
  if (lastSuccessAt === null) return { grade: 'ok', key: 'doctor.canarySoon', values: {} };
  const ago = durationText(language, (now - lastSuccessAt) / 1000);
  const key = firewall ? 'doctor.canaryFine' : 'doctor.canaryObserved';
  return { grade: 'ok', key, values: { ago, ms: Math.round(latencyMs ?? 0) } };
}
