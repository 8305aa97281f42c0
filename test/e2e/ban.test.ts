/** From a real failed login or request to a dropped packet and a delivered message: real sshd, rsyslogd, nginx, nft, SMTP, HTTP. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createLab, failLogin, isReading, type Lab, labProblem, startSshd, until } from './lab.ts';

let lab: Lab | null = null;
const closers: (() => void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await lab?.close();
  lab = null;
});

/** A real SMTP server and a webhook on loopback that keep what they get. */
async function receivers(): Promise<{ smtp: number; hook: number; mails: string[]; posts: string[] }> {
  const mails: string[] = [];
  const posts: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString('utf8'));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const hook = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      posts.push(Buffer.concat(parts).toString('utf8'));
      res.end('ok');
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => smtp.close(),
    () => hook.close(),
  );
  return {
    smtp: (smtp.server.address() as AddressInfo).port,
    hook: (hook.address() as AddressInfo).port,
    mails,
    posts,
  };
}

function configFor(at: Lab, log: string, smtp: number, hook: number, program: string | null): string {
  return JSON.stringify({
    mode: 'enforce',
    state_dir: join(at.folder, 'state'),
    sources: [{ type: 'file', path: log, ...(program === null ? {} : { program }) }],
    rules: {
      overrides: { ssh_bruteforce: { ban: '6s' }, web_path_traversal: { ban: '6s' }, port_scan: { ban: '6s' } },
    },
    responders: [{ type: 'nftables', command: ['ip', 'netns', 'exec', at.server, 'nft'] }],
    notifiers: [
      {
        type: 'email',
        host: '127.0.0.1',
        port: smtp,
        security: 'none',
        from: 'bekci@example.org',
        to: ['admin@example.org'],
      },
      { type: 'slack', webhook: `http://127.0.0.1:${hook}/hook` },
    ],
    alerts: { wait: '1s' },
    http: { enabled: false },
  });
}

async function provesBan(at: Lab, port: number, received: { mails: string[]; posts: string[] }): Promise<void> {
  await until('the attacker is shut out', () => !at.connects(at.attacker, '203.0.113.1', port));
  expect(at.connects(at.client, '198.51.100.1', port)).toBe(true);
  await until('the mail arrives', () => received.mails.some((mail) => mail.includes('203.0.113.7')));
  await until('the Slack message arrives', () => received.posts.some((post) => post.includes('203.0.113.7')));
  expect(JSON.parse(received.posts[0]!).blocks.length).toBeGreaterThan(2);
  await until('the ban ends and the attacker may connect again', () => at.connects(at.attacker, '203.0.113.1', port));
}

function skipReason(tools: readonly string[]): string | null {
  const problem = labProblem(tools);
  if (problem !== null) console.log(`skipped: ${problem}`);
  return problem;
}

const sshProblem = skipReason(['sshd', 'ssh', 'sshpass', 'rsyslogd', 'ssh-keygen']);
const nginxProblem = skipReason(['nginx']);

describe.skipIf(sshProblem !== null)('sshd', () => {
  it('drops the attacker after the fifth failed login, tells people, and lets him in again when the ban ends', {
    timeout: 90_000,
  }, async () => {
    lab = createLab();
    const at = lab;
    const { authLog, port } = startSshd(at);
    await until('sshd answers', () => at.connects(at.attacker, '203.0.113.1', port));
    await until('auth.log is there', () => existsSync(authLog));
    const received = await receivers();
    at.bekci(configFor(at, authLog, received.smtp, received.hook, null));
    await until('bekci runs', () => isReading(join(at.folder, 'state')));
    for (let n = 1; n <= 4; n++) failLogin(at, at.attacker, '203.0.113.1', port);
    expect(at.connects(at.attacker, '203.0.113.1', port)).toBe(true);
    failLogin(at, at.attacker, '203.0.113.1', port);
    await provesBan(at, port, received);
    expect(
      readFileSync(authLog, 'utf8').match(/Failed password for root from 203\.0\.113\.7/g)?.length,
    ).toBeGreaterThanOrEqual(5);
  });
});

