/** Comments stay, secrets stay hidden, and what was not touched is not rewritten. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyChanges, changesBetween, hideSecrets, keepSecrets, valuesOf } from './edit.ts';
import { isLocalPath, isSecretPath } from './guarded-keys.ts';

const TEXT = `# who we are
language: en   # of alerts
mode: 'observe'

decisions:
    ban: 10m # first
    allowlist: [192.0.2.0/24,   198.51.100.7]
notifiers:
  # the night shift
  - type: email
    host: mail.example
    password: hunter2 # old
    from: a@example
    to: [b@example]
  - {type: slack, webhook: "https://hooks.example/T/x"}
`;

type Anything = ReturnType<typeof JSON.parse>;
const changed = (after: (values: Anything) => void): string => {
  const before = valuesOf(TEXT);
  const values = structuredClone(before) as Anything;
  after(values);
  return applyChanges(TEXT, changesBetween(before, values));
};

it('puts single values in place and touches nothing else', () => {
  const text = changed((v) => {
    v.mode = 'enforce';
    v.decisions.ban = '1h';
    v.notifiers[0].host = 'smtp: example';
  });
  expect(text).toBe(
    TEXT.replace("'observe'", 'enforce').replace('10m', '1h').replace('mail.example', '"smtp: example"'),
  );
});

it('adds, removes and empties with comments kept', () => {
  const text = changed((v) => {
    v.http = { listen: '127.0.0.1:9000' };
    v.decisions.allowlist = ['198.51.100.7'];
    v.notifiers.splice(1, 1);
  });
  for (const part of ['# who we are', '# of alerts', '# first', '# the night shift', '# old'])
    expect(text).toContain(part);
  expect(valuesOf(text)).toMatchObject({
    http: { listen: '127.0.0.1:9000' },
    decisions: { allowlist: ['198.51.100.7'] },
  });
  expect((valuesOf(text) as Anything).notifiers).toHaveLength(1);
  expect(valuesOf(applyChanges('http:\n  listen: a:1\n', [{ path: ['http', 'listen'] }]))).toEqual({});
  expect(valuesOf(applyChanges('', [{ path: ['mode'], value: 'enforce' }]))).toEqual({ mode: 'enforce' });
});

it('hides secrets and puts them back', () => {
  const hidden = hideSecrets(TEXT);
  expect(hidden).not.toMatch(/hunter2|hooks\.example/);
  expect(hidden).toContain('mail.example');
  expect(keepSecrets(hidden, TEXT).text.replaceAll('"hunter2"', 'hunter2')).toBe(
    TEXT.replace('"https://hooks.example/T/x"', 'https://hooks.example/T/x'),
  );
  expect(valuesOf(keepSecrets(hidden, TEXT).text)).toEqual(valuesOf(TEXT));
});

it('sends no kept secret to another place', () => {
  const moved = hideSecrets(TEXT).replace('mail.example', 'evil.example');
  expect(keepSecrets(moved, TEXT).lost).toEqual([{ path: ['notifiers', 0, 'password'], why: 'moved' }]);
  const swapped = 'notifiers:\n  - {type: slack, webhook: "********"}\n';
  expect(keepSecrets(swapped, TEXT).lost.map((each) => each.why)).toEqual(['unknown']);
});

it('knows secrets and what runs programs by the schema', () => {
  expect(isSecretPath(['responders', 0, 'headers', 'authorization'])).toBe(true);
  expect(isSecretPath(['notifiers', 0, 'password'])).toBe(true);
  expect(isSecretPath(['responders', 0, 'token'])).toBe(true);
  expect(isSecretPath(['notifiers', 0, 'host'])).toBe(false);
  for (const path of [
    ['responders', 0, 'add'],
    ['responders', 0, 'reload', 1],
    ['sources', 0, 'command'],
    ['state_dir'],
    ['notifiers', 0, 'password', 'file'],
    ['responders', 0, 'file'],
  ])
    expect(isLocalPath(path), path.join('.')).toBe(true);
  for (const path of [
    ['decisions', 'ban'],
    ['notifiers', 0, 'host'],
    ['responders', 0, 'block', 'url'],
    ['rules', 'paths', 0],
  ])
    expect(isLocalPath(path), path.join('.')).toBe(false);
});

it('says after any change what was asked for', () => {
  const scalar = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      'yes',
      'null',
      '~',
      '0x1f',
      '1e3',
      'a: b',
      '# x',
      '- x',
      '"',
      "'",
      'a\nb',
      '{',
      '[1]',
      ' ',
      '10m',
      '2001:db8::/32',
      '*a',
      '&b',
      '!c',
      '%d',
      '@e',
      '`f',
      '|',
      '>',
      'true',
      '012',
      '1_000',
      '.inf',
      '=',
      '<<',
    ),
    fc.boolean(),
    fc.integer(),
  );
  const some = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), scalar, { minKeys: 1, maxKeys: 3 }),
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('language', 'mode', 'decisions', 'notifiers', 'http', 'new_one'), some, {
        maxKeys: 5,
      }),
      fc.option(some),
      (changes, inner) => {
        const before = valuesOf(TEXT);
        const after = { ...(structuredClone(before) as Anything), ...changes };
        if (inner !== null && typeof after.decisions === 'object' && !Array.isArray(after.decisions))
          after.decisions.ban = inner;
        const text = applyChanges(TEXT, changesBetween(before, after));
        expect(valuesOf(text)).toEqual(after);
      },
    ),
    { numRuns: 300 },
  );
});
