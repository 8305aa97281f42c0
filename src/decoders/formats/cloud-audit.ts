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
  /** One of the values that one name must have, in lower case. */
  readonly having?: readonly [name: string, ...values: string[]];
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
  {
    kind: AZURE_SIGNIN,
    names: ['operationname', 'tenantid'],
    having: ['category', 'signinlogs', 'noninteractiveusersigninlogs', 'serviceprincipalsigninlogs', 'adfssigninlogs'],
  },
  // The same as Microsoft Graph gives it.
  { kind: AZURE_SIGNIN, names: ['createddatetime', 'userprincipalname', 'appdisplayname', 'status.errorcode'] },
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
      (having === undefined || having.indexOf(values.get(having[0])?.toLowerCase() ?? '', 1) > 0),
  );
  if (found === undefined) return null;
  const root = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const lists = new Map<string, (string | number | boolean)[]>();
  flatten(root, '', 0, { lists, count: 0 });
  const fields: Record<string, FieldValue> = {};
  for (const [name, list] of lists)
    if (!Object.hasOwn(NAMES, name) && !ENVELOPE.has(name)) fields[name] = list.length === 1 ? list[0]! : list;
  for (const name of found.texts ?? []) {
    const value = root[name];
    if (typeof value === 'object' && value !== null) fields[name] = JSON.stringify(value).slice(0, MAX_TEXT);
  }
  const result = root.ResultStatus;
  if (found.kind === M365_AUDIT && typeof result === 'string' && result !== '')
    fields['event.outcome'] = DONE.has(result.toLowerCase()) ? 'success' : 'failure';
  return { kind: found.kind, fields };
}

const ENVELOPE = new Set(['@timestamp', 'message', 'event.type']);
/** Sign-ins that Microsoft interrupts to ask for more: a second factor, consent, to stay signed in. Nobody was refused. */
const INTERRUPTED = new Set(
  '16000 50058 50072 50074 50076 50079 50097 50125 50127 50129 50140 50143 50144 50199 65001'.split(' '),
);

/** Category and outcome of such a record as its cloud defines them; they win over what its words suggest. */
export function cloudMeaning(kind: EventKind, values: ReadonlyMap<string, string>): Fields {
  const value = (name: string): string => values.get(name)?.toLowerCase() ?? '';
  switch (kind) {
    case AWS_CLOUDTRAIL: {
      const answer = value('responseelements.consolelogin');
      const failed = values.has('errorcode') || values.has('errormessage') || answer === 'failure';
      return {
        'event.category': awsCategory(value('eventsource'), value('eventname'), value('readonly')),
        'event.outcome': failed ? 'failure' : 'success',
      };
    }
    case OKTA: {
      const result = value('outcome.result');
      const failed = result === 'failure' || result === 'deny';
      return {
        'event.category': oktaCategory(value('eventtype')),
        'event.outcome': failed ? 'failure' : result === 'success' || result === 'allow' ? 'success' : undefined,
      };
    }
    case AZURE_SIGNIN: {
      const code =
        values.get('resulttype') || values.get('properties.status.errorcode') || values.get('status.errorcode');
      return {
        'event.category': 'authentication',
        'event.outcome':
          code === undefined || code === '' || INTERRUPTED.has(code) ? undefined : code === '0' ? 'success' : 'failure',
      };
    }
    case GITHUB_AUDIT: {
      const action = value('action');
      if (action === 'user.failed_login') return { 'event.category': 'authentication', 'event.outcome': 'failure' };
      if (action === 'user.login') return { 'event.category': 'authentication', 'event.outcome': 'success' };
      return {};
    }
    case KUBERNETES_AUDIT: {
      const code = Number(values.get('responsestatus.code'));
      if (code === 401) return { 'event.category': 'authentication', 'event.outcome': 'failure' };
      return code >= 100 ? { 'event.outcome': code >= 400 ? 'failure' : 'success' } : {};
    }
    default:
      return {};
  }
}

function awsCategory(source: string, name: string, readOnly: string): string {
  if (source === 'signin.amazonaws.com' || name === 'consolelogin') return 'authentication';
  if (/^(?:iam|sts|sso|identitystore|cognito-idp)\./.test(source)) return 'iam';
  return readOnly === 'false' ? 'configuration' : 'api';
}

function oktaCategory(type: string): string {
  if (type === 'user.session.start' || /^user\.(?:authentication|mfa\.okta_verify)/.test(type)) return 'authentication';
  if (type.startsWith('user.session.')) return 'session';
  if (/^(?:user|group|application\.user_membership|iam)\b/.test(type)) return 'iam';
  if (type.startsWith('security.threat')) return 'intrusion_detection';
  return 'configuration';
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
