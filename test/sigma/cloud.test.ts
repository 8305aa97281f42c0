/** Rules as Sigma's own set writes them for clouds, against records as the clouds write them: cut, decoded and matched by the real parts. */
import { describe, expect, it } from 'vitest';
import { createDecode } from '../../src/decoders/decode.ts';
import { loadRules } from '../../src/detectors/sigma/load.ts';
import type { LinkedRule } from '../../src/detectors/sigma/rule-set.ts';
import { toEcs } from '../../src/model/log-event.ts';
import { RecordCutter } from '../../src/sources/file/records.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

/** Rules by name; each one search, all of it must hold. */
function rulesOf(logsource: string, searches: Readonly<Record<string, string>>): string {
  return Object.entries(searches)
    .map(
      ([name, search]) =>
        `title: ${name}\nid: id-${name}\nname: ${name}\nstatus: test\nlogsource: ${logsource}\ndetection:\n  s:\n${search
          .split('; ')
          .map((line) => `    ${line}\n`)
          .join('')}  condition: s\n`,
    )
    .join('---\n');
}

function namesOf(rules: string, line: string): string[] {
  const { set, errors } = loadRules([{ path: 'cloud.yml', text: rules }]);
  expect(errors).toEqual([]);
  const event = createDecode({ timezone: 'UTC', program: null }).decode(line, NOW)!;
  const found: LinkedRule[] = [];
  set.tableFor(event.kind).match(event, found);
  return found.map(({ info }) => info.title).sort();
}

const trail = (more: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  eventVersion: '1.08',
  userIdentity: { type: 'IAMUser', userName: 'carol', arn: 'arn:aws:iam::111122223333:user/carol' },
  eventTime: '2026-11-24T08:00:00Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DescribeInstances',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '203.0.113.7',
  userAgent: 'aws-cli/2.15',
  requestParameters: null,
  responseElements: null,
  eventType: 'AwsApiCall',
  ...more,
});

const AWS = rulesOf('{product: aws, service: cloudtrail}', {
  names: 'eventSource: kms.amazonaws.com; eventName: [DisableKey, ScheduleKeyDeletion]',
  refused: "errorCode|contains: Denied; errorMessage|contains: 'not authorized'",
  root: 'userIdentity.type: Root; eventType: AwsApiCall',
  issuer: "userIdentity.sessionContext.sessionIssuer.type: Role; userIdentity.arn|endswith: ':assumed-role/build/x'",
  made: 'eventName: RunInstances; requestParameters.instancesSet.items.imageId: ami-2; errorCode: null',
  opened: "requestParameters.enable: 'false'; responseElements.public: 'true'",
  text: 'requestParameters|contains|all: [Suspended, VersioningConfiguration]',
  answer: 'responseElements|contains: Failure; responseElements.ConsoleLogin: Failure',
  factor: "additionalEventData.MFAUsed: 'NO'",
  command: "requestParameters.containers.command|contains: '169.254.'",
  layers: "requestParameters.layers|contains: '*'",
  peer: 'sourceIPAddress|cidr: 203.0.113.0/24; userAgent|startswith: curl',
  self: 'userIdentity.userName|fieldref: requestParameters.userName',
});

