/** `bekci status`, `bekci confirm` and `bekci panic`. */
import type { Status } from '../engine/handle.ts';
import { durationText, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { canaryWords } from './canary-words.ts';
import { ask, locate, notRunning, type Where } from './client.ts';
import { colours } from './output.ts';

/** Prints the running daemon's state; exit 69 when none runs, 1 when it is not healthy. */
export async function status(options: Where & { readonly json?: boolean }): Promise<void> {
  const { stateDir, config } = locate(options);
  const answer = (await ask(stateDir, 'GET', '/status')) ?? notRunning(stateDir);
  const now = answer.body as Status;
  if (!now.healthy) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify(now));
    return;
  }
  console.log(`bekci ${now.version}  ${t(config.language, `mode.${now.mode}`)}`);
  const { language } = config;
  const locale = language === 'tr' ? 'tr-TR' : 'en-GB';
  const count = (figure: number): string => figure.toLocaleString(locale);
  console.log(
    t(language, 'status.figures', {
      lines: count(now.lines),
      decoded: count(now.decoded),
      detections: count(now.detections),
      decisions: count(now.activeDecisions),
      mib: Math.round(now.rssBytes / 1048576),
    }),
  );
  if (now.trialLeft !== null)
    console.log(colours.yellow(`  ! ${t(language, 'status.trial', { span: durationText(language, now.trialLeft) })}`));
  for (const source of now.sources) {
    const counted = Object.entries({ ...source.levels, ...source.counts }).filter(([, count]) => count > 0);
    const figures = [
      t(language, 'status.lines', { count: count(source.lines) }),
      ...counted.map(([kind, figure]) => `${count(figure)} ${kind}`),
    ].join(', ');
    console.log(
      `  ${t(config.language, `source.${source.state}`).padEnd(12)} ${source.id}  ${figures}${source.problem === null ? '' : `  ${escapeControls(source.problem)}`}`,
    );
  }
  const { grade, key, values } = canaryWords(now, config.language);
  const paint = grade === 'fail' ? colours.red : grade === 'warn' ? colours.yellow : (text: string): string => text;
  console.log(
    paint(`  ${t(config.language, 'doctor.canary')}: ${escapeControls(t(config.language, key, values)).trim()}`),
  );
  for (const warning of now.warnings ?? []) console.log(colours.yellow(`  ! ${escapeControls(warning)}`));
  if (now.pageProblem !== null)
    console.log(colours.yellow(`  ! ${t(language, 'status.page', { detail: escapeControls(now.pageProblem) })}`));
  for (const problem of now.problems) console.log(colours.red(`  ! ${escapeControls(problem)}`));
}

/** Ends the trial after arming; exit 1 when it came too late. */
export async function confirm(options: Where): Promise<void> {
  const { stateDir, config } = locate(options);
  const { language } = config;
  const answer = (await ask(stateDir, 'POST', '/confirm')) ?? notRunning(stateDir);
  if ((answer.body as { confirmed: boolean }).confirmed) {
    console.log(t(language, 'confirm.done'));
    return;
  }
  const disarmed = ((await ask(stateDir, 'GET', '/status'))?.body as Status | undefined)?.disarmed ?? null;
  if (disarmed?.by !== 'trial') {
    console.log(t(language, 'confirm.none'));
    return;
  }
  process.exitCode = 1;
  console.log(t(language, 'confirm.late', { time: new Date(disarmed.at).toISOString() }));
}

/** Lifts everything and observes. */
export async function panic(options: Where): Promise<void> {
  const { stateDir, config } = locate(options);
  const answer = (await ask(stateDir, 'POST', '/panic')) ?? notRunning(stateDir);
  console.log(t(config.language, 'panic.done', { count: (answer.body as { lifted: number }).lifted }));
}
