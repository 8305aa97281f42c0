/** The command line: verbs, their options and help. Each verb's work is loaded only when it is called. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/load.ts';
import { AppError, describeError } from '../kit/errors.ts';
import { addPeopleVerbs } from './people-verbs.ts';

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
  if (error.code.startsWith('CONFIG_') || error.code === 'SECRET_MISSING') return EXIT_CONFIG;
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
    .description('everything known of an address or user: seen, done, refused')
    .argument('<entity>', 'an address or a user name')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci why 203.0.113.7')
    .action(async (entity, options) => (await import('./why.ts')).why(entity, options));
  addDecisionVerbs(program);
  addRuleVerbs(program);
  addPeopleVerbs(program);
  addModelVerbs(program);
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
    .argument('<file...>', 'log files')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option('--program <name>', 'label for lines that name no program')
    .option('--timezone <zone>', 'IANA zone of stamps without one')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci train /var/log/syslog /var/log/syslog.2.gz')
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

function addRuleVerbs(program: Command): void {
  const rules = program.command('rules').description('check, list or match Sigma rules');
  rules
    .command('check')
    .description('compile rule files, folders or .tar.gz archives')
    .argument('<path...>')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci rules check ./my-rules')
    .action(async (paths, options) => (await import('./rules.ts')).check(paths, options));
  rules
    .command('list')
    .description('the rules that are in use')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci rules list')
    .action(async (options) => (await import('./rules.ts')).list(options));
  rules
    .command('match')
    .description('which rules match JSON events from standard input, one a line')
    .requiredOption('--rules <path...>', 'rule files, folders or archives')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci rules match --rules ./my-rules < events.ndjson')
    .action(async (options) => (await import('./rules.ts')).match(options));
}

function addModelVerbs(program: Command): void {
  const models = program
    .command('models')
    .description('what was learned: list, export, import, reset')
    .addHelpText('after', '\nExamples:\n  bekci models list\n  bekci models reset sshd');
  models
    .command('list')
    .description('the learned models')
    .option(...CONFIG_OPTION)
    .option('--state-dir <dir>', 'where state is kept')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci models list')
    .action(async (options) => (await import('./models.ts')).listModels(options));
  models
    .command('export')
    .description('print models as JSON lines')
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
