/** Does a parameter value start a command of the operating system? */
import { looksLikeShell, unquoted, withoutDropped } from './threat-shell.ts';

const GATE = /[;|&`$(\n\r{<>*?['"~]|\s[-/]|cmd|bin\/|\/usr\/|powershell|%|\\n|(?:^|\s)(?:if|alias)\s/;
const COMMANDS =
  '(?:cat|ls|id|whoami|uname|pwd|wget|curl|nc|ncat|netcat|bash|sh|zsh|ksh|dash|python[23]?|perl|ruby|php|ping6?|nslookup|dig|host|sleep|echo|printf|chmod|chown|rm|cp|mv|touch|mkdir|kill|ps|netstat|ifconfig|ip|env|printenv|set|export|dir|type|net|ipconfig|tasklist|systeminfo|reg|wmic|certutil|bitsadmin|powershell|cmd|tftp|ftp|telnet|ssh|scp|find|grep|awk|sed|head|tail|less|more|tac|nl|od|xxd|base64|tar|zip|unzip|sudo|su|passwd|useradd|crontab|at|nohup|busybox|uptime|hostname|last|w|who|df|du|mount|lsof|route|arp|finger|locate|which|gcc|make|eval|exec|system|sysinfo|traceroute|tracert|ver|vol|del|copy|move|ren|start|reboot|shutdown|halt|init|poweroff|dmesg|service|systemctl|docker|kubectl|node|java|lua|socat|openssl|rev|sort|uniq|cut|tee|xargs|timeout|time|apt|apt-get|aptitude|yum|dnf|apk|snap|pip[23]?|npm|gem|cpan|vim?|nano|emacs|pico|tmux|screen|gdb|strace|ltrace|tcpdump|nmap|ss|dd|rsync|pkexec|chroot|mkfifo|logger|watch|expect|csh|tcsh|fish|pwsh|w3m|lynx|aria2c|getent|groups|users|arch|lscpu|lsmod|lsusb|lspci|dpkg|rpm|pgrep|pkill|jobs|bg|fg|unset|source|readlink|realpath|stat|strings|hexdump|zcat|zgrep|gunzip|gzip|bzip2|xz|7z|iconv|tr|paste|join|comm|diff|patch|make|cc|clang|go|rustc|perl5?|php[578]?|mysql|psql|sqlite3|redis-cli|mongo|git|svn|aws|gcloud|az|ldd|objdump|nsenter|unshare|capsh|setcap|iptables|nft|ufw|who|history|nslookup|resolvectl|journalctl|crontab|findmnt|lsblk|fdisk|visudo|chpasswd|groupadd|userdel|usermod|tasklist|taskkill|schtasks|whoami|mshta|rundll32|regsvr32|cscript|wscript|vssadmin|wevtutil|nltest|quser|msiexec|forfiles|findstr|attrib|icacls|driverquery|netsh|sc|dir|bsdtar)';
/** Commands that are words of a sentence as well: only with something behind them that no sentence has. */
const WORDS = new Set(
  'at set host time find head tail less more copy move cut sort start type which make route service touch kill echo last who w service reverse init at ip id net dir time rev uniq tee sort node find expand shutdown reboot halt mount cat apt yum gem snap screen watch expect fish groups users arch jobs stat strings join paste patch go source history tr diff logger make az comm arch cc sc ed fg bg'.split(
    ' ',
  ),
);
const SEPARATOR = `(?:[;|\\n\\r]|&&|(?:^|[\\s"'\\d])&|\\$\\(|\`|\\{(?=[^{}]{1,80},))[\\s({]{0,8}(?:\\$\\w{1,8}\\s{1,4})?["'\\\\]?(?:/(?:usr/(?:local/)?)?s?bin/)?`;
/** What every separator begins with or is. */
const SEPARATES = /[;|&`{\n\r]|\$\(/;
/** Programs that do nothing by themselves: without an argument they are somebody's subject. */
const TOPICS = new Set(
  'git go make node java docker python python2 python3 php ruby perl lua mysql psql mongo aws az gcloud apt npm pip gem rpm snap yum vi vim nano emacs fish expect patch screen kubectl redis-cli sqlite3 service find sort host start set route watch rust gcc clang openssl ssh ftp telnet zip tar rm cp mv touch echo sleep timeout time eval exec source at diff join'.split(
    ' ',
  ),
);
/** A separator, then a known command with an argument, another separator or the end. */
const CHAINED = new RegExp(
  `${SEPARATOR}(${COMMANDS})(?:\\.exe)?["'\\\\]?(?:\\s{1,8}([-/\\w.$'"\`<>~*%|:][^\\s]{0,40})|\\s{0,4}(?:[;|&\`)}<>#,\\n\\r]|$)|\\$\\{?ifs|<)`,
  'g',
);
/** Something only a shell would read, wherever it stands. */
const STRONG = new RegExp(
  [
    '(?:^|[;|&`(\\s=])(?:cat|head|tail|less|more|nl|tac|grep|ls|find|od|xxd|strings|type|cp|mv|rm|chmod|touch)\\s{1,4}(?:-\\w{1,12}\\s{1,4}){0,4}/(?:etc|proc|var|tmp|home|root|bin|usr|dev|\\s|$|[a-z]?[?*\\[])',
    '(?:wget|curl|lwp-download|lynx|fetch)\\s{1,4}(?:-{1,2}\\S{1,24}\\s{1,4}){0,4}(?:https?|ftp)://',
    'ping(?:\\.exe)?\\s{1,4}-[nciwt]\\s{0,4}\\d',
    '(?:^|[;|&`(\\s])(?:nc|ncat|netcat)(?:\\.\\w{1,12})?\\s{1,4}(?:-\\w{1,8}|\\d{1,3}\\.)',
    '(?:^|[;|&`(\\s/])(?:ba|z|k|da|c)?sh\\s{1,4}-[cix]\\s',
    '(?:python[23]?|perl|ruby|node)\\s{1,4}-[ce]\\s|php\\s{1,4}-r\\s',
    '(?:^|\\s|\\()for\\s{1,4}/[lfdr]\\s|(?:^|\\s)if\\s{1,4}(?:/i\\s{1,8}|not\\s{1,4}|"?%)[^=]{0,60}==|%\\w{1,24}:~-?\\d|(?:^|\\s)call\\s{1,4}echo\\s|(?:^|[\\s&|])for\\s{1,8}%.{1,12}\\sin\\s|(?:^|[\\s&|])if\\s{1,16}(?:exist|defined|errorlevel|cmdextversion)\\s{1,8}[%\\w(]|%\\w{0,24}%?\\s{1,8}(?:gtr|lss|geq|leq|equ|neq)\\s|(?:^|[;|&\\s])iwr\\s{1,4}https?:',
    '(?:powershell|pwsh)(?:\\.exe)?\\s|invoke-(?:expression|webrequest|restmethod|command)|(?:^|[\\s;|(])iex\\s{0,4}[(\\s]|new-object\\s{1,4}(?:net|system)\\.|downloadstring\\s{0,4}\\(|-encodedcommand\\s|get-(?:process|content|childitem|service|host)(?:\\s|$)',
    'net1?(?:\\.exe)?\\s{1,4}(?:user|localgroup|view|share|accounts)(?:\\s|$)',
    'cmd(?:\\.exe)?\\s{0,4}/[a-z]',
    '\\{[a-z/?*]{1,16},[^{},\\s]{0,60}[/?*-][^{}\\s]{0,60}\\}',
    '[;|&`]\\s{0,4}(?:usr/)?s?bin/[a-z]',
    '\\\\[nr]\\s{0,4}/(?:usr/)?s?bin/[a-z]',
  ].join('|'),
);
/** One command alone, closed by a separator. */
const CLOSED =
  /^(?:\W{0,4}|\\n)(?:id|whoami|uname|dir|ls|pwd|env|ifconfig|ipconfig|netstat|ps|cat|ping)(?:\s[^;|&]{0,64})?(?:[;|&`]|\\n)$/;
const PATHS = /(?:^|[\s;|&`$(=<>'"])(?:\/usr\/local|\/usr)?\/s?bin\/[a-z?*[][\w?*[\]-]{0,24}/;
const SHELLS =
  /(?:cmd(?:\.exe)?\s{0,4}\/[ckr]\s|powershell(?:\.exe)?\s{1,4}-|\/c\s{1,4}(?:dir|ping|type|echo)|\/dev\/(?:tcp|udp)\/|\$\{?ifs\}?|>\s{0,4}\/(?:tmp|dev|var|etc)\/|<\s{0,4}\/etc\/|\$\(\s{0,4}\(|2>&1|\bnc\s{1,4}-[a-z]{0,8}e|\|\s{0,4}(?:ba)?sh(?:\s|$))/;
const SUBSTITUTION = /\$\([^()]{1,200}\)|`[^`]{1,200}`|<\([^()]{1,200}\)/;
const BACKSLASHED = /[a-z]\\[a-z](?:\\?[a-z]){0,8}\s|(?:[a-z]['"]{2}){1,8}[a-z]|[a-z]'[a-z]'[a-z]|\$@[a-z]|[a-z]\$@/;

/** True when it reads like an injected command. Expects normalised, lower-case text. */
export function looksLikeCommand(value: string): boolean {
  if (value.length < 3 || !GATE.test(value)) return false;
  const text = value.length > 4096 ? value.slice(0, 4096) : value;
  if (SHELLS.test(text) || STRONG.test(text) || CLOSED.test(text) || isChained(text)) return true;
  if (looksLikeShell(text)) return true;
  const bare = withoutDropped(text);
  if (bare !== null && (STRONG.test(bare) || isChained(bare) || SYSTEM_FILE.test(bare) || isBareCommand(bare)))
    return true;
  const whole = unquoted(text);
  if (whole !== null && isBareCommand(whole)) return true;
  if (PATHS.test(text) && /[;|&`$(<>\s?*]|^\/(?:usr\/)?bin\//.test(text)) return true;
  if (SUBSTITUTION.test(text) && SUBSTITUTED.test(text)) return true;
  return /[;|&`]/.test(text) && BACKSLASHED.test(text);
}

/** A command that is no word of a sentence, and nothing but arguments behind it. */
function isBareCommand(text: string): boolean {
  const name = FIRST_WORD.exec(text)?.[1];
  return name !== undefined && !WORDS.has(name) && name.length > 1;
}

function isChained(text: string): boolean {
  if (!SEPARATES.test(text)) return false;
  for (const match of text.matchAll(CHAINED)) {
    const argument = match[2];
    if (argument === undefined && TOPICS.has(match[1]!) && /[a-z] ?[;|&] ?[a-z]{1,12}$/.test(text)) continue;
    if (!WORDS.has(match[1]!) || argument === undefined || !/^[a-z]{1,24}[,.;:!?]?$/.test(argument)) return true;
  }
  return false;
}

const FIRST_WORD = new RegExp(`^\\W{0,2}(${COMMANDS}|ll)(?:$|\\W{0,2}$|\\s{1,4}[-/~.\\w])`);
const SYSTEM_FILE = /\/(?:etc\/(?:passwd|shadow|group|hosts)|bin\/[a-z]|proc\/self)/;
const SUBSTITUTED = /(?:\$\(|`|<\()\s{0,4}[a-z./\\'"?*$]{2,}/;
