/** The small live view of `bekci run` on a terminal: redrawn in place, as wide as the window. */
import type { EngineHandle, Status } from '../engine/handle.ts';
import { onOneLine } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { durationText, type Language, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { colours, levelText } from './output.ts';

const EVERY_MS = 500;
const ROWS = 6;
const NOTES = 3;

/** A view over a running engine. Its log keeps the last few messages at the bottom. */
export interface LiveView {
  readonly log: Log;
  start(handle: EngineHandle): void;
  stop(): void;
}

/** Creates the view. */
export function createLiveView(language: Language, banner: string | null): LiveView {
  const notes: string[] = [];
  let drawn = 0;
  let timer: NodeJS.Timeout | null = null;
  let draw: (() => void) | null = null;

  function paint(lines: readonly string[]): void {
    const width = Math.max(40, process.stdout.columns ?? 80);
    const up = drawn > 0 ? `\x1b[${drawn}A` : '';
    process.stdout.write(`${up}${lines.map((line) => `\x1b[2K${cut(line, width)}`).join('\n')}\n\x1b[J`);
    drawn = lines.length;
  }

  return {
    log(level, message, fields = {}) {
      if (level === 'warn' && fields.level !== undefined) return;
      const rest = Object.entries(fields).map(
        ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      const text = escapeControls(onOneLine([message, ...rest].join(' ')));
      notes.push(level === 'error' ? colours.red(text) : colours.dim(text));
      if (notes.length > NOTES) notes.shift();
    },
    start(handle) {
      process.stdout.write('\x1b[?25l');
      draw = () => paint(render(handle, language, banner, notes));
      draw();
      timer = setInterval(draw, EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      draw?.();
      process.stdout.write('\x1b[?25h');
    },
  };
}

function render(handle: EngineHandle, language: Language, banner: string | null, notes: readonly string[]): string[] {
  const status = handle.status();
  const now = Date.now();
  const detections = handle.recentDetections(ROWS).map((each) => {
    const entity = escapeControls(each.entity['source.ip'] ?? Object.values(each.entity)[0] ?? '');
    return `  ${colours.dim(new Date(each.at).toISOString().slice(11, 19))} ${levelText(each.rule.level, t(language, `level.${each.rule.level}`).padEnd(8))} ${colours.bold(entity.padEnd(22))} ${each.rule.title} (${each.events})`;
  });
  const decisions = handle
    .activeDecisions(ROWS)
    .map(
      (each) =>
        `  ${colours.bold(each.ip.padEnd(26))} ${t(language, `state.${each.state}`).padEnd(18)} ${durationText(language, (each.expiresAt - now) / 1000).padStart(14)}  ${each.reason}`,
    );
  const none = [colours.dim(`  ${t(language, 'view.none')}`)];
  return [
    ...(banner === null ? [] : [colours.yellow(banner)]),
    `${colours.yellow('bekci')} ${t(language, `mode.${status.mode}`)}`,
    `${status.linesPerSecond.toLocaleString()} ${t(language, 'view.lines')}  ${status.lines.toLocaleString()} Σ  ${Math.round(status.rssBytes / 1048576)} MiB`,
    colours.bold(t(language, 'view.sources')),
    ...sourceRows(status, language),
    colours.bold(t(language, 'view.detections')),
    ...(detections.length === 0 ? none : detections),
    `${colours.bold(t(language, 'view.decisions'))} ${status.activeDecisions}`,
    ...(decisions.length === 0 ? none : decisions),
    ...status.problems.slice(0, NOTES).map((problem) => colours.red(`! ${escapeControls(problem)}`)),
    ...notes,
  ];
}

function sourceRows(status: Status, language: Language): string[] {
  const rows = status.sources
    .slice(0, ROWS)
    .map(
      (each) =>
        `  ${t(language, `source.${each.state}`).padEnd(10)} ${escapeControls(each.id)} ${colours.dim(each.problem === null ? `${each.lines}` : escapeControls(each.problem))}`,
    );
  return status.sources.length > ROWS ? [...rows, colours.dim(`  + ${status.sources.length - ROWS}`)] : rows;
}

/** Cuts a line with colour codes to a number of visible characters. */
function cut(line: string, width: number): string {
  let seen = 0;
  let out = '';
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\x1b') {
      const end = line.indexOf('m', i);
      out += line.slice(i, end + 1);
      i = end;
    } else if (seen < width) {
      out += line[i];
      seen++;
    }
  }
  return out;
}
