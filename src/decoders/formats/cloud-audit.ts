/** Audit records of clouds: known by the names only they hold together, and kept under their own names beside ECS, as rules ask for both. */
import type { EventKind, Fields, FieldValue } from '../../model/log-event.ts';
import {
  AWS_CLOUDTRAIL,
  AZURE_ACTIVITY,
  AZURE_AUDIT,
  AZURE_SIGNIN,
  GITHUB_AUDIT,
  KUBERNETES_AUDIT,
  M365_AUDIT,
  OKTA,
} from '../kinds.ts';
import { NAMES } from './names.ts';

interface CloudRecord {
  readonly kind: EventKind;
  /** Names, in lower case, that must all be there. */
  readonly names: readonly string[];
  /** The value that one name must have, in lower case. */
  readonly having?: readonly [name: string, value: string];
  /** Objects that rules also search as the text they are. */
  readonly texts?: readonly string[];
}

const RECORDS: readonly CloudRecord[] = [
  {
    kind: AWS_CLOUDTRAIL,
    names: ['eventsource', 'eventname', 'eventversion', 'awsregion'],
    texts: ['requestParameters', 'responseElements', 'additionalEventData', 'serviceEventDetails'],
  },
  { kind: KUBERNETES_AUDIT, names: ['auditid', 'verb', 'requesturi', 'stage'] },
  { kind: OKTA, names: ['eventtype', 'displaymessage', 'published', 'outcome.result'] },
  { kind: GITHUB_AUDIT, names: ['action', 'actor', '_document_id'] },
  { kind: M365_AUDIT, names: ['workload', 'operation', 'recordtype', 'creationtime'] },
  { kind: AZURE_SIGNIN, names: ['operationname', 'tenantid'], having: ['category', 'signinlogs'] },
  { kind: AZURE_AUDIT, names: ['operationname', 'tenantid'], having: ['category', 'auditlogs'] },
  { kind: AZURE_ACTIVITY, names: ['operationname', 'resourceid'], having: ['category', 'administrative'] },
];
/** What Microsoft 365's workloads write into ResultStatus for what was done. */
const DONE = new Set(['success', 'succeeded', 'true', 'partiallysucceeded']);
const MAX_DEPTH = 12;
const MAX_VALUES = 512;
const MAX_TEXT = 16_384;

/** Kind and fields of such a record, given its flat values in lower case; null for any other. Names of ECS are never taken from it. */
export function readCloudAudit(
  text: string,
  values: ReadonlyMap<string, string>,
): { readonly kind: EventKind; readonly fields: Fields } | null {
  const found = RECORDS.find(
    ({ names, having }) =>
      names.every((name) => values.has(name)) &&
      (having === undefined || values.get(having[0])?.toLowerCase() === having[1]),
  );
  if (found === undefined) return null;
  const root = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const lists = new Map<string, (string | number | boolean)[]>();
  flatten(root, '', 0, { lists, count: 0 });
  const fields: Record<string, FieldValue> = {};
  for (const [name, list] of lists) if (!Object.hasOwn(NAMES, name)) fields[name] = list.length === 1 ? list[0]! : list;
  for (const name of found.texts ?? []) {
    const value = root[name];
    if (typeof value === 'object' && value !== null) fields[name] = JSON.stringify(value).slice(0, MAX_TEXT);
  }
  const result = root.ResultStatus;
  if (found.kind === M365_AUDIT && typeof result === 'string' && result !== '')
    fields['event.outcome'] = DONE.has(result.toLowerCase()) ? 'success' : 'failure';
  return { kind: found.kind, fields };
}

interface Out {
  readonly lists: Map<string, (string | number | boolean)[]>;
  count: number;
}

/** What stands in lists comes together under the one name. */
function flatten(node: unknown, name: string, depth: number, out: Out): void {
  if (node === null || node === undefined || depth > MAX_DEPTH || out.count >= MAX_VALUES) return;
  if (Array.isArray(node)) {
    for (const item of node) flatten(item, name, depth + 1, out);
  } else if (typeof node === 'object') {
    for (const [key, value] of Object.entries(node))
      flatten(value, name === '' ? key : `${name}.${key}`, depth + 1, out);
  } else {
    out.count++;
    const list = out.lists.get(name);
    if (list === undefined) out.lists.set(name, [node as string | number | boolean]);
    else list.push(node as string | number | boolean);
  }
}
