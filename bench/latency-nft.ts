/**
 * From a line in a log to a packet that no longer arrives: real nftables between network namespaces, datagrams every
 * millisecond from each attacker, innocent lines in the background. The receiver is the server itself or, as a container is, a host
 * behind it that the server's own NAT sends them to. Needs root. `tools/node bench/latency-nft.ts [bans] [lines a second] [container]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLab, isReading, labProblem } from '../test/e2e/lab.ts';

const BANS = Number(process.argv[2] ?? 32);
const RATE = Number(process.argv[3] ?? 5000);
const CONTAINER = process.argv[4] === 'container';
const problem = labProblem([]);
if (problem !== null) {
  console.error(`cannot measure here: ${problem}`);
  process.exit(1);
}

/** Answers an address on standard input with when the newest datagram that arrived from it was sent. */
const RECEIVER = `const last=new Map();const s=require('dgram').createSocket('udp4');
s.on('message',(m,r)=>last.set(r.address,Number(m)));s.bind(9999,'0.0.0.0',()=>console.log('ready'));
process.stdin.on('data',d=>console.log(String(last.get(String(d).trim())??0)));`;
/** Sends a datagram a millisecond, with the time in it, from the address named on standard input. */
const SENDER = `const d=require('dgram');let s=null;setInterval(()=>{s?.send(String(performance.timeOrigin+performance.now()),9999,'203.0.113.1')},1);
process.stdin.on('data',a=>{s?.close();s=null;const n=d.createSocket('udp4');n.bind(0,String(a).trim(),()=>{s=n;console.log('sending')})});`;

/** Sends what is meant for the server on to the host behind it. */
const NAT = `add table ip nat
add chain ip nat prerouting { type nat hook prerouting priority dstnat; }
add rule ip nat prerouting ip daddr 203.0.113.1 udp dport 9999 dnat to 198.51.100.7
`;

const lab = createLab();
const helpers: ChildProcess[] = [];
try {
  const log = join(lab.folder, 'auth.log');
  writeFileSync(log, '');
  for (let i = 0; i < BANS; i++) lab.run(lab.attacker, ['ip', 'addr', 'add', `203.0.113.${i + 20}/24`, 'dev', 'eth0']);
  lab.bekci(
    JSON.stringify({
      mode: 'enforce',
      state_dir: join(lab.folder, 'state'),
      sources: [{ type: 'file', path: log }],
      responders: [{ type: 'nftables', command: ['ip', 'netns', 'exec', lab.server, 'nft'] }],
      decisions: { bans_per_minute: 1000 },
      http: { enabled: false },
    }),
  );
  while (!isReading(join(lab.folder, 'state'))) await sleep(100);
  if (CONTAINER) {
    lab.run(lab.server, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
    const done = lab.run(lab.server, ['nft', '-f', '-'], NAT);
    if (done.status !== 0) throw new Error(`no NAT here: ${done.stderr}`);
  }
  const receiver = helper(CONTAINER ? lab.client : lab.server, RECEIVER);
  const sender = helper(lab.attacker, SENDER);
  await receiver.answer();
  let number = 0;
  const background = setInterval(() => {
    let text = '';
    for (let i = 0; i < RATE / 20; i++)
      text += `${stamp()} web sshd[${number++ % 30_000}]: pam_unix(sshd:session): session closed for user deploy\n`;
    appendFileSync(log, text);
  }, 50);
  // Its compiler has seen the background then, and what starting took is given back.
  await sleep(12_000);
  const delays: number[] = [];
  for (let i = 0; i < BANS; i++) {
    const address = `203.0.113.${i + 20}`;
    sender.tell(address);
    await sender.answer();
    await sleep(100);
    const fail = `${stamp()} web sshd[${40_000 + i}]: Failed password for root from ${address} port 4711 ssh2\n`;
    appendFileSync(log, fail.repeat(4));
    await sleep(150);
    const at = performance.timeOrigin + performance.now();
    appendFileSync(log, fail);
    await sleep(700);
    receiver.tell(address);
    const last = Number(await receiver.answer());
    if (last === 0) throw new Error(`no packet of ${address} ever arrived`);
    if (performance.timeOrigin + performance.now() - last < 200) throw new Error(`${address} was not shut out`);
    delays.push(Math.max(0, last - at));
  }
  clearInterval(background);
  delays.sort((a, b) => a - b);
  const percentile = (share: number): string => delays[Math.ceil(share * delays.length) - 1]!.toFixed(1);
  console.log(
    `${BANS} bans${CONTAINER ? ' before a container behind NAT' : ''}, ${RATE} lines/s besides: line to the sending of the last packet that arrived p50 ${percentile(0.5)} p90 ${percentile(0.9)} p99 ${percentile(0.99)} worst ${percentile(1)} ms (datagrams 1 ms apart)`,
  );
} finally {
  for (const each of helpers) each.kill();
  await lab.close();
}

function helper(namespace: string, script: string) {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  helpers.push(child);
  return {
    tell: (text: string): void => void child.stdin.write(`${text}\n`),
    answer: async (): Promise<string> => String((await once(child.stdout, 'data'))[0]).trim(),
  };
}

function stamp(): string {
  return new Date().toISOString();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
