/** `bekci scan`: whole files on their own clock. */
import { loadConfig } from '../config/load.ts';
import { describeError, fail } from '../kit/errors.ts';
import { durationText, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { StoredDetection } from '../model/detection.ts';
import { scanFiles } from '../scan.ts';
import type { DecisionRecord } from '../store/store.ts';
import { colours, createWriter, levelText } from './output.ts';
import { restrainLargeHeap } from './shed-memory.ts';

interface Options {
  readonly config?: string;
  readonly program?: string;
  readonly timezone?: string;
  readonly year?: string;
  readonly rules?: string[];
  readonly json?: boolean;
}

/** Scans the files and prints what was found as it is found, then a summary. */
export async function scan(files: string[], options: Options): Promise<void> {
  const { config } = loadConfig(options.config ?? null);
  const year = options.year === undefined ? null : Number(options.year);
  if (year !== null && !(Number.isInteger(year) && year > 1969 && year < 10_000))
    fail('USAGE_YEAR', { message: `\`${options.year}\` is no year`, hint: 'write four digits: --year 2026' });
  checkZone(options.timezone);
  const out = createWriter();
  const json = options.json === true;
  const progress = !json && process.stderr.isTTY === true;
  let told = 0;
  const { summary, pipeline } = await scanFiles(
    files,
    {
      config,
      program: options.program ?? null,
      timezone: options.timezone ?? null,
      year,
      rulePaths: options.rules ?? [],
    },
    {
      detection: (detection) => out.line(json ? detectionJson(detection) : detectionText(detection)),
      decision: (decision) =>
        out.line(json ? JSON.stringify(decisionJson(decision)) : decisionText(decision, config.language)),
      fault: (error, text) =>
        console.error(
          `bekci: a line was skipped because of a fault: ${String(error)}: ${escapeControls(text.slice(0, 120))}`,
        ),
      progress: (lines: number) => {
        restrainLargeHeap();
        if (!progress || Date.now() - told < 100) return;
        told = Date.now();
        process.stderr.write(`\r${lines.toLocaleString()} ...`);
      },
    },
  );
  if (progress) process.stderr.write('\r\x1b[K');
  for (const error of pipeline.ruleErrors) console.error(`bekci: a rule was left out: ${describeError(error)}`);
  if (json) out.line(JSON.stringify({ type: 'summary', ...summary }));
  else
    out.line(
      `${summary.lines.toLocaleString()} lines, ${summary.decoded.toLocaleString()} understood, ${summary.detections} detections, ${summary.decisions} would-be bans, ${(summary.elapsedMs / 1000).toFixed(2)} s`,
    );
  out.flush();
}

/** Refuses a time zone Intl does not know. */
export function checkZone(zone: string | undefined): void {
  if (zone === undefined) return;
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    fail('USAGE_TIMEZONE', {
      message: `\`${zone}\` is no time zone`,
      hint: 'write an IANA name such as UTC or Europe/Istanbul',
    });
  }
}

const ruleTexts = new Map<string, string>();

/** One line of JSON. A busy log has tens of thousands, of few rules: what is said of a rule is written once. */
function detectionJson({ id, rule, at, entity, events }: StoredDetection): string {
  let told = ruleTexts.get(rule.id);
  if (told === undefined) {
    told = `","rule":${JSON.stringify({ id: rule.id, title: rule.title, level: rule.level })},"at":"`;
    ruleTexts.set(rule.id, told);
  }
  return `{"type":"detection","id":"${id}${told}${isoOf(at)}",${JSON.stringify({ entity, events }).slice(1)}`;
}

const MINUTE = 60_000;
const WHOLE_SECONDS = Array.from({ length: 60 }, (_, second) => `${String(second).padStart(2, '0')}.000Z`);
let minute = Number.NaN;
let minuteText = '';

/** As `toISOString` says it. Times of whole seconds are as a rule of the minute before them, whose part of the text is kept. */
export function isoOf(at: number): string {
  if (at % 1000 !== 0) return new Date(at).toISOString();
  const its = Math.floor(at / MINUTE);
  if (its !== minute) {
    minuteText = new Date(its * MINUTE).toISOString().slice(0, -WHOLE_SECONDS[0]!.length);
    minute = its;
  }
  return minuteText + WHOLE_SECONDS[(at - its * MINUTE) / 1000];
}

function decisionJson(decision: DecisionRecord): Record<string, unknown> {
  return {
    type: 'decision',
    action: 'ban',
    ip: decision.ip,
    at: isoOf(decision.at),
    seconds: decision.seconds,
    rule: decision.rule,
  };
}

function detectionText(detection: StoredDetection): string {
  const entity = Object.values(detection.entity).map(escapeControls).join(' ');
  return `${colours.dim(new Date(detection.at).toISOString())} ${levelText(detection.rule.level)} ${colours.bold(entity)} ${detection.rule.title} (${detection.events})`;
}

function decisionText(decision: DecisionRecord, language: 'en' | 'tr'): string {
  return `${colours.dim(new Date(decision.at).toISOString())}   ${t(language, 'alert.observed', { ip: decision.ip, duration: durationText(language, decision.seconds) })}`;
}
