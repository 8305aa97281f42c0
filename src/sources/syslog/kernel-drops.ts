/** Datagrams the kernel threw away because nobody read them in time, as Linux counts them (proc_net_udp(5)). */
import { readFileSync } from 'node:fs';

/** Drops of the UDP sockets bound to a port of this network namespace; null where that cannot be read. */
export function kernelDrops(port: number): number | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  let drops = 0;
  let seen = false;
  for (const file of ['/proc/net/udp', '/proc/net/udp6']) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hex}`) !== true) continue;
      seen = true;
      drops += Number(columns.at(-1)) || 0;
    }
  }
  return seen ? drops : null;
}
