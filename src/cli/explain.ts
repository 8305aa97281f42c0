/** `bekci explain`: what is made of each line. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { closestMessage } from '../decoders/closest.ts';
import { fail } from '../kit/errors.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { unusualWords } from '../kit/messages/unusual-words.ts';
import { escapeControls } from '../kit/text.ts';
import { toEcs } from '../model/log-event.ts';
import { buildPipeline, type Pipeline } from '../pipeline.ts';
import { LineCutter } from '../sources/file/lines.ts';
import { stateDirOf } from '../state-dir.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { colours, createWriter, levelText } from './output.ts';
import { checkZone } from './scan.ts';

interface Options {
  readonly config?: string;
  readonly program?: string;
  readonly timezone?: string;
  readonly now?: string;
  readonly json?: boolean;
}

/** What the daemon of this machine has learned, if there is any. */
function restoreLearned(pipeline: Pipeline, stateDir: string): void {
  const path = join(stateDir, 'bekci.db');
  if (!existsSync(path)) return;
  const store = openStore(path, { readOnly: true });
  pipeline.detector.restore(store.state(pipeline.detector.name));
  store.close();
}

/** What came closest to a line of which nothing was understood, and how it can be added. */
function hintsFor(language: Language, text: string): string[] {
  const near = closestMessage(text);
  const closest =
    near === null
      ? []
      : [t(language, 'explain.closest', { program: near.program, pattern: escapeControls(near.pattern) })];
  return [...closest, t(language, 'explain.add', {})];
}

/** Prints one answer a line, in order. */
export async function explain(file: string, options: Options): Promise<void> {
  const { config } = loadConfig(options.config ?? null);
  const now = options.now === undefined ? Date.now() : Date.parse(options.now);
  if (Number.isNaN(now))
    fail('USAGE_NOW', { message: `\`${options.now}\` is no time`, hint: 'write ISO 8601: 2026-11-24T08:00:00Z' });
  checkZone(options.timezone);
  const pipeline = buildPipeline(config, { persist: false, withAnomaly: true });
  restoreLearned(pipeline, stateDirOf(config));
  const decode = pipeline.decoderOf({
    id: 'explain',
    program: options.program ?? null,
    timezone: options.timezone ?? null,
  });
  const out = createWriter();
  let n = 0;
  const answer = (text: string): void => {
    n++;
    const event = decode.decode(text, now);
    const rules =
      event === null
        ? []
        : pipeline.detector
            .explain(event)
            .map(({ rule, role }) => ({ id: rule.id, title: rule.title, level: rule.level, role }));
    const unusual = event === null ? null : (pipeline.anomaly?.scoreOf(event, text) ?? null);
    const words =
      event === null
        ? []
        : (pipeline.anomaly?.peek(event) ?? []).flatMap(({ rule, facts }) =>
            unusualWords(rule.id, facts, config.language),
          );
    const bare = event === null || Object.keys(event.fields).length === 0;
    if (options.json === true) {
      out.line(
        JSON.stringify({
          n,
          event: event === null ? null : toEcs(event),
          rules,
          anomaly: unusual === null ? null : { ...unusual, words },
        }),
      );
      return;
    }
    out.line(colours.bold(escapeControls(text)));
    if (event === null) out.line('  not understood: no format or program fits; --program may name it');
    else
      for (const [name, value] of Object.entries(toEcs(event)))
        if (name !== 'message') out.line(`  ${colours.dim(name.padEnd(28))} ${escapeControls(String(value))}`);
    if (bare) for (const hint of hintsFor(config.language, text)) out.line(`  ${hint}`);
    if (unusual !== null) {
      const [score, threshold] = [unusual.score.toFixed(3), unusual.threshold.toFixed(3)];
      out.line(`  ${t(config.language, 'explain.unusual', { score, threshold })}`);
    }
    for (const each of words) out.line(`  ${escapeControls(each)}`);
    for (const rule of rules)
      out.line(
        `  ${levelText(rule.level)} ${rule.title}${rule.role === 'evidence' ? colours.dim(' (counts towards others)') : ''}`,
      );
  };
  const cutter = new LineCutter(0);
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) for (const text of cutter.push(chunk).texts) answer(text);
  } catch (cause) {
    fail('FILE_READ', {
      message: `cannot read ${file}: ${(cause as Error).message}`,
      hint: 'check the name and the permissions',
      cause,
    });
  }
  const last = cutter.flush();
  if (last !== null) answer(last.text);
  out.flush();
}
