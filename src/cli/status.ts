/** `bekci status`, `bekci confirm` and `bekci panic`. */
import type { Status } from '../engine/handle.ts';
import { t } from '../kit/messages/messages.ts';
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
  console.log(
    `${now.lines.toLocaleString()} lines, ${now.decoded.toLocaleString()} understood, ${now.detections} detections, ${now.activeDecisions} active decisions, ${Math.round(now.rssBytes / 1048576)} MiB`,
  );
  for (const source of now.sources) {
    const counted = Object.entries({ ...source.levels, ...source.counts }).filter(([, count]) => count > 0);
    const figures = [['lines', source.lines] as const, ...counted]
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ');
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
  for (const problem of now.problems) console.log(colours.red(`  ! ${escapeControls(problem)}`));
}

/** Ends the trial after arming. */
export async function confirm(options: Where): Promise<void> {
  const { stateDir } = locate(options);
  const answer = (await ask(stateDir, 'POST', '/confirm')) ?? notRunning(stateDir);
  console.log(
    (answer.body as { confirmed: boolean }).confirmed ? 'confirmed: bans stay' : 'there was nothing to confirm',
  );
}

/** Lifts everything and observes. */
export async function panic(options: Where): Promise<void> {
  const { stateDir } = locate(options);
  const answer = (await ask(stateDir, 'POST', '/panic')) ?? notRunning(stateDir);
  console.log(`${(answer.body as { lifted: number }).lifted} bans lifted; observing from now on, until the next start`);
}
