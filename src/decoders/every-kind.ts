/** Every log source that a decoder of ours can name. */
import type { EventKind } from '../model/log-event.ts';
import { declaredPrograms } from './all-programs.ts';
import * as kinds from './kinds.ts';
import { RECORD_KINDS } from './programs/network/records.ts';
import { RECOGNISED_KINDS } from './recognise.ts';

/** The kinds of events there are, apart from labels a configuration makes up. */
export const everyKind: readonly EventKind[] = [
  ...new Set([
    ...Object.values(kinds),
    ...declaredPrograms.map((program) => program.kind),
    ...RECOGNISED_KINDS,
    ...RECORD_KINDS,
  ]),
];
