/** ATT&CK's names and tactics: known for every technique that our rules speak of, and what the matrix says counts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tacticsOf, techniqueName } from './techniques.ts';

describe('techniques', () => {
  it('of the bundled rules all have a name and a place in the matrix', () => {
    const rules = join(import.meta.dirname, '..', '..', 'rules');
    const text = readdirSync(rules, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yml') && !name.endsWith('.cases.yml'))
      .map((name) => readFileSync(join(rules, name), 'utf8'))
      .join('\n');
    const ids = [...new Set([...text.matchAll(/- attack\.(t[\d.]+)/g)].map(([, id]) => id!.toUpperCase()))];
    expect(ids.length).toBeGreaterThan(50);
    expect(ids.filter((id) => techniqueName(id) === null || tacticsOf(id, []).length === 0)).toEqual([]);
  });
  it('stand under their own tactics, those of the rule first', () => {
    expect(tacticsOf('T1078.003', ['initial-access', 'credential-access'])).toEqual(['initial-access']);
    expect(tacticsOf('T1552.001', ['reconnaissance'])).toEqual(['credential-access']);
    expect(tacticsOf('T9999', ['impact'])).toEqual(['impact']);
  });
});
