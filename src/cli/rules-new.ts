/** `bekci rules new`: a rule and its cases from one log line. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { trustedProxies } from '../decisions/protected.ts';
import { createDecode } from '../decoders/decode.ts';
import { fail } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { newRule } from '../workbench/new-rule.ts';
import { createWriter } from './output.ts';

interface Options {
  readonly config?: string;
  readonly fromLine: string;
  readonly program?: string;
  readonly name?: string;
  readonly dir?: string;
}

/** Writes NAME.yml and NAME.cases.yml; refuses to write over anything. */
export function createRule(options: Options): void {
  const { config } = loadConfig(options.config ?? null);
  const { language } = config;
  const program = options.program ?? null;
  const proxies = trustedProxies(config.decisions.trusted_proxies).map((each) => each.network);
  const line = options.fromLine.replace(/\r?\n$/, '');
  const event = createDecode({ timezone: null, program, year: null, persist: false, proxies }).decode(line, Date.now());
  if (event === null)
    fail('USAGE_LINE', {
      message: t(language, 'new.unread'),
      hint: '`bekci explain` shows what is made of a line',
    });
  const name = options.name ?? 'my_rule';
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
    fail('USAGE_NAME', {
      message: `\`${name}\` is no name for a rule`,
      hint: 'write it in small letters: gizmo_refused',
    });
  const folder = options.dir ?? '.';
  mkdirSync(folder, { recursive: true });
  const out = createWriter();
  const { rules, cases } = newRule({ name, line, event, program });
  const paths = [join(folder, `${name}.yml`), join(folder, `${name}.cases.yml`)] as const;
  for (const path of paths)
    if (existsSync(path))
      fail('USAGE_NAME', { message: `${path} is there already`, hint: 'choose another --name or --dir' });
  writeFileSync(paths[0], rules);
  writeFileSync(paths[1], cases);
  for (const path of paths) out.line(t(language, 'new.written', { path }));
  out.line(t(language, 'new.next', { path: paths[0] }));
  out.flush();
}
