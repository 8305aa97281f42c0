/** Reads from an event what windows and habits count. */
import { type LogEvent, NO_FIELDS } from '../../model/log-event.ts';
import type { LinePlace } from '../detector.ts';
import { NO_ORIGIN, type Tally } from './entity-table.ts';
import { type AddressKey, hashNetwork, hashText, readAddress } from './hash-text.ts';

/** A line as the parts see it: one mutable object is reused. */
export interface Reading extends Tally, AddressKey {
  address: string | null;
  user: string | null;
  /** Hash of the user; 0 for none. The address has its own, also 0 for none. */
  userHash: number;
  /** The event's outcome is success. Others neither succeeded nor failed. */
  succeeded: boolean;
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
    isExact: false,
    succeeded: false,
    thingIs: 0,
    origin: NO_ORIGIN,
    offset: 0,
  };
}

/** Fills a reading. Only fields that events of its category have are asked for: each costs. */
export function readTally(event: LogEvent, place: LinePlace, out: Reading): void {
  const { fields } = event;
  // Kept for every entity of the line: made once for all lines of a batch.
  const { source, generation } = place;
  if (out.origin.source !== source || out.origin.generation !== generation) out.origin = { source, generation };
  out.offset = place.offset;
  out.time = event.time;
  out.repeat = event.repeat;
  clear(out);
  if (fields === NO_FIELDS) return;
  const ip = fields['source.ip'];
  if (typeof ip === 'string') {
    out.address = ip;
    readAddress(ip, out);
  }
  const user = fields['user.name'];
  if (typeof user === 'string' && user.length <= 256 && user !== '') {
    out.user = user;
    out.userHash = hashText(user);
  }
  const outcome = fields['event.outcome'];
  out.failed = outcome === 'failure';
  out.succeeded = outcome === 'success';
  const category = fields['event.category'];
  if (category === 'authentication') return;
  if (category === 'web') readRequest(event, out);
  else readRest(event, out);
}

function clear(out: Reading): void {
  out.address = null;
  out.addressHash = 0;
  out.user = null;
  out.userHash = 0;
  out.failed = false;
  out.succeeded = false;
  out.isNew = false;
  out.thing = 0;
  out.thingIs = 0;
  out.port = 0;
  out.status = 0;
  out.bytes = 0;
}

function readRequest({ fields }: LogEvent, out: Reading): void {
  const path = fields['url.path'];
  if (typeof path === 'string') {
    out.thing = hashText(path);
    out.thingIs = 1;
  }
  const status = fields['http.response.status_code'];
  if (typeof status === 'number') out.status = status;
  const bytes = fields['http.response.body.bytes'];
  if (typeof bytes === 'number' && bytes > 0) out.bytes = bytes;
}

function readRest({ fields }: LogEvent, out: Reading): void {
  if (fields['event.category'] !== 'network') {
    const command = fields['process.command_line'] ?? fields['process.executable'];
    if (typeof command === 'string') {
      out.thing = hashText(command);
      out.thingIs = COMMAND;
    }
  }
  const port = fields['destination.port'];
  if (typeof port === 'number') out.port = Math.imul(port, 0x9e3779b1) | 1;
  const bytes = fields['destination.bytes'] ?? fields['network.bytes'];
  if (typeof bytes === 'number' && bytes > 0) out.bytes = bytes;
}

/** Hash of an address's network. */
export function networkOf(address: string | null): number {
  return address === null ? 0 : hashNetwork(address);
}
