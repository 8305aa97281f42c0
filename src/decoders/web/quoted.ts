/** What an access log puts between quotes: the request, the referrer and the agent. Each is judged once and remembered. */
import { unescapeLog } from './escapes.ts';
import { createMemo } from './memo.ts';
import { normalise } from './normalise.ts';
import { classifyAgent, classifyReferrer, classifyTarget, joinThreats, type WebThreat } from './threat.ts';
import { namesSession } from './threat-session.ts';

/** Longest value that is looked at, in characters. */
const MAX_VALUE = 8192;
const MAX_METHOD = 24;
/** Longest pieces that are remembered. With all of that length about 8 MB are kept. */
const MAX_REQUEST = 320;
const MAX_SENDER = 480;
/** `" 200` behind a request. */
const ANSWER = 5;

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
  /** It will be the same object the next time. */
  readonly kept: boolean;
}

/** Where a request came from, as its headers say. */
export interface WebSender {
  readonly referrer: string | undefined;
  readonly agent: string | undefined;
  readonly threat: readonly WebThreat[] | undefined;
  /** It will be the same object the next time. */
  readonly kept: boolean;
}

interface Header {
  readonly text: string;
  readonly threat: readonly WebThreat[] | undefined;
}

/** The request with the status of its answer: `GET / HTTP/1.1" 200`. */
export const requestOf = createMemo(MAX_REQUEST, (text, kept) => readRequest(text.slice(0, -ANSWER), kept));

/** Referrer and agent with the quotes around them: `"https://example.com/" "Mozilla/5.0"`; the agent may be missing. */
export const senderOf = createMemo(MAX_SENDER, readSender);

/** A log without these headers. */
export const NO_SENDER: WebSender = { referrer: undefined, agent: undefined, threat: undefined, kept: true };

const agentOf = createMemo(MAX_REQUEST, (raw): Header => {
  const text = sentText(raw);
  return { text, threat: classifyAgent(text) };
});

const referrerOf = createMemo(MAX_REQUEST, (raw): Header => {
  const text = sentText(raw);
  return { text, threat: text === '-' ? undefined : classifyReferrer(text) };
});

function readSender(text: string, kept: boolean): WebSender {
  const referrerEnd = closingQuote(text, 1);
  const referrer = referrerOf(text, 1, referrerEnd);
  const agentStart = referrerEnd + 3;
  const agent = agentStart < text.length ? agentOf(text, agentStart, text.length - 1) : null;
  return {
    referrer: referrer.text === '-' ? undefined : referrer.text,
    agent: agent === null || agent.text === '-' ? undefined : agent.text,
    threat: joinThreats(agent?.threat, referrer.threat),
    kept,
  };
}

function readRequest(raw: string, kept: boolean): WebRequest {
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
    kept,
  };
}

/** The quote that ends a value: the next one that no backslash escapes. -1 when there is none. */
export function closingQuote(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 92 && end - 1 - slashes >= start) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

/** What the client sent, as far as the log kept it; the first 8 KiB. */
export function sentText(raw: string): string {
  const cut = raw.length > MAX_VALUE ? raw.slice(0, MAX_VALUE) : raw;
  return cut.indexOf('\\') < 0 ? cut : unescapeLog(cut);
}
