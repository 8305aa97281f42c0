/** Writes what is made from the code: the configuration's JSON Schema and the reference of rules. With --check only compares. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Document, parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { openApi, routesTable } from '../src/api/open-api.ts';
import { configJsonSchema } from '../src/config/schema.ts';
import { lineDecoders, programDecoders } from '../src/decoders/all.ts';
import { declaredPrograms } from '../src/decoders/all-programs.ts';
import { NAMES } from '../src/decoders/formats/names.ts';
import { compilePattern } from '../src/decoders/message/pattern.ts';
import { groupsOf, type ProgramSpec } from '../src/decoders/message/program.ts';
import { loadRules } from '../src/detectors/sigma/load.ts';
import { mappingFiles } from '../src/detectors/sigma/mappings.ts';
import { parseSigma } from '../src/detectors/sigma/parse.ts';
import { encodeParsed } from '../src/detectors/sigma/parsed-rules.ts';
import { readRuleFiles } from '../src/detectors/sigma/read-files.ts';
import { ruleJsonSchema } from '../src/detectors/sigma/rule-schema.ts';
import { allInfos } from '../src/detectors/sigma/rule-set.ts';
import { sourceSettings } from '../src/sources/all-settings.ts';
import { casesJsonSchema } from '../src/workbench/cases.ts';
import { type Clause, readConformance } from '../test/sigma/conformance.ts';
import { worldOutline } from './world-outline.ts';

const ROOT = join(import.meta.dirname, '..');

const PRODUCED = 'src/detectors/sigma/mappings/produced.yml';
const produced = producedFields();

const files: Readonly<Record<string, string>> = {
  'web/src/parts/places/world.ts': worldOutline(ROOT),
  [PRODUCED]: produced,
  'schema/bekci.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'schema/openapi.json': `${JSON.stringify(openApi(), null, 1)}\n`,
  'docs/reference/api.md': `# API\n\nMade by \`tools/generate.ts\`; do not edit. Every parameter and shape: \`schema/openapi.json\`, also served at \`/api/v1/openapi.json\`.\n\n${routesTable()}`,
  'docs/reference/rules.md': rulesPage(),
  'docs/reference/sources.md': sourcesPage(),
  'docs/reference/decoders.md': decodersPage(),
  'rules/parsed.json': parsedRules(),
  'docs/reference/sigma-conformance.md': conformancePage(),
  'schema/sigma-rule.schema.json': `${JSON.stringify(ruleJsonSchema(), null, 1)}\n`,
  'schema/sigma-cases.schema.json': `${JSON.stringify(casesJsonSchema(), null, 1)}\n`,
};

const stale: string[] = [];
for (const [name, text] of Object.entries(files)) {
  const path = join(ROOT, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(name);
  if (process.argv.includes('--check')) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run \`tools/node tools/generate.ts\``);
  process.exitCode = 1;
}

/** Every dotted name that stands in a decoder's source, and those of the envelope; names that vendors use are left out. */
function producedFields(): string {
  const folder = join(ROOT, 'src/decoders');
  const names = new Set([
    '@timestamp',
    'message',
    'host.hostname',
    'process.name',
    'process.pid',
    ...Object.keys(NAMES),
  ]);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts') || /(?:^|\/)(?:names|threat[\w-]*)\.ts$/.test(name))
      continue;
    for (const [, field] of readFileSync(join(folder, name), 'utf8').matchAll(/'([a-z_]+(?:\.[a-z_0-9]+)+)'/g))
      if (!field!.endsWith('.ts')) names.add(field!);
  }
  const list = [...names].sort().map((name) => `- ${JSON.stringify(name)}\n`);
  return `# Every field that decoders may give; made by tools/generate.ts, do not edit. A rule that asks for another never matches.\n${list.join('')}`;
}

/** What a start would parse every time; files about which the parser has something to say are left for it to say. */
function parsedRules(): string {
  const mappings = mappingFiles().map(({ name, text }) => (PRODUCED.endsWith(`/${name}`) ? produced : text));
  return encodeParsed([
    ...mappings.map((text) => ({ text, says: parse(text) })),
    ...readRuleFiles([join(ROOT, 'rules')]).flatMap(({ path, text }) => {
      let odd = false;
      const rules = parseSigma(text, path, () => {
        odd = true;
      });
      return odd ? [] : [{ text, says: rules }];
    }),
  ]);
}

