/** Every declared program: patterns that compile, labels that are nobody else's, messages that are read, imitations that blame nobody. */
import { describe, expect, it } from 'vitest';
import { allForms, imitations, PEER, render, VICTIM } from '../../test/fuzz/render.ts';
import { declaredPrograms } from './all-programs.ts';
import { createDecode } from './decode.ts';

const byLabel = new Map(declaredPrograms.map((program) => [program.spec.programs?.[0] ?? program.spec.name, program]));
const forms = allForms();

function addressesOf(fields: Readonly<Record<string, unknown>> | null): unknown[] {
  return Object.entries(fields ?? {})
    .filter(([name]) => name.endsWith('.ip'))
    .map(([, value]) => value);
}

describe('declared programs', () => {
  it('are more than a hundred and twenty, each with patterns that compile', () => {
    expect(declaredPrograms.length).toBeGreaterThanOrEqual(120);
    for (const program of declaredPrograms) program.compile();
  });

  it('share no label', () => {
    const labels = declaredPrograms.flatMap((program) => program.programs);
    expect(labels.filter((label, at) => labels.indexOf(label) !== at)).toEqual([]);
  });

  it('read a message of each of their forms', () => {
    const missed = forms.filter(({ program, variant }) => byLabel.get(program)!.read(render(variant, 'name')) === null);
    expect(missed.map(({ program, pattern }) => `${program}: ${pattern}`)).toEqual([]);
  });

  it('name the peer that the program wrote', () => {
    const wrong = forms.filter(({ program, variant }) => {
      const named = [...variant.left, ...variant.free, ...variant.right].some(
        (part) => part.field === 'source.ip' && (part.slot === 'ip' || part.slot === 'sole'),
      );
      const fields = byLabel.get(program)!.read(render(variant, 'name'));
      return named && fields !== null && !addressesOf(fields).includes(PEER);
    });
    expect(wrong.map(({ program, pattern }) => `${program}: ${pattern}`)).toEqual([]);
  });

  it('never report an address that stands only in what a remote side typed', () => {
    const blamed: string[] = [];
    for (const { program, pattern, variant } of forms) {
      if (variant.free.length === 0) continue;
      for (const typed of imitations(variant)) {
        const message = render(variant, typed);
        if (addressesOf(byLabel.get(program)!.read(message)).includes(VICTIM))
          blamed.push(`${program}: ${pattern} | ${message}`);
      }
    }
    expect(blamed).toEqual([]);
  });
});

describe('lines without a label', () => {
  const bare = allForms(true);

  it('are known by how they begin, never by what stands further on', () => {
    expect(bare.length).toBeGreaterThan(500);
    for (const { program, pattern, variant } of bare) {
      expect([pattern, variant.left[0]?.slot === 'pre']).toEqual([pattern, false]);
      expect([pattern, byLabel.get(program)!.readBare(render(variant, 'name')) === null]).toEqual([pattern, false]);
    }
  });

  it('never report an address that stands only in what a remote side typed', () => {
    const blamed: string[] = [];
    for (const { program, pattern, variant } of bare) {
      if (variant.free.length === 0) continue;
      for (const typed of imitations(variant)) {
        const message = render(variant, typed);
        if (addressesOf(byLabel.get(program)!.readBare(message)).includes(VICTIM))
          blamed.push(`${program}: ${pattern} | ${message}`);
      }
    }
    expect(blamed).toEqual([]);
  });

  it('that quote a message further on are not taken for one', () => {
    const blamed: string[] = [];
    const decode = createDecode({ timezone: 'UTC', program: null });
    for (const { program, pattern, variant } of forms) {
      const quoted = `2026-11-24 08:48:18 chat: alice said "${render(variant, 'x', VICTIM)}" today`;
      const event = decode.decode(quoted, Date.parse('2026-11-24T12:00:00Z'));
      if (addressesOf(event?.fields ?? null).includes(VICTIM)) blamed.push(`${program}: ${pattern} | ${quoted}`);
    }
    expect(blamed).toEqual([]);
  });
});

describe('named values', () => {
  it.each([
    ['type=LOGIN_ERROR, ipAddress=203.0.113.7, error=x, username=bob, srcip=198.51.100.99', PEER],
    ['type=LOGIN_ERROR, username=bob, srcip=198.51.100.99, ipAddress=203.0.113.7', undefined],
    ['type=LOGIN_ERROR, ipAddress=203.0.113.7, username=bob, ipAddress=198.51.100.99', undefined],
    ['type="LOGIN_ERROR", username="bob, srcip=198.51.100.99", ipAddress="203.0.113.7"', PEER],
  ])('%s', (message, ip) => {
    expect(byLabel.get('keycloak')!.read(message)?.['source.ip']).toBe(ip);
  });
});
