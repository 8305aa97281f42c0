/** Writes what is made from the code: the configuration's JSON Schema and the reference of rules. With --check only compares. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openApi, routesTable } from '../src/api/open-api.ts';
import { configJsonSchema } from '../src/config/schema.ts';
import { lineDecoders, programDecoders } from '../src/decoders/all.ts';
import { loadRules } from '../src/detectors/sigma/load.ts';
import { readRuleFiles } from '../src/detectors/sigma/read-files.ts';
import { allInfos } from '../src/detectors/sigma/rule-set.ts';

const ROOT = join(import.meta.dirname, '..');

const files: Readonly<Record<string, string>> = {
  'schema/bekci.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'schema/openapi.json': `${JSON.stringify(openApi(), null, 1)}\n`,
  'docs/reference/api.md': `# API\n\nMade by \`tools/generate.ts\`; do not edit. Every parameter and shape: \`schema/openapi.json\`, also served at \`/api/v1/openapi.json\`.\n\n${routesTable()}`,
  'docs/reference/rules.md': rulesPage(),
  'docs/reference/decoders.md': decodersPage(),
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

function decodersPage(): string {
  const rows = [
    ...programDecoders.map((each) => [each.name, 'program', each.programs] as const),
    ...lineDecoders.map((each) => [each.name, 'line', each.programs] as const),
  ];
  return `# Decoders\n\nMade by \`tools/generate.ts\`; do not edit. A *program* decoder reads messages in a syslog or journal envelope, a *line* decoder whole lines.\n\n| Decoder | Kind | Program names and \`--program\` labels |\n| --- | --- | --- |\n${rows.map(([name, kind, programs]) => `| ${name} | ${kind} | ${programs.join(', ')} |`).join('\n')}\n`;
}
