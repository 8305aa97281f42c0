/**
 * Tells sessions apart from those seen before by how often each template occurs in them. Some templates come as often as chance
 * has it (retries, block moves): they are found in the usual sessions themselves, and a new number of only those is no news.
 */

/** What is known of one session. */
export interface SessionVerdict {
  /** 0: counts seen before; 0.5: new only in templates that vary anyway; 1: new. */
  readonly score: number;
  /** Templates never seen before; empty when only their numbers or their company are new. */
  readonly unseen: readonly number[];
}

/** How sessions are learned. */
export interface SessionOptions {
  /** Most different count vectors that are kept; the rarest half goes when there are more. */
  readonly maxVectors?: number;
}

interface Known {
  readonly counts: ReadonlyMap<number, number>;
  sessions: number;
}

/** A template varies when this share of sessions (and at least two) has another number of it than sessions otherwise alike. */
const VARYING_SHARE = 0.01;
/** What is left without the varying templates must stand in this share of sessions (and at least two) to vouch for others. */
const SUPPORT_SHARE = 0.005;
const LEAST = 2;
/** What varies is found anew when this many times more sessions were seen. */
const REFIT = 1.1;

/** Learns sessions one by one. */
export class SessionNovelty {
  /** Sessions learned. */
  sessions = 0;
  private readonly maxVectors: number;
  private readonly known = new Map<string, Known>();
  private readonly templates = new Set<number>();
  private varying = new Set<number>();
  private readonly support = new Map<string, number>();
  private fittedAt = 0;

  constructor(options: SessionOptions = {}) {
    this.maxVectors = options.maxVectors ?? 20_000;
  }

  /** Takes a usual session in: the template numbers of its events. */
  learn(session: ArrayLike<number>): void {
    const counts = countsOf(session);
    const key = keyOf(counts, null);
    const known = this.known.get(key);
    if (known === undefined) this.known.set(key, { counts, sessions: 1 });
    else known.sessions++;
    for (const template of counts.keys()) this.templates.add(template);
    this.sessions++;
    if (this.known.size > this.maxVectors) this.forgetRarest();
  }

  /** What is new about a session. */
  judge(session: ArrayLike<number>): SessionVerdict {
    const counts = countsOf(session);
    if (this.known.has(keyOf(counts, null))) return { score: 0, unseen: [] };
    if (this.sessions >= this.fittedAt * REFIT) this.refit();
    const unseen = [...counts.keys()].filter((template) => !this.templates.has(template));
    const support = this.support.get(keyOf(counts, this.varying)) ?? 0;
    return { score: support >= Math.max(LEAST, SUPPORT_SHARE * this.sessions) ? 0.5 : 1, unseen };
  }

  /** Finds the varying templates and the support of what is left without them. */
  private refit(): void {
    this.fittedAt = this.sessions;
    const need = Math.max(LEAST, VARYING_SHARE * this.sessions);
    this.varying = new Set([...this.templates].filter((template) => this.sessionsVarying(template) >= need));
    this.support.clear();
    for (const { counts, sessions } of this.known.values()) {
      const core = keyOf(counts, this.varying);
      this.support.set(core, (this.support.get(core) ?? 0) + sessions);
    }
  }

  /** Sessions whose number of a template is not the commonest one among sessions otherwise alike. */
  private sessionsVarying(template: number): number {
    const alike = new Map<string, { all: number; most: number }>();
    const only = new Set([template]);
    for (const { counts, sessions } of this.known.values()) {
      const rest = keyOf(counts, only);
      const group = alike.get(rest) ?? { all: 0, most: 0 };
      // Sessions of one vector share the template's number, and another vector with the same rest has another number.
      alike.set(rest, { all: group.all + sessions, most: Math.max(group.most, sessions) });
    }
    let varied = 0;
    for (const { all, most } of alike.values()) varied += all - most;
    return varied;
  }

  private forgetRarest(): void {
    const rarest = [...this.known].sort((a, b) => a[1].sessions - b[1].sessions).slice(0, this.maxVectors >> 1);
    for (const [key] of rarest) this.known.delete(key);
    this.fittedAt = 0;
  }
}

function countsOf(session: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let n = 0; n < session.length; n++) counts.set(session[n]!, (counts.get(session[n]!) ?? 0) + 1);
  return counts;
}

/** Counts as a key, in the order of the template numbers, without the templates in `without`. */
function keyOf(counts: ReadonlyMap<number, number>, without: ReadonlySet<number> | null): string {
  let key = '';
  for (const template of [...counts.keys()].sort((a, b) => a - b))
    if (without === null || !without.has(template)) key += `${template}:${counts.get(template)} `;
  return key;
}
