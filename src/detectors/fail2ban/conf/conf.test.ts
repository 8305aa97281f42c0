/** The reader of fail2ban's configuration: files, overrides, interpolation and tags. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { removeFolder } from '../../../../test/labs/remove-folder.ts';
import { readFilter } from './filter-conf.ts';
import { parseIni } from './ini.ts';
import { readJails } from './jail-conf.ts';
import { readNamed, splitNamed } from './options.ts';
import { readConf } from './read-conf.ts';

const made: string[] = [];
function folder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'bekci-f2b-'));
  made.push(dir);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}
afterEach(() => {
  for (const dir of made.splice(0)) removeFolder(dir);
});

const none = new Map<string, string>();

it('reads comments, continuation lines and blanks inside values', () => {
  const ini = parseIni(
    '# no\n[A]\nx = 1 ; note\n y: a=b;c\nlist = one\n   # left out\n\n  two\n[DEFAULT]\nz=3\n',
    'a.conf',
  );
  expect(ini.sections.get('A')?.get('x')).toBe('1\ny: a=b;c');
  expect(ini.sections.get('A')?.get('list')).toBe('one\n\ntwo');
  expect(ini.defaults.get('z')).toBe('3');
  expect(() => parseIni('[A]\nx=1\nx=2', 'a.conf')).toThrow('twice');
});

it('lays .conf, .d/*.conf, .local and .d/*.local over each other and keeps what they replace as known/', () => {
  const dir = folder({
    'jail.conf':
      '[INCLUDES]\nbefore = paths.conf\n[DEFAULT]\nport = 1\nbase = b\n[web]\nport = 2\nlog = %(p)s/x\nwho = %(__name__)s\n',
    'paths.conf': '[DEFAULT]\np = /var\n',
    'paths.local': '[DEFAULT]\np = /srv\n',
    'jail.d/b.conf': '[web]\nport = 4\n',
    'jail.d/a.conf': '[web]\nport = 3\n',
    'jail.local':
      '[web]\nport = %(known/port)s,5\nother = %(default/base)s %(side/v)s\n[side]\nv = 9\n[Init?family=inet6]\nx = six\n[Init]\nx = four\n',
  });
  const conf = readConf(join(dir, 'jail'))!;
  expect(conf.get('web', 'port')).toBe('4,5');
  expect(conf.get('web', 'log')).toBe('/srv/x');
  expect(conf.get('web', 'who')).toBe('web');
  expect(conf.get('web', 'other')).toBe('b 9');
  expect(conf.get('Init', 'x?family=inet6')).toBe('six');
  expect(conf.get('web', 'missing')).toBeNull();
});

it('substitutes tags inside tags, options over [Init], and leaves fail2ban’s own', () => {
  const dir = folder({
    'filter.d/app.conf':
      '[INCLUDES]\nbefore = app-common.conf\n[Definition]\nfailregex = <re-<mode>>\nre-normal = ^%(__pre)sno <HOST>$\nre-hard = <re-normal>\n   ^hard <F-USER>\\S+</F-USER> <HOST> <word>\nignoreregex =\n[Init]\nmode = normal\nword = end\n',
    'filter.d/app-common.conf': '[DEFAULT]\n__pre = app:\\s*\n[Definition]\nmode = normal\n',
    'filter.d/app.local': '[Init]\nword = END\n',
  });
  const read = (options: Map<string, string>) => readFilter(dir, 'app', options).definition(none);
  expect(read(none).failregex).toEqual(['^app:\\s*no <HOST>$']);
  expect(read(new Map([['mode', 'hard']])).failregex).toEqual([
    '^app:\\s*no <HOST>$',
    '^hard <F-USER>\\S+</F-USER> <HOST> END',
  ]);
  expect(() => readFilter(dir, '../app', none)).toThrow('no name of a filter');
  expect(() => readFilter(dir, 'nothing', none)).toThrow('no filter nothing');
});

it('says where values lead in a circle or nowhere', () => {
  const dir = folder({
    'filter.d/a.conf': '[Definition]\nfailregex = <x>\nx = <y>\ny = <x>\n',
    'filter.d/b.conf': '[Definition]\nfailregex = %(nowhere)s\n',
  });
  expect(() => readFilter(dir, 'a', none)).toThrow('circle');
  expect(() => readFilter(dir, 'b', none)).toThrow('nothing defines');
});

it('reads names with options', () => {
  const one = readNamed('sshd[mode=aggressive, x="a,b]", y=\'c\'][z=1]');
  expect(one.name).toBe('sshd');
  expect([...one.options]).toEqual([
    ['mode', 'aggressive'],
    ['x', 'a,b]'],
    ['y', 'c'],
    ['z', '1'],
  ]);
  expect(splitNamed('a[x="1 2"]\n  b c[y=3, z="4"]')).toEqual(['a[x="1 2"]', 'b', 'c[y=3, z="4"]']);
  expect([...readNamed('a[block="DROP", block?family=inet6="REJECT"]').options.keys()]).toEqual([
    'block',
    'block?family=inet6',
  ]);
  expect(() => readNamed('a[oops]')).toThrow('option syntax');
});

it('reads the journal for a jail that names its entries and has no logs', () => {
  const dir = folder({
    'there.log': '',
    'jail.conf': [
      '[DEFAULT]\nenabled = true\naction =\nfilter = app',
      '[lost]\nlogpath = DIR/no.log\njournalmatch = _COMM=app',
      '[kept]\nlogpath = DIR/no.log\n          DIR/there.log\njournalmatch = _COMM=app',
      '[no]\nlogpath = DIR/no.log\njournalmatch = _COMM=app\nsystemd_if_nologs = false',
      '[plain]\nlogpath = DIR/no.log',
      '[polled]\nlogpath = DIR/no.log\njournalmatch = _COMM=app\nbackend = polling\n',
    ].join('\n'),
    'filter.d/app.conf': '[Definition]\nfailregex = <HOST>\n',
  });
  writeFileSync(join(dir, 'jail.local'), readFileSync(join(dir, 'jail.conf'), 'utf8').replaceAll('DIR', dir));
  const { jails } = readJails(dir);
  expect(jails.map(({ name, journal, logs }) => [name, journal, logs.length])).toEqual([
    ['lost', true, 0],
    ['kept', false, 2],
    ['no', false, 1],
    ['plain', false, 1],
    ['polled', false, 1],
  ]);
});
