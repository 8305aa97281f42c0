/** The verbs about who may see the watch room: `open`, `users`, `tokens`. */
import type { Command } from 'commander';

const CONFIG = ['-c, --config <file>', 'configuration file'] as const;
const STATE = ['--state-dir <dir>', 'where state is kept'] as const;
const JSON_LINES = ['--json', 'one JSON object a line'] as const;
const ROLE = ['--role <role>', 'viewer, operator or admin', 'viewer'] as const;

/** Adds them. */
export function addPeopleVerbs(program: Command): void {
  verb(program, 'open', 'a link that signs in to the dashboard once, within 15 minutes', 'bekci open').action(
    async (options) => (await import('./people.ts')).open(options),
  );
  const users = program.command('users').description('who may sign in to the dashboard');
  verb(users, 'list', 'users and when they last signed in', 'bekci users list --json').action(async (options) =>
    (await import('./people.ts')).listUsers(options),
  );
  verb(
    users,
    'add',
    'add a user; the password is asked for, or read from standard input',
    'bekci users add ayse --role operator',
  )
    .argument('<name>')
    .option(...ROLE)
    .action(async (name, options) => (await import('./people.ts')).addUser(name, options));
  verb(users, 'passwd', 'a new password; every session of the user ends', 'bekci users passwd ayse')
    .argument('<name>')
    .option('--reset-totp', 'switch the second factor off too')
    .option('--reset-passkeys', 'forget the passkeys too')
    .action(async (name, options) => (await import('./people.ts')).setPassword(name, options));
  verb(
    users,
    'passkeys',
    'a user’s passkeys; removes one, or all, for whoever lost the device',
    'bekci users passkeys ayse\n  bekci users passkeys ayse --remove telephone',
  )
    .argument('<name>')
    .option('--remove <passkey>', 'the one to remove, by name or id')
    .option('--remove-all', 'remove all of them')
    .action(async (name, options) => (await import('./people.ts')).userPasskeys(name, options));
  verb(users, 'remove', 'remove a user; every session of the user ends', 'bekci users remove ayse')
    .argument('<name>')
    .action(async (name, options) => (await import('./people.ts')).removeUser(name, options));
  const tokens = program.command('tokens').description('keys for programs: the API and CrowdSec bouncers');
  verb(tokens, 'list', 'tokens and when they were last used; never their text', 'bekci tokens list').action(
    async (options) => (await import('./people.ts')).listTokens(options),
  );
  verb(
    tokens,
    'add',
    'add a token; it is shown once',
    'bekci tokens add nginx --bouncer\n  bekci tokens add backup --role viewer --expires 30d',
  )
    .argument('<name>')
    .option(...ROLE)
    .option('--bouncer', 'only for reading decisions, as CrowdSec bouncers do')
    .option('--expires <time>', 'how long it works, e.g. 30d')
    .action(async (name, options) => (await import('./people.ts')).addToken(name, options));
  verb(tokens, 'revoke', 'revoke a token by name or id', 'bekci tokens revoke nginx')
    .argument('<name>')
    .action(async (name, options) => (await import('./people.ts')).revokeToken(name, options));
}

function verb(parent: Command, name: string, description: string, example: string): Command {
  return parent
    .command(name)
    .description(description)
    .option(...CONFIG)
    .option(...STATE)
    .option(...JSON_LINES)
    .addHelpText('after', `\nExample:\n  ${example}`);
}
