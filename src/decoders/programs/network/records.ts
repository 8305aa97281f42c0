/** Products that send records of named values under a tag of their own. */
import type { EventKind, Fields } from '../../../model/log-event.ts';
import type { ProgramDecoder } from '../../decoder.ts';
import { eventOf } from '../../event.ts';
import { readBrackets } from '../../formats/brackets.ts';
import { readLabelledCells } from '../../formats/labelled-cells.ts';
import { mapFields } from '../../formats/mapping.ts';

function recordsOf(name: string, programs: readonly string[], read: (message: string) => Fields | null) {
  const kind: EventKind = Object.freeze({ product: null, service: name, category: 'service-authentication' });
  const decoder: ProgramDecoder = {
    name,
    programs,
    decode(envelope) {
      const fields = read(envelope.message);
      return fields === null ? null : eventOf(envelope, kind, fields);
    },
  };
  return { kind, decoder };
}

const checkpoint = recordsOf('checkpoint', ['CheckPoint', 'checkpoint'], (message) => {
  const values = readBrackets(message);
  return values === null ? null : mapFields(values);
});
const symantec = recordsOf(
  'symantec-endpoint-protection',
  ['SymantecServer', 'symantec-endpoint-protection'],
  (message) => readLabelledCells(message)?.fields ?? null,
);

/** Check Point's Log Exporter and Symantec's manager. */
export const recordDecoders: readonly ProgramDecoder[] = [checkpoint.decoder, symantec.decoder];
/** The kinds of their events. */
export const RECORD_KINDS: readonly EventKind[] = [checkpoint.kind, symantec.kind];
