/** The command line: verbs, their options and help. Each verb's work is loaded only when it is called. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { AppError, describeError } from '../kit/errors.ts';
import { addFail2banVerbs } from './fail2ban-verbs.ts';
import { addPeopleVerbs } from './people-verbs.ts';
import { addRuleVerbs } from './rule-verbs.ts';

/** Exit codes, as in sysexits.h where they have a name there. */
const EXIT_USAGE = 2;
const EXIT_UNAVAILABLE = 69;
const EXIT_CONFIG = 78;

/** Parses the arguments, runs the verb and sets the exit code. Never throws. */
export async function runCli(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  const version = (
    JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
  ).version;
  const program = new Command('bekci')
    .description(
      'A night watchman for servers: reads logs as they are written, recognises attacks, shuts the attacker out, says why.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(bekci --help lists the verbs, bekci VERB --help explains one)')
    .addHelpText(
      'after',
      '\nExamples:\n  bekci run                      watch this machine’s logs, block nobody\n  bekci run --enforce            watch and block\n  bekci scan /var/log/auth.log   what would have been found\n  bekci why 203.0.113.7          everything known of an address\n\nExit codes: 0 fine, 2 wrong usage, 69 service unavailable, 78 wrong configuration.',
    );
  addVerbs(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof ConfigError) {
    for (const each of error.all) console.error(`bekci: ${describeError(each)}`);
    return EXIT_CONFIG;
  }
  console.error(
    `bekci: ${error instanceof AppError ? describeError(error) : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  if (!(error instanceof AppError)) return 1;
  if (error.code.startsWith('CONFIG_') || error.code === 'SECRET_MISSING' || error.code === 'ASN_DATABASE')
    return EXIT_CONFIG;
  return error.code.startsWith('STORE_') || error.code.startsWith('API_') ? EXIT_UNAVAILABLE : EXIT_USAGE;
}

const CONFIG_OPTION = ['-c, --config <file>', 'configuration file'] as const;
const JSON_OPTION = ['--json', 'one JSON object a line'] as const;

function addVerbs(program: Command): void {
  program
    .command('run')
    .description('watch logs, for ever: the daemon')
    .option(...CONFIG_OPTION)
    .option('--enforce', 'block (as `mode: enforce`)')
    .option('--file <path...>', 'read these files instead of the configured sources')
    .option('--on-block <program>', 'run PROGRAM ADDRESS SECONDS to block, instead of the configured responders')
    .option('--state-dir <dir>', 'where state is kept')
    .option('--from-start', 'read --file from its beginning')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci run\n  bekci run --enforce -c /etc/bekci/bekci.yaml\n  bekci run --file /var/log/auth.log --file /var/log/nginx/access.log',
    )
    .action(async (options) => (await import('./run.ts')).run(options));
  program
    .command('demo')
    .description('a made-up day with attacks, replayed into a scratch log; nothing is blocked')
    .option('--lines <n>', 'stop after so many lines', '100000')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci demo')
    .action(async (options) => (await import('./run.ts')).demo(options));
  program
    .command('scan')
    .description(
      'whole log files (also .gz and .zst, and CloudTrail) on their own clock: what would have been detected and banned',
    )
    .argument('<file...>', 'log files')
    .option(...CONFIG_OPTION)
    .option('--program <name>', 'label for lines that name no program: nginx, apache, sshd ...')
    .option('--timezone <zone>', 'IANA zone of stamps without one')
    .option('--year <year>', 'year of stamps without one')
    .option('--rules <path...>', 'further Sigma rules')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci scan /var/log/auth.log /var/log/auth.log.2.gz\n  bekci scan access.log --program nginx --json',
    )
    .action(async (files, options) => (await import('./scan.ts')).scan(files, options));
  program
    .command('search')
    .description('log lines by what they mean: fields, networks, numbers, words; rotated files too')
    .argument('<query>', 'e.g. "source.ip:203.0.113.0/24 and http.response.status_code>=400"')
    .argument('[file...]', 'log files; those of the configured sources when none is named')
    .option(...CONFIG_OPTION)
    .option('--from <time>', 'not before: ISO 8601, or so long ago: 24h')
    .option('--to <time>', 'before: the same')
    .option('--limit <n>', 'stop after so many lines')
    .option('--program <name>', 'label for lines that name no program: nginx, apache, sshd ...')
    .option('--timezone <zone>', 'IANA zone of stamps without one')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
The language: words stand anywhere in the line; "quoted text" as it is; field:value, with wildcards * and ?, networks and
lists field:(a or b); != < <= > >=; and, or, not, parentheses. Terms beside each other are joined by and. Fields are those
that \`bekci explain\` shows.

Examples:
  bekci search 'source.ip:203.0.113.0/24 and http.response.status_code>=400'
  bekci search 'user.name:(root or admin) and not event.outcome:success' --from 24h
  bekci search '"Failed password" invalid' /var/log/auth.log /var/log/auth.log.2.gz --json

Exit codes: 0 something was found, 1 nothing was, 2 the query is wrong.`,
    )
    .action(async (query, files, options) => (await import('./search.ts')).search(query, files, options));
  program
    .command('explain')
    .description('what bekci makes of each line: its fields and the rules it matches')
    .argument('[file]', 'a file, or - for standard input', '-')
    .option(...CONFIG_OPTION)
    .option('--program <name>', 'label for lines that name no program')
    .option('--timezone <zone>', 'IANA zone of stamps without one')
    .option('--now <iso>', 'the time that gives stamps their year')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      "\nExample:\n  echo 'Nov 24 03:00:00 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2' | bekci explain",
    )
    .action(async (file, options) => (await import('./explain.ts')).explain(file, options));
  program
    .command('new')
    .description('skeletons for contributors')
    .addHelpText('after', '\nExample:\n  bekci new decoder my-program')
    .command('decoder')
    .description('a program’s file, its samples and its line in the list')
    .argument('<name>', 'kebab-case: my-program')
    .option('--root <dir>', 'the checkout, if not this one')
    .addHelpText('after', '\nExample:\n  bekci new decoder my-program')
    .action(async (name, options) => (await import('./new-decoder.ts')).newDecoder(name, options));
  program
    .command('why')
    .description(
      'everything known of an address, network or user, or of a log line: seen, done, refused, and why not more',
    )
    .argument('<what>', 'an address, a network, a user name, or a whole log line in quotes')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option('--html <file>', 'write a page that needs nothing else: for a mail, a ticket, a printer')
    .option('--program <name>', 'label for a line that names no program')
    .option('--language <language>', 'en or tr, instead of the configuration’s')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      "\nExamples:\n  bekci why 203.0.113.7\n  bekci why root --json\n  bekci why 203.0.113.7 --html incident.html\n  bekci why 'Nov 24 03:00:00 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2'",
    )
    .action(async (what, options) => (await import('./why.ts')).why(what, options));
  addDecisionVerbs(program);
  addRuleVerbs(program);
  addPeopleVerbs(program);
  addModelVerbs(program);
  addFail2banVerbs(program);
  program
    .command('status')
    .description('is all well? what is read, found and blocked')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci status --json')
    .action(async (options) => (await import('./status.ts')).status(options));
  program
    .command('doctor')
    .description('one verdict on the whole chain, and what to do about each fault')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci doctor\n\nExit codes: 0 all is well, 1 something needs attention.')
    .action(async (options) => (await import('./doctor.ts')).doctor(options));
  program
    .command('train')
    .description('learn what is usual from log files (also .gz and .zst)')
    .argument('[file...]', 'log files; the logs of the configuration when there are none')
    .option('--from <file...>', 'the same')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option('--program <name>', 'label for lines that name no program')
    .option('--timezone <zone>', 'IANA zone of stamps without one')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci train\n  bekci train /var/log/syslog.2.gz /var/log/syslog\n  bekci train --from /var/log/nginx/access.log --program nginx\n\nOldest file first: time goes forward.',
    )
    .action(async (files, options) => (await import('./train.ts')).train(files, options));
  program
    .command('confirm')
    .description('after arming on trial (decisions.confirm_within): keep the bans')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .addHelpText('after', '\nExample:\n  bekci confirm')
    .action(async (options) => (await import('./status.ts')).confirm(options));
  program
    .command('panic')
    .description('lift every ban now and only observe')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .addHelpText('after', '\nExample:\n  bekci panic')
    .action(async (options) => (await import('./status.ts')).panic(options));
  addInstallVerbs(program);
  addAuditVerbs(program);
  const config = program.command('config').description('check, describe or explain the configuration');
  config
    .command('check')
    .description('is the file right?')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci config check -c /etc/bekci/bekci.yaml')
    .action(async (options) => (await import('./config.ts')).checkConfig(options));
  config
    .command('schema')
    .description('the JSON Schema, for editors')
    .addHelpText('after', '\nExample:\n  bekci config schema > bekci.schema.json')
    .action(async () => (await import('./config.ts')).printSchema());
  config
    .command('explain')
    .description('each setting, its default and meaning')
    .argument('[key]', 'only keys that begin so')
    .addHelpText('after', '\nExample:\n  bekci config explain decisions')
    .action(async (key) => (await import('./config.ts')).explainConfig(key));
}

