/** Reads from an event what windows and habits count. */
import type { LogEvent } from '../../model/log-event.ts';
import type { LinePlace } from '../detector.ts';
import type { Tally } from './entity-table.ts';
import { hashNetwork, hashText } from './hash-text.ts';

/** A line as the parts see it: one mutable object is reused. */
export interface Reading extends Tally {
  address: string | null;
  user: string | null;
  /** Hash of the user, of the address, of its network; 0 for none. */
  userHash: number;
  addressHash: number;
}

/** Names of what things are, in the order of their numbers. */
export const THINGS = ['thing', 'path', 'command'] as const;
/** The number of a command. */
export const COMMAND = 2;

/** A reading with nothing in it. */
export function newReading(): Reading {
  return {
    time: 0,
    thing: 0,
    peer: 0,
    port: 0,
    shape: 0,
    failed: false,
    status: 0,
    bytes: 0,
    isNew: false,
    repeat: 1,
    address: null,
    user: null,
    userHash: 0,
    addressHash: 0,
    thingIs: 0,
    source: '',
    generation: '',
    offset: 0,
  };
}

/** Fills a reading. */
export function readTally(event: LogEvent, place: LinePlace, out: Reading): void {
  const { fields } = event;
  const ip = fields['source.ip'];
  const user = fields['user.name'];
  out.source = place.source;
  out.generation = place.generation;
  out.offset = place.offset;
  out.time = event.time;
  out.repeat = event.repeat;
  out.address = typeof ip === 'string' ? ip : null;
  out.addressHash = out.address === null ? 0 : hashText(out.address);
  out.user = typeof user === 'string' && user.length <= 256 && user !== '' ? user : null;
  out.userHash = out.user === null ? 0 : hashText(out.user);
  out.failed = fields['event.outcome'] === 'failure';
  out.isNew = false;
  readThing(event, out);
  const status = fields['http.response.status_code'];
  out.status = typeof status === 'number' ? status : 0;
  const port = fields['destination.port'];
  out.port = typeof port === 'number' ? Math.imul(port, 0x9e3779b1) | 1 : 0;
  const bytes = fields['http.response.body.bytes'] ?? fields['destination.bytes'] ?? fields['network.bytes'];
  out.bytes = typeof bytes === 'number' && bytes > 0 ? bytes : 0;
}

function readThing({ fields }: LogEvent, out: Reading): void {
  const path = fields['url.path'];
  if (typeof path === 'string') {
    out.thing = hashText(path);
    out.thingIs = 1;
    return;
  }
  const command = fields['process.command_line'] ?? fields['process.executable'];
  out.thing = typeof command === 'string' ? hashText(command) : 0;
  out.thingIs = out.thing === 0 ? 0 : 2;
}

/** Hash of an address's network. */
export function networkOf(address: string | null): number {
  return address === null ? 0 : hashNetwork(address);
}
