/**
 * When a neighbourhood as a whole is to be banned: enough distinct banned networks in it within a time. A /56 rests on its /64s, a
 * /48 on its /56s (so that one bad /56 never makes a /48), a /24 on its addresses. Bounded; on the log's own clock.
 */
import { formatNetwork, type Network, widen } from '../kit/cidr.ts';
import type { DecisionSettings } from './settings.ts';

const MAX_PARENTS = 8192;

interface Step {
  readonly family: 4 | 6;
  readonly bits: number;
  /** Prefix length of what is counted in it. */
  readonly childBits: number;
  readonly children: number;
}

/** A network whose time has come, and on what it rests. */
export interface Wider {
  readonly network: Network;
  readonly children: readonly string[];
}

/** Counts banned children. */
export interface Widening {
  /** A ban of this network was accepted: the wider networks that have enough now, widest first. */
  note(network: Network, at: number): Wider[];
  /** It was lifted by hand: it is no evidence any more. */
  forget(network: Network): void;
  readonly size: number;
}

/** An empty count by the settings. */
export function createWidening(settings: DecisionSettings['widen']): Widening {
  const steps = stepsOf(settings);
  const withinMs = settings.within * 1000;
  /** Parent to child and its newest ban. */
  const parents = new Map<string, Map<string, number>>();

  function childrenOf(name: string): Map<string, number> {
    const known = parents.get(name);
    if (known !== undefined) return known;
    if (parents.size >= MAX_PARENTS) makeRoom();
    const fresh = new Map<string, number>();
    parents.set(name, fresh);
    return fresh;
  }

  function makeRoom(): void {
    let left = MAX_PARENTS >> 3;
    for (const name of parents.keys()) {
      if (left-- === 0) return;
      parents.delete(name);
    }
  }

  function noteStep(step: Step, network: Network, at: number): Wider | null {
    if (step.family !== network.family || network.bits < step.childBits) return null;
    const parent = widen(network, step.bits);
    const name = formatNetwork(parent);
    const children = childrenOf(name);
    children.set(formatNetwork(widen(network, step.childBits)), at);
    for (const [child, since] of children) if (at - since > withinMs) children.delete(child);
    if (children.size < step.children) return null;
    // Counted afresh from here: a refused network is asked about again after as many children more, not at each.
    parents.delete(name);
    return { network: parent, children: [...children.keys()] };
  }

  return {
    note: (network, at) =>
      steps.flatMap((step) => {
        const wider = noteStep(step, network, at);
        return wider === null ? [] : [wider];
      }),
    forget(network) {
      for (const step of steps) {
        if (step.family !== network.family || network.bits < step.bits) continue;
        parents.get(formatNetwork(widen(network, step.bits)))?.delete(formatNetwork(widen(network, step.childBits)));
      }
    },
    get size() {
      return parents.size;
    },
  };
}

function stepsOf(settings: DecisionSettings['widen']): Step[] {
  return [
    ...(settings.ipv6
      ? ([
          { family: 6, bits: 48, childBits: 56, children: settings.children_48 },
          { family: 6, bits: 56, childBits: 64, children: settings.children_56 },
        ] as const)
      : []),
    ...(settings.ipv4 ? ([{ family: 4, bits: 24, childBits: 32, children: settings.children_24 }] as const) : []),
  ];
}
