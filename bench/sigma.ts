/**
 * The Sigma engine on one core: events that are already parsed, through all rules given and through the bundled pack; loading;
 * a million live correlation keys.
 *   tools/node bench/sigma.ts [RULES...] [--brief]     e.g. a folder or archive of SigmaHQ's rules
 */
import { join } from 'node:path';
import { loadRules } from '../src/detectors/sigma/load.ts';
import { readRuleFiles } from '../src/detectors/sigma/read-files.ts';
import type { RuleSet } from '../src/detectors/sigma/rule-set.ts';
import { createSigmaDetector } from '../src/detectors/sigma/sigma-detector.ts';
import type { Detection } from '../src/model/detection.ts';
import type { EventKind, FieldValue, LogEvent } from '../src/model/log-event.ts';

const BUNDLED = join(import.meta.dirname, '..', 'rules');
const EVENTS = 100_000;
const KEYS = 1_000_000;
const extra = process.argv.slice(2).filter((each) => !each.startsWith('-'));
const brief = process.argv.includes('--brief');

const kind = (product: string | null, service: string | null, category: string | null): EventKind => ({
  product,
  service,
  category,
});
const SSHD = kind('linux', 'sshd', 'authentication');
const PAM = kind('linux', 'pam', 'authentication');
const WEB = kind(null, 'access', 'webserver');
const PROCESS = kind('windows', 'sysmon', 'process_creation');
const LINUX_PROCESS = kind('linux', 'sysmon', 'process_creation');
const REGISTRY = kind('windows', 'sysmon', 'registry_set');
const FILE = kind('windows', 'sysmon', 'file_event');
const SECURITY = kind('windows', 'security', null);
const TRAIL = kind('aws', 'cloudtrail', null);
const DNS = kind(null, null, 'dns');

let seed = 7;
const below = (limit: number): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % limit;
};
const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
const hex = (n: number): string => Array.from({ length: n }, () => below(16).toString(16)).join('');

function event(of: EventKind, message: string, fields: Record<string, FieldValue>, n: number): LogEvent {
  return { time: 1_780_000_000_000 + n * 20, kind: of, host: 'web1', program: 'x', pid: n, message, repeat: 1, fields };
}

const SYSTEM = 'C:\\Windows\\System32';
/** Image, arguments and parent of what a Windows fleet starts all day. */
const STARTED: readonly (readonly [image: string, line: () => string, parent: string])[] = [
  [
    `${SYSTEM}\\svchost.exe`,
    () => `${SYSTEM}\\svchost.exe -k netsvcs -p -s Schedule${below(99)}`,
    `${SYSTEM}\\services.exe`,
  ],
  [`${SYSTEM}\\conhost.exe`, () => `\\??\\${SYSTEM}\\conhost.exe 0xffffffff -ForceV1`, `${SYSTEM}\\cmd.exe`],
  [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    () =>
      `"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --lang=en-US --field-trial-handle=${below(1e6)},i,${below(1e9)} /prefetch:1`,
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ],
  [
    `${SYSTEM}\\cmd.exe`,
    () => `"${SYSTEM}\\cmd.exe" /c "C:\\ops\\job${below(400)}.cmd" ${hex(8)}`,
    'C:\\ops\\runner\\agent.exe',
  ],
  [
    `${SYSTEM}\\WindowsPowerShell\\v1.0\\powershell.exe`,
    () => `powershell.exe -NoLogo -File C:\\ops\\report${below(400)}.ps1 -Id ${hex(8)}`,
    'C:\\Windows\\explorer.exe',
  ],
  [
    `${SYSTEM}\\taskhostw.exe`,
    () => `taskhostw.exe ${pick(['KEYROAMING', 'SYSTEM', 'Install $(Arg0)'])}`,
    `${SYSTEM}\\svchost.exe`,
  ],
  [
    'C:\\Program Files\\Git\\cmd\\git.exe',
    () => `git.exe fetch origin feature/${hex(6)} --prune`,
    'C:\\Program Files\\Microsoft VS Code\\Code.exe',
  ],
  [
    `${SYSTEM}\\wbem\\WmiPrvSE.exe`,
    () => `${SYSTEM}\\wbem\\wmiprvse.exe -secured -Embedding`,
    `${SYSTEM}\\svchost.exe`,
  ],
  [
    `${SYSTEM}\\backgroundTaskHost.exe`,
    () => `"${SYSTEM}\\backgroundTaskHost.exe" -ServerName:App.AppX${hex(24)}.mca`,
    `${SYSTEM}\\svchost.exe`,
  ],
  [
    'C:\\Program Files\\Vendor\\Updater\\update.exe',
    () => `"C:\\Program Files\\Vendor\\Updater\\update.exe" /channel stable /session ${hex(16)}`,
    `${SYSTEM}\\taskhostw.exe`,
  ],
];
const IMAGES = STARTED.map(([image]) => image);
const LINUX_IMAGES = [
  '/usr/bin/bash',
  '/usr/bin/grep',
  '/usr/bin/cat',
  '/usr/sbin/cron',
  '/usr/bin/python3',
  '/usr/bin/curl',
  '/usr/bin/systemctl',
  '/usr/bin/find',
  '/usr/bin/git',
];

