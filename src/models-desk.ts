/** What the learning detector knows, as the API and the command line ask for it. */
import type { ModelsDesk } from './api/ports.ts';
import type { AnomalyDetector, AnomalyState } from './detectors/anomaly/anomaly-detector.ts';
import { RULES } from './detectors/anomaly/rules.ts';

const OWN = new Set(Object.values(RULES).map((rule) => rule.id));

/** The desk over a detector; null when it is off. */
export function createModelsDesk(anomaly: AnomalyDetector | null): ModelsDesk {
  return {
    state: () => modelsOf(anomaly?.state() ?? null),
    setNormal(entity, normal) {
      anomaly?.setNormal(entity, normal);
      return anomaly !== null;
    },
    owns: (rule) => OWN.has(rule),
  };
}

/** The state in the contract's shape. */
export function modelsOf(state: AnomalyState | null): ReturnType<ModelsDesk['state']> {
  if (state === null)
    return {
      ...{ enabled: false, learning: false, hours: 0, hoursNeeded: 0, toldToday: 0, budget: 0, held: 0 },
      users: { known: 0, hours: 0 },
      normal: [],
      items: [],
    };
  const { windows, programs, deep, ...rest } = state;
  return {
    enabled: true,
    ...rest,
    items: [
      ...windows.map(({ kind, level, name, grown, ...each }) => ({
        id: name,
        kind: 'behaviour' as const,
        entity: kind,
        window: level,
        state: grown && !state.learning ? ('ready' as const) : ('learning' as const),
        ...{ fault: null, needed: null },
        ...each,
      })),
      ...deep.map(({ kind, name, ready, rows, judged, threshold, drift, changes, scores, fault, needed, of: _ }) => ({
        id: `${kind === 'own' ? 'own' : 'session'}/${name}`,
        kind: kind === 'own' ? ('own' as const) : ('session' as const),
        entity: name,
        window: null,
        state:
          fault !== null ? ('broken' as const) : ready && !state.learning ? ('ready' as const) : ('learning' as const),
        ...{ rows, judged, threshold, drift, changes, scores: [...scores], fault, needed, features: [] },
      })),
      ...programs.map(({ name, lines, learned, threshold, features }) => ({
        id: `line/${name}`,
        kind: 'line' as const,
        entity: name,
        window: null,
        state: learned ? ('ready' as const) : ('learning' as const),
        rows: lines,
        judged: lines,
        ...{ fault: null, needed: null },
        threshold: learned ? threshold : null,
        drift: null,
        changes: 0,
        scores: [],
        features,
      })),
    ],
  };
}
