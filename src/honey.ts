/** Rules for accounts and paths that nobody honest uses, made from one line of the configuration. */

import type { Config } from './config/schema.ts';
import type { RuleFile } from './detectors/sigma/read-files.ts';
import { yaml } from './kit/yaml.ts';

/** Where such a rule is said to stand in messages. */
const PLACE = 'rules.honey';
const BAN = '1d';

type Honey = Config['rules']['honey'];

/** The rules as a file of Sigma, named `honey_user`, `honey_service_user`, `honey_web_user` and `honey_path`; none when nothing is named. */
export function honeyRules(honey: Honey): RuleFile[] {
  const users = honey.users.map(literal);
  const paths = honey.paths.map((path) => (path.startsWith('/') ? path : `/${path}`).replace(/\/+$/, '')).map(literal);
  const documents = [
    ...(users.length === 0
      ? []
      : [
          userRule('honey_user', '5d1c5f0c-6f55-5c0b-9f6d-8f1c3a0d2b01', 'authentication', users),
          userRule('honey_service_user', '5d1c5f0c-6f55-5c0b-9f6d-8f1c3a0d2b02', 'service-authentication', users),
          userRule('honey_web_user', '5d1c5f0c-6f55-5c0b-9f6d-8f1c3a0d2b03', 'webserver-error', users),
        ]),
    ...(paths.length === 0 ? [] : [pathRule(paths)]),
  ];
  return documents.length === 0
    ? []
    : [{ path: PLACE, text: documents.map((each) => yaml().stringify(each)).join('---\n') }];
}

/** Any attempt, refused or not, with one of the names. */
function userRule(name: string, id: string, category: string, users: readonly string[]): object {
  return {
    title: 'Honey user tried',
    id,
    name,
    status: 'stable',
    description: 'Somebody tried an account that exists only to be tried.',
    tags: ['attack.credential-access', 'attack.t1110', 'attack.initial-access', 'attack.t1078'],
    logsource: { category },
    detection: {
      selection: { 'user.name': users, 'event.outcome|exists': true },
      condition: 'selection',
    },
    level: 'critical',
    falsepositives: ['Whoever does not know that the account is a trap'],
    bekci: { action: 'ban', ban: BAN },
  };
}

/** The path itself or anything below it, however it is written. */
function pathRule(paths: readonly string[]): object {
  return {
    title: 'Honey path asked for',
    id: '5d1c5f0c-6f55-5c0b-9f6d-8f1c3a0d2b04',
    name: 'honey_path',
    status: 'stable',
    description: 'Somebody asked for a path that no page links to.',
    tags: ['attack.reconnaissance', 'attack.t1595.003'],
    logsource: { category: 'webserver' },
    detection: {
      exact: { 'url.decoded': paths },
      below: { 'url.decoded|startswith': paths.flatMap((path) => [`${path}/`, `${path}\\?`]) },
      condition: 'exact or below',
    },
    level: 'high',
    falsepositives: ['Crawlers that do not read robots.txt; name the path there'],
    bekci: { action: 'ban', ban: BAN },
  };
}

/** Without the meaning that `*`, `?` and a backslash have in Sigma. */
function literal(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}
