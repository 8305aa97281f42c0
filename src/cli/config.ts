/** `bekci config check|schema|explain`. */
import { loadConfig } from '../config/load.ts';
import { configJsonSchema } from '../config/schema.ts';
import { createFail2banDetector } from '../detectors/fail2ban/fail2ban-detector.ts';
import { describeError } from '../kit/errors.ts';
import { idleChanges, rulesInUse } from '../rules-in-use.ts';
import { colours } from './output.ts';

/** Says whether the file is right; ConfigError (exit 78) says where it is not. */
export function checkConfig(options: { readonly config?: string; readonly json?: boolean }): void {
  const { config, path } = loadConfig(options.config ?? null);
  const loaded = rulesInUse(config);
  const { errors } = loaded;
  for (const error of errors) console.error(`bekci: a rule will be left out: ${describeError(error)}`);
  for (const idle of idleChanges(config, loaded)) console.error(`bekci: ${describeError(idle)}`);
  const { problems } = createFail2banDetector(config.fail2ban);
  for (const problem of problems) console.error(`bekci: a fail2ban jail will not run as it is: ${problem}`);
  console.log(
    options.json === true
      ? JSON.stringify({ path, ok: true, ruleErrors: errors.length, jailProblems: problems.length })
      : `${path ?? 'no file found, the defaults'}: right`,
  );
}

/** Prints the JSON Schema. */
export function printSchema(): void {
  console.log(JSON.stringify(configJsonSchema(), null, 2));
}

interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Prints each setting with its default and meaning. */
export function explainConfig(prefix: string | undefined): void {
  walk(configJsonSchema() as Node, '', (path, node) => {
    if (prefix !== undefined && !path.startsWith(prefix)) return;
    const fallback =
      node.default === undefined ||
      (typeof node.default === 'object' && node.default !== null && Object.keys(node.default).length === 0)
        ? ''
        : colours.dim(` (${JSON.stringify(node.default)})`);
    const choice = node.enum === undefined ? '' : ` ${node.enum.join(' | ')}.`;
    if (node.description !== undefined || choice !== '')
      console.log(`${colours.bold(path)}${fallback}\n    ${node.description ?? ''}${choice}`);
  });
}

function walk(node: Node, path: string, visit: (path: string, node: Node) => void): void {
  if (path !== '') visit(path, node);
  for (const [key, inner] of Object.entries(node.properties ?? {}))
    walk(inner, path === '' ? key : `${path}.${key}`, visit);
  for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) {
    const type = inner.properties?.type?.const;
    if (inner.items !== undefined || inner.properties !== undefined)
      walk(inner, type === undefined ? path : `${path}[${String(type)}]`, (each, at) =>
        each === path ? undefined : visit(each, at),
      );
  }
  if (node.items !== undefined) walk(node.items, path, (each, at) => (each === path ? undefined : visit(each, at)));
  if (typeof node.additionalProperties === 'object') walk(node.additionalProperties, `${path}.NAME`, visit);
}
