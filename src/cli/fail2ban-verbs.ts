/** The verbs that move a machine over from fail2ban. */
import type { Command } from 'commander';

const JSON_OPTION = ['--json', 'one JSON object a line'] as const;

/** Adds `fail2ban import|bans|test|parity`. */
export function addFail2banVerbs(program: Command): void {
  const fail2ban = program
    .command('fail2ban')
    .description('move in where fail2ban lived: try its filters, take its configuration over, compare')
    .addHelpText(
      'after',
      '\nExamples:\n  bekci fail2ban import /etc/fail2ban --dry-run\n  bekci fail2ban test --filter sshd < /var/log/auth.log',
    );
  fail2ban
    .command('import')
    .description('write a configuration that bans whom fail2ban’s jails would; filters stay as they are')
    .argument('<dir>', 'a fail2ban configuration, such as /etc/fail2ban')
    .option('--output <dir>', 'where bekci.yaml and fail2ban/filter.d are written', 'bekci-from-fail2ban')
    .option('--language <code>', 'language of comments and notes: en or tr', 'en')
    .option('--dry-run', 'only say what would become of it')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci fail2ban import /etc/fail2ban --dry-run\n  sudo bekci fail2ban import /etc/fail2ban --output /etc/bekci',
    )
    .action(async (dir, options) => (await import('./fail2ban-import.ts')).importFail2ban(dir, options));
  fail2ban
    .command('bans')
    .description('hand bans in force in fail2ban’s database to the running bekci')
    .option('--database <file>', 'fail2ban’s database', '/var/lib/fail2ban/fail2ban.sqlite3')
    .option('-c, --config <file>', 'configuration file')
    .option('--state-dir <dir>', 'where state is kept')
    .option('--dry-run', 'only list them')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  sudo bekci fail2ban bans')
    .action(async (options) => (await import('./fail2ban-bans.ts')).handBans(options));
  fail2ban
    .command('test')
    .description('what a filter finds in lines from standard input')
    .requiredOption('--filter <name>', 'a filter of filter.d, without its ending')
    .option('--config <dir>', 'a fail2ban configuration', '/etc/fail2ban')
    .option('--option <key=value...>', 'an option as in filter = NAME[key=value]')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci fail2ban test --filter sshd --option mode=aggressive < /var/log/auth.log\n  bekci fail2ban test --config ./fail2ban --filter my-app --json < app.log',
    )
    .action(async (options) => (await import('./fail2ban-test.ts')).testFilter(options));
  fail2ban
    .command('parity')
    .description('the installed fail2ban and bekci over the same logs: every difference')
    .argument('<log...>', 'log files, also .gz')
    .option('--config <dir>', 'a fail2ban configuration', '/etc/fail2ban')
    .option('--filter <name...>', 'these filters instead of those of the enabled jails')
    .option('--option <key=value...>', 'an option for every filter')
    .option('--lines <n>', 'at most so many lines of each log', '100000')
    .option('--show <n>', 'at most so many differences of each filter and log; --json shows all', '20')
    .option('--language <code>', 'en or tr', 'en')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n  bekci fail2ban parity /var/log/auth.log\n  bekci fail2ban parity --filter nginx-http-auth nginx-botsearch --json /var/log/nginx/error.log\n\nExit codes: 0 no difference, 1 something differs.',
    )
    .action(async (logs, options) => (await import('./fail2ban-parity.ts')).parity(logs, options));
}
