/** Does a parameter value start a command of the operating system? */

const GATE = /[;|&`$(\n\r{<>]|cmd|\/bin\/|\/usr\/|powershell/;
const COMMANDS =
  '(?:cat|ls|id|whoami|uname|pwd|wget|curl|nc|ncat|netcat|bash|sh|zsh|ksh|dash|python[23]?|perl|ruby|php|ping6?|nslookup|dig|host|sleep|echo|printf|chmod|chown|rm|cp|mv|touch|mkdir|kill|ps|netstat|ifconfig|ip|env|printenv|set|export|dir|type|net|ipconfig|tasklist|systeminfo|reg|wmic|certutil|bitsadmin|powershell|cmd|tftp|ftp|telnet|ssh|scp|find|grep|awk|sed|head|tail|less|more|tac|nl|od|xxd|base64|tar|zip|unzip|sudo|su|passwd|useradd|crontab|at|nohup|busybox|uptime|hostname|last|w|who|df|du|mount|lsof|route|arp|finger|locate|which|gcc|make|eval|exec|system|sysinfo|traceroute|tracert|ver|vol|del|copy|move|ren|start|reboot|shutdown|halt|init|poweroff|dmesg|service|systemctl|docker|kubectl|node|java|lua|socat|openssl|rev|sort|uniq|cut|tee|xargs|timeout|time)';
/** A separator, then a known command with an argument, another separator or the end. */
const CHAINED = new RegExp(
  `(?:[;|\\n\\r]|&&|(?:^|[\\s"'\\d])&|\\$\\(|\`|\\{)[\\s({]{0,8}["'\\\\]?(?:/(?:usr/(?:local/)?)?s?bin/)?${COMMANDS}(?:\\.exe)?["'\\\\]?(?:\\s{1,8}[-/\\w.$'"\`<>~*%|:]|\\s{0,4}(?:[;|&\`)}<>#\\n\\r]|$)|\\$\\{?ifs|<)`,
);
const PATHS = /(?:^|[\s;|&`$(=<>'"])(?:\/usr\/local|\/usr)?\/s?bin\/[a-z?*[][\w?*[\]-]{0,24}/;
const SHELLS =
  /(?:cmd(?:\.exe)?\s{0,4}\/[ckr]\s|powershell(?:\.exe)?\s{1,4}-|\/c\s{1,4}(?:dir|ping|type|echo)|\/dev\/(?:tcp|udp)\/|\$\{?ifs\}?|>\s{0,4}\/(?:tmp|dev|var|etc)\/|<\s{0,4}\/etc\/|\$\(\s{0,4}\(|2>&1|\bnc\s{1,4}-[a-z]{0,8}e|\|\s{0,4}(?:ba)?sh(?:\s|$))/;
const SUBSTITUTION = /\$\([^()]{1,200}\)|`[^`]{1,200}`|<\([^()]{1,200}\)/;
const BACKSLASHED = /[a-z]\\[a-z](?:\\?[a-z]){0,8}\s|(?:[a-z]['"]{2}){1,8}[a-z]|[a-z]'[a-z]'[a-z]|\$@[a-z]|[a-z]\$@/;

/** True when it reads like an injected command. Expects normalised, lower-case text. */
export function looksLikeCommand(value: string): boolean {
  if (value.length < 3 || !GATE.test(value)) return false;
  const text = value.length > 4096 ? value.slice(0, 4096) : value;
  if (SHELLS.test(text) || CHAINED.test(text)) return true;
  if (PATHS.test(text) && /[;|&`$(<>\s?*]|^\/(?:usr\/)?bin\//.test(text)) return true;
  if (SUBSTITUTION.test(text) && SUBSTITUTED.test(text)) return true;
  return /[;|&`]/.test(text) && BACKSLASHED.test(text);
}

const SUBSTITUTED = /(?:\$\(|`|<\()\s{0,4}[a-z./\\'"?*$]{2,}/;