describe.skipIf(nginxProblem !== null)('nginx', () => {
  it('drops who asks for /etc/passwd', { timeout: 90_000 }, async () => {
    lab = createLab();
    const at = lab;
    const log = join(at.folder, 'access.log');
    writeFileSync(
      join(at.folder, 'nginx.conf'),
      `daemon off; worker_processes 1; user root; pid ${at.folder}/nginx.pid; error_log ${at.folder}/error.log;
       events {} http { access_log ${log} combined; server { listen 8080; root ${at.folder}; } }`,
    );
    writeFileSync(log, '');
    at.start(at.server, ['nginx', '-c', join(at.folder, 'nginx.conf')], 'nginx.log');
    await until('nginx answers', () => at.connects(at.attacker, '203.0.113.1', 8080));
    const received = await receivers();
    at.bekci(configFor(at, log, received.smtp, received.hook, 'nginx'));
    await until('bekci runs', () => isReading(join(at.folder, 'state')));
    at.run(at.attacker, [
      'bash',
      '-c',
      'exec 3<>/dev/tcp/203.0.113.1/8080; printf "GET /../../../../etc/passwd HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3',
    ]);
    await provesBan(at, 8080, received);
  });
});

/** The kernel logs packets of other namespaces only when told to; the setting is put back afterwards. */
function allowNamespaceLogs(): string | null {
  const before = spawnSync('sysctl', ['-n', 'net.netfilter.nf_log_all_netns'], { encoding: 'utf8' });
  if (before.status !== 0) return 'this kernel has no net.netfilter.nf_log_all_netns';
  if (spawnSync('sysctl', ['-q', '-w', 'net.netfilter.nf_log_all_netns=1']).status !== 0) {
    return 'the kernel does not let namespaces log packets';
  }
  closers.push(() => spawnSync('sysctl', ['-q', '-w', `net.netfilter.nf_log_all_netns=${before.stdout.trim()}`]));
  return null;
}

const scanProblem = skipReason(['rsyslogd', 'sysctl', 'nc']);

describe.skipIf(scanProblem !== null)('netfilter', () => {
  // The kernel's log and its switch belong to the whole machine: another run beside this one can take them away for a moment.
  it('drops a port scanner by the kernel’s own log lines', { timeout: 90_000, retry: 2 }, async (context) => {
    const problem = allowNamespaceLogs();
    if (problem !== null) {
      console.log(`skipped: ${problem}`);
      context.skip(problem);
    }
    lab = createLab();
    const at = lab;
    const log = join(at.folder, 'kern.log');
    writeFileSync(log, '');
    writeFileSync(
      join(at.folder, 'rsyslog.conf'),
      `module(load="imklog" permitnonkernelfacility="on")\n*.* action(type="omfile" file="${log}" template="RSYSLOG_TraditionalFileFormat" flushOnTXEnd="on" asyncWriting="off")\n`,
    );
    at.start(null, ['rsyslogd', '-n', '-f', join(at.folder, 'rsyslog.conf'), '-i', join(at.folder, 'rsyslog.pid')]);
    const rules = `table inet lab { chain input { type filter hook input priority 0; tcp dport 1000-1100 tcp flags syn log prefix "lab-drop: " drop; }; }`;
    expect(at.run(at.server, ['nft', '-f', '-'], rules).status).toBe(0);
    at.start(at.server, ['nc', '-lk', '8080']);
    await until('the server answers', () => at.connects(at.attacker, '203.0.113.1', 8080));
    const received = await receivers();
    at.bekci(configFor(at, log, received.smtp, received.hook, null));
    await until('bekci runs', () => isReading(join(at.folder, 'state')));
    const scan =
      'for port in $(seq 1000 1014); do (timeout 0.2 bash -c "exec 3<>/dev/tcp/203.0.113.1/$port") 2>/dev/null & done; wait';
    at.run(at.attacker, ['bash', '-c', scan]);
    if (!readFileSync(log, 'utf8').includes('lab-drop: ')) await new Promise((resolve) => setTimeout(resolve, 1500));
    if (!readFileSync(log, 'utf8').includes('lab-drop: ')) {
      console.log('skipped: the kernel did not write packet log lines that rsyslogd could read');
      context.skip('no packet log lines from this kernel');
    }
    await provesBan(at, 8080, received);
  });
});
