/** Rule packs: archives as downloaded, changes by what rules are, lists for placeholders, and other rules while it runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigInput, configSchema } from '../../src/config/schema.ts';
import { readRuleFiles } from '../../src/detectors/sigma/read-files.ts';
import type { Detection } from '../../src/model/detection.ts';
import { buildPipeline, type Pipeline } from '../../src/pipeline.ts';
import { idleChanges, rulesInUse } from '../../src/rules-in-use.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-packs-'));
});
afterAll(() => removeFolder(folder));

function rule(name: string, more = 'status: test', source = '{category: webserver}'): string {
  return `title: ${name}\nid: id-${name}\nname: ${name}\n${more}\nlogsource: ${source}\ndetection:\n  s: {url.path: /${name}}\n  condition: s\n`;
}

/** A .zip with deflated files, and one that is stored. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, text]] of Object.entries(files).entries()) {
    const raw = Buffer.from(text);
    const bytes = index === 0 ? raw : deflateRawSync(raw);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(index === 0 ? 0 : 8, 4);
    shared.writeUInt32LE(crc32(raw), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(raw.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), bytes]);
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), shared, Buffer.alloc(14), Buffer.from(name)]);
    entry.writeUInt32LE(offset, 42);
    offset += local.length;
    locals.push(local);
    entries.push(entry);
  }
  const list = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, list, end]);
}

describe('archives', () => {
  it('reads a .zip as downloaded and passes over what is no rule', () => {
    const path = join(folder, 'pack.zip');
    writeFileSync(
      path,
      zipOf({
        'pack/rules/a.yml': rule('a'),
        'pack/rules/b.yml': rule('b'),
        'pack/.github/x.yml': 'jobs: {}',
        'pack/LICENSE': 'x',
      }),
    );
    expect(readRuleFiles([path])).toEqual([
      { path: 'pack/rules/a.yml', text: rule('a') },
      { path: 'pack/rules/b.yml', text: rule('b') },
    ]);
  });

  it('says what is wrong with one that is broken', () => {
    const whole = zipOf({ 'a.yml': rule('a'), 'b.yml': rule('b') });
    for (const cut of [whole.subarray(0, 90), Buffer.from('no archive'), Buffer.alloc(0)]) {
      const path = join(folder, 'broken.zip');
      writeFileSync(path, cut);
      expect(() => readRuleFiles([path])).toThrow(/\.zip archive cannot be read/);
    }
  });
});

describe('changes by what rules are', () => {
  const ids = (rules: ConfigInput['rules']): string[] =>
    rulesInUse(
      configSchema.parse({ rules: { bundled: false, paths: [join(folder, 'tune')], ...rules } }),
    ).set.rules.map(({ info }) => `${info.id} ${info.level} ${info.action}`);

  beforeAll(() => {
    mkdirSync(join(folder, 'tune/net'), { recursive: true });
    const write = (name: string, text: string): void => writeFileSync(join(folder, 'tune', name), text);
    write('a.yml', rule('a', 'tags: [attack.t1110.001]\nlevel: low'));
    write('b.yml', rule('b', 'status: experimental', '{product: linux, service: sshd}'));
    write('net/c.yml', rule('c', 'level: high'));
    write('old.yml', rule('old', 'status: deprecated'));
    write('pipe.yml', `${rule('pipe', 'status: unsupported').replace('condition: s', 'condition: s | count() > 5')}`);
  });

  it('leaves out what its authors gave up, unless asked', () => {
    expect(ids({})).toEqual(['id-a low alert', 'id-b medium alert', 'id-c high alert']);
    expect(ids({ retired: true })).toContain('id-old medium alert');
  });
  it.each<[string, NonNullable<NonNullable<ConfigInput['rules']>['tune']>, string[]]>([
    ['tag', [{ for: { tag: 'attack.t1110' }, enabled: false }], ['id-b medium alert', 'id-c high alert']],
    ['log source', [{ for: { product: 'linux' }, enabled: false }], ['id-a low alert', 'id-c high alert']],
    ['level', [{ for: { level: ['low', 'medium'] }, enabled: false }], ['id-c high alert']],
    ['status', [{ for: { status: 'experimental' }, enabled: false }], ['id-a low alert', 'id-c high alert']],
    [
      'path',
      [{ for: { path: 'net/' }, action: 'ban', level: 'critical' }],
      ['id-a low alert', 'id-b medium alert', 'id-c critical ban'],
    ],
    ['id', [{ for: { rule: 'id-c' }, enabled: false }], ['id-a low alert', 'id-b medium alert']],
    [
      'the later one wins',
      [
        { for: { category: 'webserver' }, enabled: false },
        { for: { rule: 'a' }, enabled: true },
      ],
      ['id-a low alert', 'id-b medium alert'],
    ],
  ])('%s', (_, tune, expected) => expect(ids({ tune })).toEqual(expected));
  it('an override by id wins over all', () => {
    expect(
      ids({ tune: [{ for: { tag: 'attack' }, level: 'high' }], overrides: { a: { level: 'critical' } } }),
    ).toContain('id-a critical alert');
  });
  it('says which changes no rule is meant by', () => {
    const config = configSchema.parse({
      rules: {
        bundled: false,
        paths: [join(folder, 'tune')],
        tune: [
          { for: { tag: 'attack.t1110' }, enabled: false },
          { for: { tag: 'attack.t9999' }, enabled: false },
        ],
        overrides: { 'id-c': { level: 'low' }, nonsuch: { enabled: false } },
      },
    });
    expect(idleChanges(config, rulesInUse(config)).map(({ message }) => message)).toEqual([
      'rules.overrides.nonsuch is about no rule in use',
      'rules.tune[1] ({"tag":"attack.t9999"}) is about no rule in use',
    ]);
  });
  it('refuses a choice of everything', () => {
    expect(() => configSchema.parse({ rules: { tune: [{ for: {}, enabled: false }] } })).toThrow(/at least one/);
  });
  it('fills placeholders from a folder of lists', () => {
    mkdirSync(join(folder, 'lists'));
    writeFileSync(join(folder, 'lists/Hidden.txt'), '# comment\n/one\n\n/two\n');
    const path = join(folder, 'expand.yml');
    writeFileSync(path, rule('e').replace('url.path: /e', "url.path|expand: '%Hidden%'"));
    const found = (placeholders?: string): number =>
      rulesInUse(
        configSchema.parse({
          rules: { bundled: false, paths: [path], ...(placeholders === undefined ? {} : { placeholders }) },
        }),
      ).set.rules.length;
    expect([found(), found(join(folder, 'lists'))]).toEqual([0, 1]);
  });
});

const LINE = (n: number, path = '/a'): string =>
  `203.0.113.7 - - [24/Nov/2026:08:00:${String(n).padStart(2, '0')} +0000] "GET ${path} HTTP/1.1" 404 15 "-" "x"`;

describe('other rules while it runs', () => {
  const counted = (gte: number, span = '10m'): string =>
    `${rule('a')}---\ntitle: C\nid: c\ncorrelation: {type: event_count, rules: [a], group-by: [source.ip], timespan: ${span}, condition: {gte: ${gte}}}\n`;
  const path = (): string => join(folder, 'live.yml');
  const config = () => configSchema.parse({ rules: { bundled: false, paths: [path()] }, anomaly: { enabled: false } });

  function feed(pipeline: Pipeline, from: number, to: number): string[] {
    const decode = pipeline.decoderOf({ id: 's', program: 'nginx', timezone: 'UTC' });
    const out: Detection[] = [];
    for (let n = from; n <= to; n++)
      pipeline.detector.detect(
        decode.decode(LINE(n), Date.UTC(2026, 10, 24))!,
        { source: 's', generation: 'g', offset: n, text: '' },
        out,
      );
    return out.map((each) => `${each.rule.id}:${each.events}`);
  }

  it('keeps what windows hold when a rule is added beside them, and when their own threshold changes', () => {
    writeFileSync(path(), counted(5));
    const pipeline = buildPipeline(config(), { persist: true });
    expect(feed(pipeline, 1, 3)).toEqual([]);
    writeFileSync(path(), `${counted(5)}---\n${rule('b')}`);
    pipeline.reloadRules(config());
    expect(pipeline.rules.rules).toHaveLength(2);
    expect(feed(pipeline, 4, 4)).toEqual([]);
    expect(feed(pipeline, 5, 5)).toEqual(['c:5']);
    writeFileSync(path(), counted(8));
    pipeline.reloadRules(config());
    expect(feed(pipeline, 6, 7)).toEqual([]);
  });

  it('a broken rule never takes the others down, and a folder that is gone changes nothing', () => {
    writeFileSync(path(), counted(3));
    const pipeline = buildPipeline(config(), { persist: true });
    expect(feed(pipeline, 1, 2)).toEqual([]);
    writeFileSync(
      join(folder, 'bad.yml'),
      'title: x\nlogsource: {category: webserver}\ndetection: {s: {a|contians: b}, condition: s}\n',
    );
    pipeline.reloadRules(
      configSchema.parse({
        rules: { bundled: false, paths: [join(folder, 'bad.yml'), path()] },
        anomaly: { enabled: false },
      }),
    );
    expect(pipeline.ruleErrors).toHaveLength(1);
    expect(() =>
      pipeline.reloadRules(configSchema.parse({ rules: { bundled: false, paths: [join(folder, 'gone')] } })),
    ).toThrow(/cannot read rules/);
    expect(feed(pipeline, 3, 3)).toEqual(['c:3']);
  });

  it('SIGHUP makes a running daemon use them, window and all', async () => {
    const log = join(folder, 'access.log');
    const file = join(folder, 'bekci.yaml');
    writeFileSync(log, '');
    writeFileSync(path(), counted(4, '100d'));
    writeFileSync(
      file,
      `state_dir: ${join(folder, 'state')}\nsources: [{type: file, path: ${log}, program: nginx, from: start}]\nrules: {bundled: false, paths: [${path()}]}\nhttp: {enabled: false}\nanomaly: {enabled: false}\n`,
    );
    const child = spawn(BEKCI, ['run', '-c', file, '--json'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const until = async (text: string): Promise<void> => {
      for (let n = 0; !said.includes(text); n++) {
        if (n > 400) throw new Error(`never said ${text}: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    try {
      await until('observing');
      appendFileSync(log, `${LINE(1)}\n${LINE(2)}\n${LINE(3)}\n${LINE(4, '/marked')}\n`);
      writeFileSync(path(), `${counted(4, '100d')}---\n${rule('marked')}`);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      child.kill('SIGHUP');
      await until('rules were loaded anew');
      appendFileSync(log, `${LINE(5, '/marked')}\n${LINE(6)}\n`);
      await until('"message":"marked"');
      await until('"message":"C"');
      writeFileSync(file, 'nonsense: true\n');
      child.kill('SIGHUP');
      await until('the rules stay as they were');
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });
});