const CASES: readonly (readonly [readonly string[], Readonly<Record<string, unknown>>])[] = [
  [[], {}],
  [['names'], { eventSource: 'kms.amazonaws.com', eventName: 'DisableKey' }],
  [['refused'], { errorCode: 'Client.AccessDenied', errorMessage: 'User x is not authorized to perform it' }],
  [['root'], { userIdentity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root' } }],
  [
    ['issuer'],
    {
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/build/x',
        sessionContext: { sessionIssuer: { type: 'Role', userName: 'build' } },
      },
    },
  ],
  [
    ['made'],
    {
      eventName: 'RunInstances',
      requestParameters: { instancesSet: { items: [{ imageId: 'ami-1' }, { imageId: 'ami-2' }] } },
    },
  ],
  [
    [],
    {
      eventName: 'RunInstances',
      errorCode: 'X',
      requestParameters: { instancesSet: { items: [{ imageId: 'ami-2' }] } },
    },
  ],
  [['opened'], { requestParameters: { enable: false }, responseElements: { public: true } }],
  [['text'], { requestParameters: { VersioningConfiguration: { Status: 'Suspended' } } }],
  [['answer'], { responseElements: { ConsoleLogin: 'Failure' } }],
  [['factor'], { additionalEventData: { MFAUsed: 'No' } }],
  [['command'], { requestParameters: { containers: [{ command: ['sh', '-c', 'curl 169.254.170.2'] }] } }],
  [['layers'], { requestParameters: { layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:x:1'] } }],
  [['peer'], { userAgent: 'curl/8' }],
  [['self'], { requestParameters: { userName: 'carol' } }],
];

describe('CloudTrail', () => {
  it('matches what the rules ask for, in records cut from a file', () => {
    const cutter = new RecordCutter();
    const { texts } = cutter.push(Buffer.from(JSON.stringify({ Records: CASES.map(([, more]) => trail(more)) })));
    expect(texts).toHaveLength(CASES.length);
    for (const [at, [names]] of CASES.entries()) expect([at, namesOf(AWS, texts[at]!)]).toEqual([at, names]);
  });

  it('takes no field of its own from names in a record, and no more than a bounded number', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`) as unknown;
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`k${n}`, n]));
    const line = JSON.stringify(
      trail({ 'source.nat.ip': 'not an address', 'event.outcome': 'success', requestParameters: { deep, many } }),
    ).replace('"eventType"', '"__proto__":["x"],"eventType"');
    const event = createDecode({ timezone: 'UTC', program: null }).decode(line, NOW)!;
    expect(event.kind).toMatchObject({ product: 'aws', service: 'cloudtrail' });
    expect(event.fields['source.nat.ip']).toBeUndefined();
    expect(event.fields['source.ip']).toBe('203.0.113.7');
    expect(Object.getPrototypeOf(event.fields)).toBe(Object.prototype);
    expect(Object.keys(toEcs(event)).length).toBeLessThan(600);
  });
});

describe('other audit logs', () => {
  it.each([
    [
      '{product: kubernetes, service: audit, category: application}',
      { exec: 'verb: create; objectRef.resource: pods; objectRef.subresource: exec', mount: "hostPath: '/'" },
      {
        ...{ kind: 'Event', auditID: 'x', stage: 'ResponseComplete', requestURI: '/api/v1', verb: 'create' },
        ...{ user: { username: 'eve' }, sourceIPs: ['203.0.113.7'], responseStatus: { code: 201 } },
        objectRef: { resource: 'pods', subresource: 'exec' },
        requestObject: { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
      },
      ['exec', 'mount'],
    ],
    [
      '{product: github, service: audit}',
      { secret: 'action: [repository_secret_scanning.disable]; actor: eve' },
      {
        '@timestamp': 1_795_510_098_000,
        _document_id: 'x',
        action: 'repository_secret_scanning.disable',
        actor: 'eve',
        org: 'o',
      },
      ['secret'],
    ],
    [
      '{product: okta, service: okta}',
      { locked: "eventType: user.account.lock; outcome.result: SUCCESS; securityContext.isProxy: 'true'" },
      {
        ...{
          eventType: 'user.account.lock',
          displayMessage: 'Max sign in attempts',
          published: '2026-11-24T08:00:00Z',
        },
        ...{ outcome: { result: 'SUCCESS' }, securityContext: { isProxy: true }, client: { ipAddress: '203.0.113.7' } },
      },
      ['locked'],
    ],
    [
      '{product: m365, service: audit}',
      { mail: 'Operation: New-InboxRule; Workload: Exchange' },
      {
        CreationTime: '2026-11-24T08:00:00',
        RecordType: 1,
        Workload: 'Exchange',
        Operation: 'New-InboxRule',
        ClientIP: '203.0.113.7',
      },
      ['mail'],
    ],
    [
      '{product: m365, service: threat_management}',
      {
        alert: 'eventSource: SecurityComplianceCenter; eventName: Unusual volume of file deletion; status: success',
        act: 'eventName: AlertTriggered',
      },
      {
        CreationTime: '2026-11-24T08:00:00',
        RecordType: 40,
        Workload: 'SecurityComplianceCenter',
        Operation: 'AlertTriggered',
        Name: 'Unusual volume of file deletion',
        ResultStatus: 'Succeeded',
        Status: 'Active',
      },
      ['alert'],
    ],
    [
      '{product: m365, service: exchange}',
      { domain: 'eventSource: Exchange; eventName: Add-FederatedDomain; status: success' },
      {
        CreationTime: '2026-11-24T08:00:00',
        RecordType: 1,
        Workload: 'Exchange',
        Operation: 'Add-FederatedDomain',
        ResultStatus: 'True',
      },
      ['domain'],
    ],
    [
      '{product: azure, service: auditlogs}',
      { consent: 'properties.message: Consent to application' },
      {
        ...{
          time: '2026-11-24T08:00:00Z',
          category: 'AuditLogs',
          tenantId: 'x',
          operationName: 'Consent to application',
        },
        properties: { message: 'Consent to application' },
      },
      ['consent'],
    ],
  ])('%s', (logsource, searches, record, names) => {
    expect(namesOf(rulesOf(logsource, searches as Record<string, string>), JSON.stringify(record))).toEqual(names);
  });
});