/** A mix of what a fleet writes: processes most of all, then web, logins, registry, files, cloud, names. */
function made(n: number): LogEvent {
  const at = below(100);
  if (at < 30) {
    const [image, line, parent] = pick(STARTED);
    const parentLine = STARTED.find((each) => each[0] === parent)?.[1]() ?? `"${parent}"`;
    return event(
      PROCESS,
      '',
      {
        EventID: 1,
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Image: image,
        CommandLine: line(),
        ParentImage: parent,
        ParentCommandLine: parentLine,
        CurrentDirectory: `C:\\Users\\u${below(300)}\\`,
        OriginalFileName: image.slice(image.lastIndexOf('\\') + 1),
        User: `CORP\\u${below(300)}`,
        IntegrityLevel: 'Medium',
        Hashes: `MD5=${hex(32)},SHA256=${hex(64)},IMPHASH=${hex(32)}`,
        Description: 'Host Process',
        Product: 'Microsoft Windows Operating System',
        Company: 'Microsoft Corporation',
        ProcessId: n,
      },
      n,
    );
  }
  if (at < 40)
    return event(
      LINUX_PROCESS,
      '',
      {
        Image: pick(LINUX_IMAGES),
        CommandLine: `${pick(LINUX_IMAGES)} -x /srv/app/${hex(8)} --id ${below(1e6)}`,
        ParentImage: pick(LINUX_IMAGES),
        User: `u${below(30)}`,
        CurrentDirectory: '/srv/app',
      },
      n,
    );
  if (at < 60) {
    const path = `/shop/item/${below(5000)}`;
    const query = below(3) === 0 ? '' : `ref=${hex(6)}&page=${below(40)}`;
    return event(
      WEB,
      `GET ${path}`,
      {
        'source.ip': `192.0.2.${below(250)}`,
        'http.request.method': 'GET',
        'url.original': query === '' ? path : `${path}?${query}`,
        'url.path': path,
        'url.query': query,
        'http.response.status_code': pick([200, 200, 200, 304, 404]),
        'http.response.body.bytes': below(50_000),
        'user_agent.original': `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + below(40)}.0) Gecko/20100101 Firefox/${100 + below(40)}.0`,
        'http.request.referrer': 'https://example.net/',
        'event.category': 'web',
        'event.action': 'access',
        'event.outcome': 'success',
      },
      n,
    );
  }
  if (at < 68)
    return event(
      SSHD,
      `Accepted publickey for u${below(99)} from 192.0.2.${below(250)} port ${below(60_000)} ssh2`,
      {
        'event.category': 'authentication',
        'event.action': 'ssh_login',
        'event.outcome': 'success',
        'user.name': `u${below(99)}`,
        'source.ip': `192.0.2.${below(250)}`,
        'source.port': below(60_000),
      },
      n,
    );
  if (at < 72)
    return event(
      PAM,
      `pam_unix(cron:session): session opened for user u${below(99)}(uid=${below(2000)}) by (uid=0)`,
      {
        'event.category': 'session',
        'event.action': 'session_opened',
        'user.name': `u${below(99)}`,
        'pam.service': 'cron',
      },
      n,
    );
  if (at < 80)
    return event(
      REGISTRY,
      '',
      {
        EventID: 13,
        Image: pick(IMAGES),
        TargetObject: `HKU\\S-1-5-21-${below(1e9)}\\Software\\Vendor\\App${below(99)}\\Key${below(999)}`,
        Details: `DWORD (0x0000${hex(4)})`,
        EventType: 'SetValue',
      },
      n,
    );
  if (at < 87)
    return event(
      FILE,
      '',
      {
        EventID: 11,
        Image: pick(IMAGES),
        TargetFilename: `C:\\Users\\u${below(300)}\\AppData\\Local\\Temp\\${hex(8)}.tmp`,
        User: `CORP\\u${below(300)}`,
      },
      n,
    );
  if (at < 92)
    return event(
      SECURITY,
      '',
      {
        EventID: pick([4624, 4634, 4672, 4688, 5156]),
        Channel: 'Security',
        Provider_Name: 'Microsoft-Windows-Security-Auditing',
        TargetUserName: `u${below(300)}`,
        LogonType: pick([3, 5, 2]),
        IpAddress: `198.51.100.${below(250)}`,
        SubjectUserName: `PC${below(200)}$`,
        AuthenticationPackageName: 'Kerberos',
      },
      n,
    );
  if (at < 97)
    return event(
      TRAIL,
      '',
      {
        eventSource: pick(['s3.amazonaws.com', 'ec2.amazonaws.com', 'sts.amazonaws.com']),
        eventName: pick(['GetObject', 'DescribeInstances', 'AssumeRole', 'ListBuckets', 'PutObject']),
        awsRegion: 'eu-west-1',
        sourceIPAddress: `203.0.113.${below(250)}`,
        userAgent: 'aws-sdk-go/1.44',
        'userIdentity.type': 'AssumedRole',
      },
      n,
    );
  return event(DNS, '', { query: `${hex(5)}.cdn.example.net`, record_type: 'A', src_ip: `192.0.2.${below(250)}` }, n);
}

