/** The verbs that work with rules: `bekci rules ...`. */
import type { Command } from 'commander';

const CONFIG_OPTION = ['-c, --config <file>', 'configuration file'] as const;
const STATE_OPTION = ['--state-dir <dir>', 'where state is kept'] as const;
const JSON_OPTION = ['--json', 'one JSON object a line'] as const;

/** Adds them, and `bekci backtest`. */
export function addRuleVerbs(program: Command): void {
  addBacktest(program);
  const rules = program.command('rules').description('check, list, show, test, write or match Sigma rules');
  rules
    .command('check')
    .description('compile rule files, folders or archives (.tar.gz, .zip)')
    .argument('<path...>')
    .option(...CONFIG_OPTION)
    .option('--lint', 'also say what is odd: anchoring, cost, tags, fields and log sources that nothing gives')
    .option('--here', 'as --lint, judged by the logs of this machine')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci rules check ./my-rules\n  bekci rules check --lint ./my-rules\n  bekci rules check --here sigma_core.zip\n\nExit codes: 0 all are right, 1 some are wrong.',
    )
    .action(async (paths, options) => (await import('./rules.ts')).check(paths, options));
  rules
    .command('list')
    .description('the rules that are in use')
    .option(...CONFIG_OPTION)
    .option(...STATE_OPTION)
    .option('--level <level...>', 'only of these levels')
    .option('--tag <text>', 'only with such a tag: t1110, initial-access ...')
    .option('--logsource <source>', 'only of this log source: linux/sshd, webserver ...')
    .option('--action <action>', 'only those that alert, ban or observe')
    .option('--all', 'also those that only count towards others, and those switched off')
    .option('--off', 'only those switched off')
    .option('--cost', 'what each costs, in µs of an event of its log source')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci rules list\n  bekci rules list --level high critical --action ban\n  bekci rules list --logsource webserver --cost\n  bekci rules list --off --json',
    )
    .action(async (options) => (await import('./rules-list.ts')).list(options));
  rules
    .command('show')
    .description('one rule: what it needs, does and costs, its ATT&CK techniques and cases')
    .argument('<rule>', 'id, name or title')
    .option('--rules <path...>', 'further rules')
    .option(...CONFIG_OPTION)
    .option(...STATE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci rules show ssh_bruteforce\n  bekci rules show gizmo_repeated --rules ./my-rules',
    )
    .action(async (rule, options) => (await import('./rules-show.ts')).show(rule, options));
  rules
    .command('test')
    .description(
      'run the cases (*.cases.yml) beside rules: lines that make them speak, that must not, that imitate them',
    )
    .argument('[path...]', 'rule files, cases files or folders; the bundled rules by default')
    .option('-c, --config <file>', 'with the changes of this configuration')
    .option('--strict', 'a rule without a case in which it speaks is a failure')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci rules test\n  bekci rules test ./my-rules --strict\n\nExit codes: 0 all passed, 1 a case failed, a rule is broken or there are no cases.',
    )
    .action(async (paths, options) => (await import('./rules-test.ts')).testRules(paths, options));
  rules
    .command('new')
    .description('a rule, a correlation and their cases from one log line')
    .requiredOption('--from-line <line>', 'the line')
    .option('--name <name>', 'what to call it: gizmo_refused', 'my_rule')
    .option('--dir <dir>', 'where to write', '.')
    .option('--program <name>', 'label for lines that name no program')
    .option(...CONFIG_OPTION)
    .addHelpText(
      'after',
      '\nExample:\n  bekci rules new --name gizmo_refused --dir my-rules \\\n    --from-line \'198.51.100.4 - - [24/Nov/2026:08:00:00 +0000] "GET /gizmo HTTP/1.1" 403 15 "-" "x"\'',
    )
    .action(async (options) => (await import('./rules-new.ts')).createRule(options));
  rules
    .command('coverage')
    .description('ATT&CK techniques: only those whose rules speak in a case that passes')
    .argument('[path...]', 'rule files or folders; the bundled rules by default')
    .option('-c, --config <file>', 'with the changes of this configuration')
    .option('--layer <file>', 'write a layer for the ATT&CK Navigator (- for standard output)')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci rules coverage\n  bekci rules coverage --layer bekci-layer.json\n  bekci rules coverage ./my-rules --json',
    )
    .action(async (paths, options) => (await import('./rules-coverage.ts')).coverage(paths, options));
  rules
    .command('match')
    .description('which rules match JSON events from standard input, one a line')
    .requiredOption('--rules <path...>', 'rule files, folders or archives')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  bekci rules match --rules ./my-rules < events.ndjson')
    .action(async (options) => (await import('./rules.ts')).match(options));
  rules
    .command('reload')
    .description('the running daemon reads its rules, and what the configuration says of them, anew; windows are kept')
    .option(...CONFIG_OPTION)
    .option(...STATE_OPTION)
    .addHelpText('after', '\nExample:\n  bekci rules reload')
    .action(async (options) => (await import('./rules.ts')).reload(options));
}

function addBacktest(program: Command): void {
  program
    .command('backtest')
    .description('what other rules or thresholds would have found and banned in logs, beside what is active now')
    .argument('[path...]', 'rules (.yml, folders, archives) and log files (also .gz), in any order')
    .option('--days <n>', 'this machine’s own logs of so many days, rotated and compressed ones too')
    .option('--set <change>', 'a change of a rule in use: ssh_bruteforce.threshold=3; may be given again', collect)
    .option('--choose <rule>', 'show the trade for many thresholds of this correlation')
    .option('--thresholds <list>', 'which: 3,5,8,12')
    .option('--addresses', 'also list whom only the proposal bans')
    .option('--program <name>', 'label for lines that name no program: nginx, apache, sshd ...')
    .option('--timezone <zone>', 'IANA zone of stamps without one')
    .option('--year <year>', 'year of stamps without one')
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci backtest my-rules/ --days 7\n  bekci backtest my-rules/ /var/log/nginx/access.log /var/log/nginx/access.log.2.gz\n  bekci backtest --set ssh_bruteforce.threshold=3 --days 14 --addresses\n  bekci backtest --choose ssh_bruteforce --days 14',
    )
    .action(async (paths, options) => (await import('./backtest.ts')).runBacktest(paths, options));
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
