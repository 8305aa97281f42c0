/**
 * Settings that a page may not treat like others, found in the JSON Schema itself so that a new notifier or responder is
 * covered: secrets, which are never shown, and what runs programs or writes files, which only the file's own editor changes.
 */
import { configJsonSchema } from './schema.ts';

/** What is shown in a secret's place. */
export const STARS = '********';

interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Path of a setting: `['notifiers', 0, 'password']`. */
export type Path = readonly (string | number)[];

interface Keys {
  /** Names of settings that hold a secret. */
  readonly secrets: ReadonlySet<string>;
  /** Names of settings of which every value is a secret: `headers`. */
  readonly secretMaps: ReadonlySet<string>;
}

let known: Keys | null = null;

function keys(): Keys {
  if (known !== null) return known;
  const secrets = new Set<string>();
  const secretMaps = new Set<string>();
  const walk = (node: Node, name: string): void => {
    if (isSecret(node)) secrets.add(name);
    for (const [key, inner] of Object.entries(node.properties ?? {})) walk(inner, key);
    for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) walk(inner, name);
    if (node.items !== undefined) walk(node.items, name);
    if (typeof node.additionalProperties !== 'object') return;
    if (isSecret(node.additionalProperties)) secretMaps.add(name);
    else walk(node.additionalProperties, '');
  };
  walk(configJsonSchema() as Node, '');
  known = { secrets, secretMaps };
  return known;
}

/** A text, {file} or {env}: the shape of `secretSetting`. */
function isSecret(node: Node): boolean {
  const has = (key: string): boolean => node.anyOf?.some((each) => each.properties?.[key] !== undefined) === true;
  return has('file') && has('env');
}

/** Does this setting hold a secret, were it a text? */
export function isSecretPath(path: Path): boolean {
  const { secrets, secretMaps } = keys();
  const last = path.at(-1);
  const above = path.at(-2);
  return (typeof last === 'string' && secrets.has(last)) || (typeof above === 'string' && secretMaps.has(above));
}

/** Lists of words that are run as programs, files that are written, and secrets read from files. */
const RUNS = new Set([
  'command',
  'add',
  'remove',
  'list',
  'test',
  'reload',
  'conntrack',
  'ipset',
  'iptables',
  'ip6tables',
]);

/** Does this setting decide what is run, what is written, or which file is read as a secret? */
export function isLocalPath(path: Path): boolean {
  const names = path.filter((part): part is string => typeof part === 'string');
  const [first] = names;
  const last = names.at(-1) ?? '';
  if (first === 'state_dir' || names.includes('tls')) return true;
  if (last === 'file' || last === 'env') return true;
  if (first === 'responders') return names.some((name) => RUNS.has(name)) || last === 'socket';
  return names.includes('command');
}
