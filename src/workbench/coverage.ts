/** ATT&CK coverage that is shown, not claimed: a technique counts when a rule that names it spoke in a case that passed. */
import type { RuleSet } from '../detectors/sigma/rule-set.ts';
import { TACTICS, tacticOf, tacticsOf, techniqueName, techniqueOf } from '../kit/techniques.ts';
import type { CaseResult } from './cases.ts';

/** A technique with the rules that name it. */
export interface CoveredTechnique {
  readonly id: string;
  readonly name: string | null;
  readonly tactics: readonly string[];
  /** Titles of rules that spoke in a passing case. */
  readonly shown: readonly string[];
  /** Titles of rules that only say so. */
  readonly unshown: readonly string[];
}

interface Entry {
  readonly tactics: Set<string>;
  readonly shown: Set<string>;
  readonly unshown: Set<string>;
}

/** Techniques of a rule set by number, those without any passing case included (`shown` is empty). */
export function coverageOf(set: RuleSet, results: readonly CaseResult[]): CoveredTechnique[] {
  const proved = new Set(results.flatMap((each) => each.proved));
  const found = new Map<string, Entry>();
  // Rules that only feed correlations tell nobody.
  for (const { info } of [...set.rules, ...set.correlations].filter((each) => each.alerts)) {
    const tactics = info.tags.map(tacticOf).filter((each) => each !== null);
    for (const id of info.tags.map(techniqueOf).filter((each) => each !== null)) {
      const entry = found.get(id) ?? { tactics: new Set(), shown: new Set(), unshown: new Set() };
      found.set(id, entry);
      for (const tactic of tacticsOf(id, tactics)) entry.tactics.add(tactic);
      (proved.has(info.id) ? entry.shown : entry.unshown).add(info.title);
    }
  }
  return [...found]
    .map(([id, entry]) => ({
      id,
      name: techniqueName(id),
      tactics: Object.keys(TACTICS).filter((tactic) => entry.tactics.has(tactic)),
      shown: [...entry.shown].sort(),
      unshown: [...entry.unshown].sort(),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A layer for the ATT&CK Navigator (layer format 4.5) with the shown techniques only; score is the number of rules. */
export function navigatorLayer(covered: readonly CoveredTechnique[], name: string): Record<string, unknown> {
  const shown = covered.filter((each) => each.shown.length > 0);
  return {
    name,
    versions: { attack: '16', navigator: '5.1.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description: 'Techniques that a rule of Bekçi was shown to detect: it spoke in a test case that passes.',
    filters: { platforms: ['Linux', 'Network', 'Containers'] },
    sorting: 3,
    layout: { layout: 'side', showName: true, showID: true },
    hideDisabled: false,
    techniques: shown.map(({ id, shown: rules }) => ({
      techniqueID: id,
      score: rules.length,
      comment: rules.join('; '),
      enabled: true,
      showSubtechniques: id.includes('.'),
    })),
    gradient: {
      colors: ['#cfe8d8', '#1d7f4f'],
      minValue: 1,
      maxValue: Math.max(2, ...shown.map((each) => each.shown.length)),
    },
    legendItems: [{ label: 'spoke in a passing case', color: '#1d7f4f' }],
  };
}