function rulesPage(): string {
  const { set } = loadRules(readRuleFiles([join(ROOT, 'rules')]));
  const names = new Map(set.loaded.map((each) => [each.id, each.path.slice(ROOT.length + 1)]));
  const rows = allInfos(set)
    .map(
      (info) =>
        `| ${info.title} | ${info.level} | ${info.action === 'ban' ? 'ban' : ''} | ${info.kind} | ${info.tags.join(', ')} | \`${names.get(info.id) ?? ''}\` |`,
    )
    .sort();
  return `# Bundled rules\n\nMade by \`tools/generate.ts\`; do not edit.\n\n| Rule | Level | Action | Kind | ATT&CK | File |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function conformancePage(): string {
  const sections = readConformance();
  const count = sections.reduce((sum, { clauses }) => sum + clauses.length, 0);
  const example = ({ detection, correlation, rules }: Clause): string =>
    JSON.stringify(
      detection ?? correlation ?? parseAllDocuments(rules ?? '').map((each) => (each as Document).toJS() as unknown),
    )
      .replaceAll('|', '\\|')
      .replaceAll('`', "'");
  const outcome = ({ refused, warned, matches, silent, fires }: Clause): string =>
    [
      ...(refused === undefined ? [] : [`refused: ${refused}`]),
      ...(warned === undefined ? [] : [`remark: ${warned}`]),
      ...(matches === undefined ? [] : [`${matches.length} match`]),
      ...(silent === undefined ? [] : [`${silent.length} do not`]),
      ...(fires === undefined ? [] : [fires.length === 0 ? 'stays silent' : `speaks ${fires.length} times`]),
    ].join(', ');
  const parts = sections.map(({ section, source, clauses }) => {
    const rows = clauses.map(
      (each) => `| ${each.clause.replaceAll('|', '\\|')} | \`${example(each)}\` | ${outcome(each)} |`,
    );
    return `## ${section}\n\n${source}.\n\n| Clause | Example | What happens |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Sigma, clause by clause\n\nMade by \`tools/generate.ts\` from \`test/sigma/conformance.yaml\`; do not edit. ${count} clauses of the Sigma specification 2.1, each an example that the tests run. What is refused names file, line, column and key; nothing is ignored in silence.\n\n${parts.join('\n')}`;
}

function decodersPage(): string {
  const rows = [
    ...programDecoders.map((each) => [each.name, 'program', each.programs] as const),
    ...lineDecoders.map((each) => [each.name, 'line', each.programs] as const),
  ];
  const list = rows.map(([name, kind, programs]) => `| ${name} | ${kind} | ${programs.join(', ')} |`).join('\n');
  const described = declaredPrograms.map(({ spec }) => programSection(spec)).join('\n');
  return `# Decoders\n\nMade by \`tools/generate.ts\`; do not edit. A *program* decoder reads messages in a syslog or journal envelope, a *line* decoder whole lines.\n\n| Decoder | Kind | Program names and \`--program\` labels |\n| --- | --- | --- |\n${list}\n\n# Described programs\n\nTheir fields and messages, in the language of [the guide](../guides/decoders.md).\n\n${described}`;
}

function programSection(spec: ProgramSpec): string {
  const groups = groupsOf(spec);
  const slots = groups.flatMap(({ patterns }) =>
    patterns.flatMap((pattern) =>
      compilePattern(pattern).flatMap(({ left, free, right }) => [...left, ...free, ...right]),
    ),
  );
  const constant = groups.flatMap(({ fields }) => Object.keys({ ...spec.always, ...fields }));
  const fields = [...new Set([...constant, ...slots.flatMap(({ field }) => (field === null ? [] : [field]))])].sort();
  const messages = groups.map(({ fields: own, patterns }) => {
    const meaning = [own['event.category'], own['event.outcome']].filter((each) => each !== undefined).join(', ');
    return `${meaning === '' ? 'other' : meaning}:\n\n\`\`\`text\n${patterns.join('\n')}\n\`\`\`\n`;
  });
  const known = fields.length === 0 ? '' : `Fields: ${fields.map((field) => `\`${field}\``).join(', ')}\n\n`;
  return `## ${spec.name}\n\n${known}${messages.join('\n')}`;
}

interface SettingSchema {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly items?: SettingSchema;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly required?: readonly string[];
}

/** Every kind of source with its settings. */
function sourcesPage(): string {
  const { oneOf } = z.toJSONSchema(sourceSettings, { io: 'input', unrepresentable: 'any' }) as unknown as {
    readonly oneOf: readonly SettingSchema[];
  };
  const sections = oneOf.map(({ properties = {}, required = [] }) => {
    const rows = Object.entries(properties)
      .filter(([name]) => name !== 'type')
      .flatMap(([name, schema]) => settingRows(name, schema, required.includes(name)));
    const table = `| Setting | Kind | Default | Meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
    return `## ${properties.type?.const}\n\n${rows.length === 0 ? 'No settings.\n' : table}`;
  });
  return `# Sources\n\nMade by \`tools/generate.ts\`; do not edit. How each is used: [the guide](../guides/sources.md).\n\n${sections.join('\n')}`;
}

function settingRows(name: string, schema: SettingSchema, isRequired: boolean): string[] {
  const kind = schema.enum?.join(', ') ?? (schema.type === 'array' ? 'list' : (schema.type ?? 'see the guide'));
  const usual = isRequired ? 'required' : schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  const meaning = (schema.description ?? '').replaceAll('|', '\\|');
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, each]) =>
    settingRows(`${name}.${key}`, each, schema.required?.includes(key) === true),
  );
  return [`| \`${name}\` | ${kind} | ${usual} | ${meaning} |`, ...inner];
}
