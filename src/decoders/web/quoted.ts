/** What an access log puts between quotes: the request, the referrer and the agent. Each is judged once and remembered. */
import { unescapeLog } from './escapes.ts';
import { createMemo } from './memo.ts';
import { normalise } from './normalise.ts';
import { classifyAgent, classifyReferrer, classifyTarget, type WebThreat } from './threat.ts';
import { namesSession } from './threat-session.ts';

/** Longest value that is looked at, in characters. */
export const MAX_VALUE = 8192;
const MAX_METHOD = 24;

/** A request as the fields of an event say it. */
export interface WebRequest {
  readonly method: string | undefined;
  /** As sent; what is no request at all keeps the log's escapes. */
  readonly original: string | undefined;
  readonly path: string | undefined;
  readonly query: string | undefined;
  readonly decoded: string | undefined;
  readonly version: string | undefined;
  /** What the target shows by itself, whoever links to it. */
  readonly threat: readonly WebThreat[] | undefined;
  /** A session is named in the target; whether that is an attack, the referrer tells. */
  readonly session: boolean;
}

/** A header's value. */
export interface WebHeader {
  readonly text: string;
  readonly threat: readonly WebThreat[] | undefined;
}

/** The request between the quotes of an access log. */
export const requestOf = createMemo(readRequest);

/** An agent between its quotes. */
export const agentOf = createMemo((raw): WebHeader => {
  const text = sentText(raw);
  return { text, threat: classifyAgent(text) };
});

/** A referrer between its quotes. */
export const referrerOf = createMemo((raw): WebHeader => {
  const text = sentText(raw);
  return { text, threat: text === '-' ? undefined : classifyReferrer(text) };
});

function readRequest(raw: string): WebRequest {
  const methodEnd = raw.indexOf(' ');
  let method: string | undefined;
  let target: string | undefined;
  let version: string | undefined;
  let original: string | undefined;
  if (methodEnd > 0 && methodEnd < MAX_METHOD) {
    method = raw.slice(0, methodEnd);
    const lastSpace = raw.lastIndexOf(' ');
    const versioned = lastSpace > methodEnd && raw.startsWith('HTTP/', lastSpace + 1);
    target = sentText(raw.slice(methodEnd + 1, versioned ? lastSpace : raw.length));
    if (versioned) version = raw.slice(lastSpace + 6);
    original = target;
  } else if (raw !== '') {
    target = sentText(raw);
    original = raw.slice(0, MAX_VALUE);
  }
  const query = target === undefined ? -1 : target.indexOf('?');
  const decoded = target === undefined ? undefined : normalise(target);
  return {
    method,
    original,
    path: target === undefined || query < 0 ? target : target.slice(0, query),
    query: target === undefined || query < 0 ? undefined : target.slice(query + 1),
    decoded,
    version,
    threat: target === undefined ? undefined : classifyTarget(decoded, target),
    session: target !== undefined && namesSession(target),
  };
}

/** What the client sent, as far as the log kept it; the first 8 KiB. */
export function sentText(raw: string): string {
  const cut = raw.length > MAX_VALUE ? raw.slice(0, MAX_VALUE) : raw;
  return cut.indexOf('\\') < 0 ? cut : unescapeLog(cut);
}
