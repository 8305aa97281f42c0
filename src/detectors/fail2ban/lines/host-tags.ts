/** fail2ban's own tags in patterns: `<HOST>`, `<ADDR>`, `<F-USER>...</F-USER>`, `<SKIPLINES>` ... (jail.conf(5), "filters"). */

const IP4 = '(?:::f{4,6}:)?(?P<ip4>(?:\\d{1,3}\\.){3}\\d{1,3})';
const IP6 = '(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))';
const DNS = '(?P<dns>[\\w\\-.^_]*\\w)';
const CIDR = '(?P<cidr>\\d+)';
const ADDR = `\\[?(?:${IP4}|${IP6})\\]?`;
const SUBNET = `\\[?(?:${IP4}|${IP6})(?:/${CIDR})?\\]?`;

const FIXED = new Map<string, string>([
  ['IP4', IP4],
  ['F-IP4/', IP4],
  ['IP6', IP6],
  ['F-IP6/', IP6],
  ['ADDR', ADDR],
  ['F-ADDR/', ADDR],
  ['CIDR', CIDR],
  ['F-CIDR/', CIDR],
  ['SUBNET', SUBNET],
  ['F-SUBNET/', SUBNET],
  ['DNS', DNS],
  ['F-DNS/', DNS],
  ['F-ID/', '(?P<fid>\\S+)'],
  ['F-PORT/', '(?P<fport>\\w+)'],
]);

const RENAMED: Readonly<Record<string, string>> = { id: 'fid', port: 'fport' };

/** The group name of a custom tag. */
export function groupOfTag(tag: string): string {
  const lower = tag.toLowerCase();
  return RENAMED[lower] ?? lower;
}

/** A pattern with its tags replaced; with `names` false, `<HOST>` takes addresses only (usedns = no). */
export function resolveTags(pattern: string, names: boolean): string {
  const open = new Set<string>();
  let skipped = 0;
  const resolved = pattern.replace(/<\/?[\w-]+\/?>/g, (whole) => {
    const tag = whole.slice(1, -1);
    if (tag === 'HOST') return names ? `(?:${ADDR}|${DNS})` : ADDR;
    if (tag === 'SKIPLINES') return `\\n(?P<skiplines${skipped++}>(?:(?:.*\\n)*?))`;
    const fixed = FIXED.get(tag);
    if (fixed !== undefined) return fixed;
    const custom = /^(\/?)F-([A-Z0-9_-]+)$/.exec(tag);
    if (custom === null) return whole;
    if (custom[1] === '/') return open.has(custom[2]!) ? ')' : whole;
    open.add(custom[2]!);
    return `(?P<${groupOfTag(custom[2]!)}>`;
  });
  // `((?i)x)` and `(?:(?i)x)` mean `(?i:x)`: newer Pythons know global flags only in front.
  return resolved.replace(/(?<!\\)\((?:\?:)?(\(\?[a-z]+)\)/g, '$1:');
}
