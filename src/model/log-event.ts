/** A decoded line: a time, the envelope's parts and flat Elastic Common Schema fields. */

/** One value of an ECS field. */
export type FieldValue = string | number | boolean | null | readonly (string | number | boolean)[];

/** Flat ECS fields: `source.ip`, `user.name`, `http.response.status_code` ... Addresses are canonical text. */
export type Fields = Readonly<Record<string, FieldValue | undefined>>;

/**
 * The Sigma log source of an event. Decoders declare each kind once as a constant and share the object, so that rule
 * tables can be found by identity.
 */
export interface EventKind {
  readonly product: string | null;
  readonly service: string | null;
  readonly category: string | null;
}

/**
 * What an event shares with others of its kind: those with the same object at a place hold the same in the fields of that place. Null
 * where nobody else will have it. Whoever changes one of the fields leaves this out.
 */
export interface Alike {
  readonly parts: readonly (object | null)[];
  /** Of each place its fields; the same list for all events that a decoder makes. */
  readonly fields: readonly ReadonlySet<string>[];
}

/** One decoded line. `fields` holds what the program said; the envelope's parts stay outside so that they cost nothing. */
export interface LogEvent {
  /** Milliseconds since the epoch, from the line itself (or the time of reading if the line has none). */
  readonly time: number;
  readonly kind: EventKind;
  /** `host.hostname` */
  readonly host: string | null;
  /** `process.name` */
  readonly program: string | null;
  /** `process.pid` */
  readonly pid: number | null;
  /** `message`: the text without its envelope. */
  readonly message: string;
  /** How often the writer says it happened (`message repeated N times`), 1 as a rule. */
  readonly repeat: number;
  readonly fields: Fields;
  /** Absent where nothing is known to be shared. */
  readonly alike?: Alike | undefined;
}

const MAX_ACTION = 64;

/** Fields of events whose program has no decoder of its own. */
export const NO_FIELDS: Fields = Object.freeze({});

/** The value of an ECS field of an event, envelope included; undefined when the event has none. */
export function fieldOf(event: LogEvent, name: string): FieldValue | undefined {
  const own = event.fields[name];
  if (own !== undefined) return own;
  switch (name) {
    case '@timestamp':
      return event.time;
    case 'message':
      return event.message;
    case 'host.hostname':
      return event.host ?? undefined;
    case 'process.name':
      return event.program ?? undefined;
    case 'process.pid':
      return event.pid ?? undefined;
    case 'event.type':
      return typeOf(event.fields);
    default:
      return undefined;
  }
}

const OVER = /log-?(?:ged ?)?(?:out|off)|sign-?out|disconnect|close|\bend|terminat|expire|timeout|teardown/i;
const BEGUN = /start|open|connect|login|logged in|establish|new session|created/i;
const REFUSED = /den[iy]|block|drop|reject|refus|prevent|reset|discard/i;
const LET_THROUGH = /allow|accept|permit|\bpass/i;

/**
 * ECS `event.type` of an event whose program says none, from its category, action and outcome; made only where somebody asks, so that
 * it costs lines nothing. Undefined without a category.
 */
function typeOf(fields: Fields): string | undefined {
  const several = fields['event.category'];
  const category = Array.isArray(several) ? several[0] : several;
  const action = fields['event.action'];
  const done = typeof action === 'string' ? action.slice(0, MAX_ACTION) : '';
  switch (category) {
    case undefined:
    case null:
      return undefined;
    case 'authentication':
      return OVER.test(done) ? 'end' : 'start';
    case 'session':
      return OVER.test(done) ? 'end' : BEGUN.test(done) ? 'start' : 'info';
    case 'network':
    case 'intrusion_detection':
      return REFUSED.test(done) ? 'denied' : LET_THROUGH.test(done) ? 'allowed' : 'info';
    case 'web':
    case 'database':
      return 'access';
    case 'configuration':
      return 'change';
    default:
      return 'info';
  }
}

/** The event as flat ECS JSON with an ISO 8601 time, as `explain --json` prints it. */
export function toEcs(event: LogEvent): Record<string, FieldValue> {
  const out: Record<string, FieldValue> = { '@timestamp': new Date(event.time).toISOString() };
  if (event.host !== null) out['host.hostname'] = event.host;
  if (event.program !== null) out['process.name'] = event.program;
  if (event.pid !== null) out['process.pid'] = event.pid;
  out.message = event.message;
  for (const [name, value] of Object.entries(event.fields)) if (value !== undefined) out[name] = value;
  const type = out['event.type'] ?? typeOf(event.fields);
  if (type !== undefined) out['event.type'] = type;
  return out;
}

/** Whether an event is about authentication, alone or among other things. */
export function isAuthentication({ fields }: LogEvent): boolean {
  const category = fields['event.category'];
  return category === 'authentication' || (Array.isArray(category) && category.includes('authentication'));
}

/** Whether somebody got in. */
export function isLogin(event: LogEvent): boolean {
  return event.fields['event.outcome'] === 'success' && isAuthentication(event);
}
