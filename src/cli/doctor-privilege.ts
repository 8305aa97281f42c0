/** The doctor’s look at rights: does the process that reads hostile text hold any? */
import type { Config } from '../config/schema.ts';
import { CAP_NET_ADMIN, capabilitiesOf } from '../kit/capabilities.ts';
import type { MessageKey } from '../kit/messages/messages.ts';

type Add = (
  link: MessageKey,
  grade: 'ok' | 'warn' | 'fail',
  key: MessageKey,
  values?: Readonly<Record<string, string | number>>,
) => void;

/** Looks at the running daemon. Rights it needs (it calls nft itself) are said; rights beside a helper are a fault. */
export function checkPrivilege(pid: number, config: Config, add: Add): void {
  const held = capabilitiesOf(pid);
  if (held === null) return;
  const { effective, permitted } = held;
  if (effective === 0n && permitted === 0n) {
    add('doctor.rights', 'ok', 'doctor.rightsNone', { pid });
    return;
  }
  const values = { pid, caps: effective.toString(16) };
  const hasHelper = config.responders.some((each) => each.type === 'helper');
  if (hasHelper) add('doctor.rights', 'warn', 'doctor.rightsNeedless', values);
  else
    add(
      'doctor.rights',
      'ok',
      (effective & CAP_NET_ADMIN) === 0n ? 'doctor.rightsSome' : 'doctor.rightsFirewall',
      values,
    );
}
