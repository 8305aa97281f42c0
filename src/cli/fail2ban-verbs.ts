/** The verbs that move a machine over from fail2ban. */
import type { Command } from 'commander';

const JSON_OPTION = ['--json', 'one JSON object a line'] as const;

/** Adds `fail2ban test|import|parity`. */
export function addFail2banVerbs(program: Command): void {
  const fail2ban = program
    .command('fail2ban')
    .description('move in where fail2ban lived: try its filters, take its configuration over, compare')
    .addHelpText(
      'after',
      '\nExamples:\n  bekci fail2ban import /etc/fail2ban --dry-run\n  bekci fail2ban test --filter sshd < /var/log/auth.log',
    );
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
}
