/** Where state is kept. Apart from the daemon, so that short commands need not load it. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config/schema.ts';

/** Where state is kept: the setting, /var/lib/bekci for root, else the XDG state folder. */
export function stateDirOf(config: Config): string {
  if (config.state_dir !== undefined) return config.state_dir;
  if (process.getuid?.() === 0) return '/var/lib/bekci';
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'bekci');
}
