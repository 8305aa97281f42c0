/** `bekci config check|schema|explain`. */
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { configJsonSchema } from '../config/schema.ts';
import { openAsnShield } from '../decisions/asn-database.ts';
import { createFail2banDetector } from '../detectors/fail2ban/fail2ban-detector.ts';
import { describeError, fail } from '../kit/errors.ts';
import { silentLog } from '../kit/log.ts';
import { resolveSecret, type Secret } from '../kit/secret.ts';
import { createNotifier } from '../notifiers/all.ts';
import { createResponder } from '../responders/all.ts';
import { idleChanges, rulesInUse, unreadPath } from '../rules-in-use.ts';
import { sourcesOf } from '../sources-in-use.ts';
import { colours } from './output.ts';

/** Says whether the file is right: all that `run` would refuse is refused here too (exit 78), and so are paths of rules that cannot be read; what else it would live with is said. */
export async function checkConfig(options: { readonly config?: string; readonly json?: boolean }): Promise<void> {
  const { config, path } = loadConfig(options.config ?? null);
  const warnings: string[] = [];
  const loaded = rulesInUse(config);
  const { errors } = loaded;
  const unread = unreadPath(loaded);
  if (unread !== undefined) throw unread;
  for (const error of errors) warnings.push(`a rule will be left out: ${describeError(error)}`);
  for (const idle of idleChanges(config, loaded)) warnings.push(describeError(idle));
  const { problems } = createFail2banDetector(config.fail2ban);
  for (const problem of problems) warnings.push(`a fail2ban jail will not run as it is: ${problem}`);
  warnings.push(...(await partWarnings(config)));
  for (const warning of warnings) console.error(`bekci: ${warning}`);
  console.log(
    options.json === true
      ? JSON.stringify({ path, ok: true, ruleErrors: errors.length, jailProblems: problems.length, warnings })
      : `${path ?? 'no file found, the defaults'}: right${warnings.length === 0 ? '' : `, but ${warnings.length} to look at`}`,
  );
}

/** Makes every part as the start would, and throws what that would throw; nothing is opened, sent or blocked. */
async function partWarnings(config: Config): Promise<string[]> {
  const context = { log: silentLog, now: () => Date.now() };
  const warnings: string[] = [];
  sourcesOf(config, context);
  await openAsnShield(config.decisions.allowlist, config.decisions.asn_database, silentLog);
  for (const settings of config.responders) {
    const responder = createResponder(settings, context);
    for (const secret of responderSecrets(settings)) {
      const fault = secretFault(secret);
      if (fault !== null) warnings.push(`${responder.id} cannot block as it is: ${describeError(fault)}`);
    }
    await responder.close();
  }
  for (const settings of config.notifiers) {
    const notifier = createNotifier(settings, { ...context, language: config.language, timezone: 'UTC' });
    // A mail server is asked by `bekci doctor`.
    const fault =
      settings.type === 'email' ? secretFault(settings.password) : await notifier.check(AbortSignal.abort());
    if (fault !== null) warnings.push(`${notifier.id} cannot send as it is: ${describeError(fault)}`);
    await notifier.close();
  }
  return warnings;
}

function responderSecrets(settings: Config['responders'][number]): readonly Secret[] {
  if (settings.type === 'http') return Object.values(settings.headers);
  return settings.type === 'cloudflare' ? [settings.token] : [];
}

/** The service may read secrets that whoever checks may not: that is said and no fault. */
function secretFault(secret: Secret | undefined): unknown {
  try {
    if (secret !== undefined) resolveSecret(secret);
    return null;
  } catch (error) {
    return error;
  }
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
  let found = 0;
  walk(configJsonSchema() as Node, '', (path, node) => {
    if (prefix !== undefined && !path.startsWith(prefix)) return;
    found++;
    const fallback =
      node.default === undefined ||
      (typeof node.default === 'object' && node.default !== null && Object.keys(node.default).length === 0)
        ? ''
        : colours.dim(` (${JSON.stringify(node.default)})`);
    const choice = node.enum === undefined ? '' : ` ${node.enum.join(' | ')}.`;
    if (node.description !== undefined || choice !== '')
      console.log(`${colours.bold(path)}${fallback}\n    ${node.description ?? ''}${choice}`);
  });
  if (found === 0)
    fail('USAGE_SETTING', {
      message: `there is no setting \`${prefix ?? ''}\``,
      hint: '`bekci config explain` lists all of them',
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
