/** `bekci why`: everything known of one address, network or user, or of whom a log line is about; and why nothing was done. */
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { unusualWords } from '../kit/messages/unusual-words.ts';
import { buildPipeline } from '../pipeline.ts';
import { locate, type Where } from './client.ts';
import { decisionJson } from './decisions.ts';
import { createWriter } from './output.ts';
import { gatherIncident } from './why/gather.ts';
import type { Incident, Words } from './why/incident.ts';
import { incidentPage } from './why/page.ts';
import { printIncident } from './why/text.ts';

interface Options extends Where {
  readonly json?: boolean;
  readonly html?: string;
  readonly program?: string;
  readonly language?: string;
}

/** Prints what was seen, done and refused, as text, JSON, or a page written to a file. */
export async function why(asked: string, options: Options): Promise<void> {
  if (asked.trim() === '') fail('USAGE_WHY', { message: 'name an address, a user, or a log line in quotes' });
  const { config, stateDir } = locate(options);
  if (options.language !== undefined && options.language !== 'en' && options.language !== 'tr')
    fail('USAGE_LANGUAGE', { message: `\`${options.language}\` is no language there is`, hint: 'en or tr' });
  const language = options.language ?? config.language;
  const zone = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const pipeline = buildPipeline(config, { persist: false });
  const incident = await gatherIncident(asked, {
    ...{ config: { ...config, language }, stateDir, pipeline },
    ...{ program: options.program ?? null, now: Date.now() },
  });
  const out = createWriter();
  if (options.html !== undefined) {
    writePage(options.html, incidentPage(incident, { language, zone, version: versionOf() }));
    out.line(t(language, 'why.written', { file: options.html }));
  }
  if (options.json === true) out.line(JSON.stringify(incidentJson(incident)));
  else if (options.html === undefined) printIncident(incident, out, language, zone);
  out.flush();
}

/** Readable by its owner: it holds log lines. */
function writePage(path: string, page: string): void {
  try {
    // A link that somebody else laid there is not followed.
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o600);
    try {
      writeFileSync(fd, page);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    fail('FILE_WRITE', {
      message: `cannot write ${path}: ${(cause as Error).message}`,
      hint: 'name a file in a folder you may write to',
      cause,
    });
  }
}

function incidentJson(incident: Incident): Record<string, unknown> {
  const iso = <T extends { readonly at: number }>(each: T) => ({ ...each, at: new Date(each.at).toISOString() });
  const words = ({ key, values }: Words) => ({ code: key.slice('why.'.length), ...values, text: t('en', key, values) });
  return {
    ...incident,
    at: new Date(incident.at).toISOString(),
    verdict: words(incident.verdict),
    reasons: incident.reasons.map(words),
    detections: incident.detections.map((each) => ({
      ...iso(each),
      words: unusualWords(each.rule.id, each.facts, 'en'),
    })),
    decisions: incident.decisions.map(decisionJson),
    refusals: incident.refusals.map(iso),
    audit: incident.audit.map(iso),
    counting: incident.counting.map((each) => ({ ...each, newestAt: new Date(each.newestAt).toISOString() })),
  };
}

function versionOf(): string {
  const path = join(import.meta.dirname, '..', '..', 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