function addAuditVerbs(program: Command): void {
  const audit = program
    .command('audit')
    .description('who did what: decisions, settings, users, modes; a chain that shows tampering')
    .addHelpText('after', '\nExamples:\n  bekci audit list --since 24h\n  bekci audit verify');
  audit
    .command('list')
    .description('rows, newest first')
    .option('--since <time>', 'only younger ones: 24h, 7d, or an ISO 8601 time')
    .option('--actor <who>', 'only what this one did: cli:murat, admin, system, rule:ID ...')
    .option('--action <part>', 'only actions that contain this: decisions, config, panic ...')
    .option('--target <what>', 'only about this address, user, key ...')
    .option('--limit <n>', 'at most so many', '200')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci audit list --since 24h --actor cli:murat\n  bekci audit list --action config --json',
    )
    .action(async (options) => (await import('./audit.ts')).listAudit(options));
  audit
    .command('verify')
    .description('is the record whole? prints its newest seal')
    .option('--head <hash>', 'a seal noted earlier, which must still be in it')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci audit verify\n\nExit codes: 0 whole, 1 broken.')
    .action(async (options) => (await import('./audit.ts')).verifyAudit(options));
}

function addInstallVerbs(program: Command): void {
  program
    .command('install')
    .description('run as a service: two unprivileged users, systemd units, a configuration; again to upgrade')
    .option('--root <dir>', 'write files below DIR only, for packages and images')
    .option('--dry-run', 'only say what would be done')
    .option('--no-start', 'do not enable or start the units')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExamples:\n  bekci install --dry-run\n  sudo bekci install')
    .action(async (options) => (await import('./install.ts')).install(options));
  program
    .command('uninstall')
    .description('take away what install wrote, and lift every ban; state stays')
    .option('--root <dir>', 'below DIR')
    .option('--dry-run', 'only say what would be done')
    .option('--purge', 'configuration, state and users too')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExamples:\n  sudo bekci uninstall\n  sudo bekci uninstall --purge')
    .action(async (options) => (await import('./install.ts')).uninstall(options));
}

