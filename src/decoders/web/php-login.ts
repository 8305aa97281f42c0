/** Refused logins that PHP applications write through the web server's error log: BookStack, Baikal and others. */
const MARK = 'PHP message: ';

/** The name in `PHP message: Failed login for NAME` and `PHP message: user NAME authentication failure for ...`; null for other text. */
export function phpLogin(said: string): { user: string | undefined; reason: string } | null {
  const at = said.indexOf(MARK);
  if (at < 0) return null;
  const text = said.slice(at + MARK.length);
  if (text.startsWith('Failed login for ')) return { user: until(text, 17, '"'), reason: 'failed login' };
  const end = text.startsWith('user ') ? text.indexOf(' authentication failure for ') : -1;
  return end < 0 ? null : { user: text.slice(5, end), reason: 'failed login' };
}

function until(text: string, from: number, mark: string): string {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.slice(from) : text.slice(from, end);
}
