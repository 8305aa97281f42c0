/** `bekci fail2ban import`: a configuration that bans whom fail2ban's jails would, with the filters as they are. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readJails } from '../detectors/fail2ban/conf/jail-conf.ts';
import { AppError, fail } from '../kit/errors.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { liveBans } from './fail2ban-bans.ts';
import { type Plan, planMove } from './fail2ban-plan.ts';
import { noteText, writeYaml } from './fail2ban-yaml.ts';
import { colours } from './output.ts';

interface Options {
  readonly output: string;
  readonly language?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const MAX_FILTER_BYTES = 1 << 20;

/** Reads DIR, says what becomes of each jail, and writes OUTPUT/bekci.yaml and OUTPUT/fail2ban/filter.d. */
export function importFail2ban(dir: string, options: Options): void {
  const language: Language = options.language === 'tr' ? 'tr' : 'en';
  const from = resolve(dir);
  const conf = readJails(from);
  const plan = planMove(conf, from);
  const folder = join(resolve(options.output), 'fail2ban');
  const file = join(resolve(options.output), 'bekci.yaml');
  if (options.json === true) tellJson(plan, language);
  else tell(plan, language);
  if (options.dryRun !== true) {
    write(file, writeYaml(plan, folder, language), from, folder);
    say(options, 'wrote', t(language, 'f2b.import.wrote', { path: file }), { path: file });
  }
  const database = conf.database ?? '/var/lib/fail2ban/fail2ban.sqlite3';
  const bans = liveBans(database, Date.now());
  if (bans === null) say(options, 'bans', t(language, 'f2b.import.noDatabase', { path: database }), { count: 0 });
  else say(options, 'bans', t(language, 'f2b.import.bans', { count: bans.live.length }), { count: bans.live.length });
  const notes = plan.jails.reduce((sum, jail) => sum + jail.notes.length, 0);
  const sums = { jails: plan.jails.length, broken: plan.broken.length, disabled: plan.disabled, notes };
  say(options, 'summary', t(language, 'f2b.import.sum', sums), sums);
  if (options.json === true) return;
  if (options.dryRun === true) console.log(t(language, 'f2b.import.dry'));
  else console.log(t(language, 'f2b.import.next', { path: file }));
}

function say(options: Options, type: string, text: string, json: Record<string, unknown>): void {
  console.log(options.json === true ? JSON.stringify({ type, ...json }) : escapeControls(text));
}

function tell(plan: Plan, language: Language): void {
  for (const jail of plan.jails) {
    const filter = String(jail.written.filter);
    console.log(colours.bold(escapeControls(t(language, 'f2b.import.jail', { name: jail.name, filter }))));
    for (const { action, responder, reason } of jail.actions) {
      const what = [responder?.type ?? '', reason === null ? '' : t(language, reason.key, reason.params)];
      const text = t(language, 'f2b.import.action', { action, what: what.filter((part) => part !== '').join(': ') });
      console.log(`  ${responder === null ? colours.yellow('-') : '+'} ${escapeControls(text)}`);
    }
    for (const note of jail.notes) console.log(`  ${colours.yellow('!')} ${escapeControls(noteText(note, language))}`);
  }
  for (const { name, reason } of plan.broken)
    console.log(colours.red(escapeControls(t(language, 'f2b.import.broken', { name, reason }))));
}

function tellJson(plan: Plan, language: Language): void {
  for (const jail of plan.jails)
    console.log(
      JSON.stringify({
        type: 'jail',
        name: jail.name,
        settings: jail.written,
        actions: jail.actions.map(({ action, responder, reason }) => ({
          action,
          responder,
          reason: reason === null ? null : t(language, reason.key, reason.params),
        })),
        notes: jail.notes.map((note) => noteText(note, language)),
      }),
    );
  for (const each of plan.broken) console.log(JSON.stringify({ type: 'broken', ...each }));
}

/** Never over a file that is there. */
function write(file: string, text: string, from: string, folder: string): void {
  if (existsSync(file))
    fail('FAIL2BAN_OUTPUT', { message: `${file} is there already`, hint: 'name another folder with --output' });
  try {
    const target = join(folder, 'filter.d');
    mkdirSync(target, { recursive: true });
    copyFilters(join(from, 'filter.d'), target);
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    fail('FAIL2BAN_OUTPUT', {
      message: `cannot write ${file}: ${(cause as Error).message}`,
      hint: 'check the folder’s permissions, or name another with --output',
      cause,
    });
  }
}

/** Filters are copied, so that they stay when fail2ban is removed. */
function copyFilters(from: string, to: string): void {
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    const source = join(from, name);
    const info = statSync(source, { throwIfNoEntry: false });
    if (info?.isFile() !== true || info.size > MAX_FILTER_BYTES || !/\.(?:conf|local)$/.test(basename(name))) continue;
    mkdirSync(join(to, name, '..'), { recursive: true });
    copyFileSync(source, join(to, name));
  }
}