function addDecisionVerbs(program: Command): void {
  const decisions = program.command('decisions').description('list, add or delete bans');
  decisions
    .command('list')
    .description('bans in force')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option('--all', 'ended ones too')
    .option('--observed', 'whom rules that only observe would have banned, ended ones too')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci decisions list --json')
    .action(async (options) => (await import('./decisions.ts')).list(options));
  decisions
    .command('add')
    .description('ban an address or network')
    .argument('<address>')
    .option('--duration <time>', 'how long, e.g. 4h', '4h')
    .option('--reason <text>', 'why', '')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci decisions add 203.0.113.7 --duration 1d --reason "abuse report"')
    .action(async (address, options) => (await import('./decisions.ts')).add(address, options));
  decisions
    .command('delete')
    .description('let an address in again')
    .argument('<address>')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci decisions delete 203.0.113.7')
    .action(async (address, options) => (await import('./decisions.ts')).remove(address, options));
}

function addModelVerbs(program: Command): void {
  const models = program
    .command('models')
    .description('what was learned: list, show, rows, normal, export, import, reset')
    .addHelpText(
      'after',
      '\nExamples:\n  bekci models list\n  bekci models normal 203.0.113.66\n  bekci models reset sshd',
    );
  models
    .command('list')
    .description('the learned models')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci models list')
    .action(async (options) => (await import('./models.ts')).listModels(options));
  models
    .command('show')
    .description('one model: its newest scores, and what is usual in each feature')
    .argument('<model>', 'as `list` names it: address/hour, line/sshd, session/sshd, own/mine')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci models show address/hour')
    .action(async (name, options) => (await import('./models.ts')).showModel(name, options));
  models
    .command('normal')
    .description('an address, user, host or program is normal here: tell nothing learned of it')
    .argument('<entity>')
    .option('--undo', 'watch it like others again')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExamples:\n  bekci models normal 203.0.113.66\n  bekci models normal 203.0.113.66 --undo')
    .action(async (entity, options) => (await import('./models.ts')).setNormal(entity, options));
  models
    .command('rows')
    .description('the rows a model of windows learned from, as CSV: to train a model of your own on')
    .argument('<model>', 'as `list` names it: address/hour')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .addHelpText('after', '\nExample:\n  bekci models rows address/hour > rows.csv')
    .action(async (name, options) => (await import('./models.ts')).printRows(name, options));
  models
    .command('export')
    .description('print what was learned as JSON lines')
    .argument('[program]', 'only this program’s')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .addHelpText('after', '\nExample:\n  bekci models export > models.ndjson')
    .action(async (name, options) => (await import('./models.ts')).exportModels(name, options));
  models
    .command('import')
    .description('take exported models in')
    .argument('<file>')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .addHelpText('after', '\nExample:\n  bekci models import models.ndjson')
    .action(async (file, options) => (await import('./models.ts')).importModels(file, options));
  models
    .command('reset')
    .description('forget what was learned')
    .argument('[program]', 'only this program’s')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .addHelpText('after', '\nExample:\n  bekci models reset nginx')
    .action(async (name, options) => (await import('./models.ts')).resetModels(name, options));
}