/** Events a second of processor time; the warm-up is left out. */
function speed(set: RuleSet, events: readonly LogEvent[]): { perSecond: number; found: number } {
  const detector = createSigmaDetector(set, { persist: false });
  const out: Detection[] = [];
  let found = 0;
  const pass = (): void => {
    for (const [offset, each] of events.entries()) {
      detector.detect(each, { source: 's', generation: 'g', offset, text: '' }, out);
      found += out.length;
      out.length = 0;
    }
  };
  pass();
  found = 0;
  const started = process.cpuUsage();
  for (let n = 0; n < 3; n++) pass();
  const used = process.cpuUsage(started);
  return { perSecond: (3 * events.length * 1e6) / (used.user + used.system), found: found / 3 };
}

function keysInMemory(events: number): string {
  const rule =
    'title: B\nid: base\nlogsource: {service: sshd}\ndetection: {s: {event.action: x}, condition: s}\n---\ntitle: C\nid: c\ncorrelation: {type: event_count, rules: [base], group-by: [source.ip], timespan: 10m, condition: {gte: 5}}\n---\ntitle: D\nid: d\ncorrelation: {type: value_count, rules: [base], group-by: [source.ip], timespan: 10m, condition: {field: user.name, gte: 5}}\n';
  const detector = createSigmaDetector(loadRules([{ path: 'x.yml', text: rule }]).set, {
    persist: false,
    maxGroups: KEYS,
  });
  const before = process.memoryUsage().rss;
  for (let round = 0; round < events; round++)
    for (let n = 0; n < KEYS; n++)
      detector.detect(
        event(
          SSHD,
          '',
          {
            'event.action': 'x',
            'source.ip': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
            'user.name': `user${n % 50}`,
          },
          0,
        ),
        { source: 's', generation: 'g', offset: n, text: '' },
        [],
      );
  globalThis.gc?.();
  const { groups = 0 } = { groups: detector.stats().window_groups };
  return `${groups} keys, ${events} event(s) each: +${Math.round((process.memoryUsage().rss - before) / 1048576)} MiB resident, heap ${Math.round(process.memoryUsage().heapUsed / 1048576)} MiB`;
}

for (const [name, paths] of [
  ['bundled', [BUNDLED]],
  ...(extra.length === 0
    ? []
    : [
        ['given', extra],
        ['bundled + given', [BUNDLED, ...extra]],
      ]),
] as [string, string[]][]) {
  const files = readRuleFiles(paths);
  const started = process.cpuUsage();
  const { set, errors } = loadRules(files);
  for (const each of [SSHD, PAM, WEB, PROCESS, LINUX_PROCESS, REGISTRY, FILE, SECURITY, TRAIL, DNS]) set.tableFor(each);
  const used = process.cpuUsage(started);
  const loading = Math.round((used.user + used.system) / 1000);
  seed = 7;
  const all = Array.from({ length: EVENTS }, (_, n) => made(n));
  console.log(
    `${name}: ${set.rules.length} rules, ${errors.length} left out, load and compile ${loading} ms of processor time`,
  );
  for (const group of brief
    ? [null]
    : [null, PROCESS, LINUX_PROCESS, WEB, SSHD, PAM, REGISTRY, FILE, SECURITY, TRAIL, DNS]) {
    const events = group === null ? all : all.filter((each) => each.kind === group);
    const { perSecond, found } = speed(set, events);
    console.log(
      `  ${group === null ? 'mix' : `${group.product}/${group.service}/${group.category}`}: ${Math.round(perSecond / 1000)}k events/s (${found} found in ${events.length})`,
    );
  }
}
if (!brief) {
  console.log(keysInMemory(1));
  console.log(keysInMemory(2));
}
