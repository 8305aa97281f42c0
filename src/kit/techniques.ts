/** Names of ATT&CK techniques that rules for servers speak of (MITRE ATT&CK, Enterprise, v16); others are shown by number. */

/** Tactics in the order of an intrusion, as Sigma writes them: tag part to name. */
export const TACTICS: Readonly<Record<string, string>> = {
  reconnaissance: 'Reconnaissance',
  'resource-development': 'Resource Development',
  'initial-access': 'Initial Access',
  execution: 'Execution',
  persistence: 'Persistence',
  'privilege-escalation': 'Privilege Escalation',
  'defense-evasion': 'Defense Evasion',
  'credential-access': 'Credential Access',
  discovery: 'Discovery',
  'lateral-movement': 'Lateral Movement',
  collection: 'Collection',
  'command-and-control': 'Command and Control',
  exfiltration: 'Exfiltration',
  impact: 'Impact',
};

const NAMES: Readonly<Record<string, string>> = {
  T1003: 'OS Credential Dumping',
  'T1003.008': '/etc/passwd and /etc/shadow',
  T1014: 'Rootkit',
  T1018: 'Remote System Discovery',
  T1021: 'Remote Services',
  'T1021.004': 'SSH',
  T1027: 'Obfuscated Files or Information',
  T1033: 'System Owner/User Discovery',
  T1036: 'Masquerading',
  T1040: 'Network Sniffing',
  T1041: 'Exfiltration Over C2 Channel',
  T1046: 'Network Service Discovery',
  T1048: 'Exfiltration Over Alternative Protocol',
  'T1048.003': 'Exfiltration Over Unencrypted Non-C2 Protocol',
  T1049: 'System Network Connections Discovery',
  T1053: 'Scheduled Task/Job',
  'T1053.003': 'Cron',
  'T1053.006': 'Systemd Timers',
  T1055: 'Process Injection',
  T1057: 'Process Discovery',
  T1059: 'Command and Scripting Interpreter',
  'T1059.004': 'Unix Shell',
  'T1059.006': 'Python',
  'T1059.007': 'JavaScript',
  T1068: 'Exploitation for Privilege Escalation',
  T1069: 'Permission Groups Discovery',
  T1070: 'Indicator Removal',
  'T1070.002': 'Clear Linux or Mac System Logs',
  'T1070.003': 'Clear Command History',
  'T1070.004': 'File Deletion',
  T1071: 'Application Layer Protocol',
  'T1071.001': 'Web Protocols',
  'T1071.004': 'DNS',
  T1078: 'Valid Accounts',
  'T1078.001': 'Default Accounts',
  'T1078.003': 'Local Accounts',
  'T1078.004': 'Cloud Accounts',
  T1082: 'System Information Discovery',
  T1083: 'File and Directory Discovery',
  T1087: 'Account Discovery',
  T1090: 'Proxy',
  'T1090.003': 'Multi-hop Proxy',
  T1095: 'Non-Application Layer Protocol',
  T1098: 'Account Manipulation',
  'T1098.001': 'Additional Cloud Credentials',
  'T1098.003': 'Additional Cloud Roles',
  'T1098.004': 'SSH Authorized Keys',
  'T1098.007': 'Additional Local or Domain Groups',
  T1105: 'Ingress Tool Transfer',
  T1110: 'Brute Force',
  'T1110.001': 'Password Guessing',
  'T1110.002': 'Password Cracking',
  'T1110.003': 'Password Spraying',
  'T1110.004': 'Credential Stuffing',
  T1132: 'Data Encoding',
  T1133: 'External Remote Services',
  T1136: 'Create Account',
  'T1136.001': 'Local Account',
  T1140: 'Deobfuscate/Decode Files or Information',
  T1189: 'Drive-by Compromise',
  T1190: 'Exploit Public-Facing Application',
  T1203: 'Exploitation for Client Execution',
  T1210: 'Exploitation of Remote Services',
  T1212: 'Exploitation for Credential Access',
  T1219: 'Remote Access Tools',
  T1222: 'File and Directory Permissions Modification',
  T1485: 'Data Destruction',
  T1486: 'Data Encrypted for Impact',
  T1489: 'Service Stop',
  T1490: 'Inhibit System Recovery',
  T1496: 'Resource Hijacking',
  T1498: 'Network Denial of Service',
  T1499: 'Endpoint Denial of Service',
  'T1499.001': 'OS Exhaustion Flood',
  'T1499.002': 'Service Exhaustion Flood',
  'T1499.003': 'Application Exhaustion Flood',
  'T1499.004': 'Application or System Exploitation',
  T1505: 'Server Software Component',
  'T1505.003': 'Web Shell',
  T1529: 'System Shutdown/Reboot',
  T1530: 'Data from Cloud Storage',
  T1531: 'Account Access Removal',
  T1537: 'Transfer Data to Cloud Account',
  T1539: 'Steal Web Session Cookie',
  T1543: 'Create or Modify System Process',
  'T1543.002': 'Systemd Service',
  T1546: 'Event Triggered Execution',
  'T1546.004': 'Unix Shell Configuration Modification',
  T1547: 'Boot or Logon Autostart Execution',
  'T1547.006': 'Kernel Modules and Extensions',
  T1548: 'Abuse Elevation Control Mechanism',
  'T1548.001': 'Setuid and Setgid',
  'T1548.003': 'Sudo and Sudo Caching',
  T1550: 'Use Alternate Authentication Material',
  T1552: 'Unsecured Credentials',
  'T1552.001': 'Credentials In Files',
  'T1552.005': 'Cloud Instance Metadata API',
  'T1552.007': 'Container API',
  T1556: 'Modify Authentication Process',
  'T1556.003': 'Pluggable Authentication Modules',
  T1562: 'Impair Defenses',
  'T1562.001': 'Disable or Modify Tools',
  'T1562.004': 'Disable or Modify System Firewall',
  'T1562.006': 'Indicator Blocking',
  'T1562.007': 'Disable or Modify Cloud Firewall',
  'T1562.008': 'Disable or Modify Cloud Logs',
  'T1562.012': 'Disable or Modify Linux Audit System',
  T1566: 'Phishing',
  T1567: 'Exfiltration Over Web Service',
  T1568: 'Dynamic Resolution',
  'T1568.002': 'Domain Generation Algorithms',
  T1571: 'Non-Standard Port',
  T1572: 'Protocol Tunneling',
  T1574: 'Hijack Execution Flow',
  'T1574.006': 'Dynamic Linker Hijacking',
  T1580: 'Cloud Infrastructure Discovery',
  T1586: 'Compromise Accounts',
  'T1586.002': 'Email Accounts',
  T1589: 'Gather Victim Identity Information',
  'T1589.001': 'Credentials',
  'T1589.002': 'Email Addresses',
  'T1589.003': 'Employee Names',
  T1590: 'Gather Victim Network Information',
  'T1590.002': 'DNS',
  T1592: 'Gather Victim Host Information',
  T1594: 'Search Victim-Owned Websites',
  T1595: 'Active Scanning',
  'T1595.001': 'Scanning IP Blocks',
  'T1595.002': 'Vulnerability Scanning',
  'T1595.003': 'Wordlist Scanning',
  T1609: 'Container Administration Command',
  T1610: 'Deploy Container',
  T1611: 'Escape to Host',
  T1613: 'Container and Resource Discovery',
  T1621: 'Multi-Factor Authentication Request Generation',
  T1657: 'Financial Theft',
};

/** Under which tactics each technique stands; a sub-technique stands where the one above does. */
const UNDER: Readonly<Record<string, string>> = {
  reconnaissance: 'T1589 T1590 T1592 T1594 T1595',
  'resource-development': 'T1586',
  'initial-access': 'T1078 T1133 T1189 T1190 T1566',
  execution: 'T1053 T1059 T1203 T1609 T1610',
  persistence: 'T1053 T1078 T1098 T1133 T1136 T1505 T1543 T1546 T1547 T1556 T1574',
  'privilege-escalation': 'T1053 T1055 T1068 T1078 T1098 T1543 T1546 T1547 T1548 T1574 T1611',
  'defense-evasion': 'T1014 T1027 T1036 T1055 T1070 T1078 T1140 T1222 T1548 T1550 T1556 T1562 T1574 T1610',
  'credential-access': 'T1003 T1040 T1110 T1212 T1539 T1552 T1556 T1621',
  discovery: 'T1018 T1033 T1040 T1046 T1049 T1057 T1069 T1082 T1083 T1087 T1613 T1580',
  'lateral-movement': 'T1021 T1210 T1550',
  collection: 'T1530',
  'command-and-control': 'T1071 T1090 T1095 T1105 T1132 T1219 T1568 T1571 T1572',
  exfiltration: 'T1041 T1048 T1537 T1567',
  impact: 'T1485 T1486 T1489 T1490 T1496 T1498 T1499 T1529 T1531 T1657',
};

/**
 * The tactics of a technique among those that a rule names. A rule of several does not say which is whose, so what the matrix says
 * counts, also where the rule names none of them; the rule's own for a technique this list does not know.
 */
export function tacticsOf(id: string, named: readonly string[]): readonly string[] {
  const own = Object.keys(UNDER).filter((tactic) => UNDER[tactic]!.split(' ').includes(id.slice(0, 5)));
  if (own.length === 0) return named;
  const both = named.filter((tactic) => own.includes(tactic));
  return both.length === 0 ? own : both;
}

/** `T1110.001` of a tag `attack.t1110.001`; null for any other tag. */
export function techniqueOf(tag: string): string | null {
  return /^attack\.t\d{4}(?:\.\d{3})?$/.test(tag) ? tag.slice('attack.'.length).toUpperCase() : null;
}

/** The tactic of a tag, with `_` or `-` between words; null for any other tag. */
export function tacticOf(tag: string): string | null {
  const name = tag.startsWith('attack.') ? tag.slice('attack.'.length).replaceAll('_', '-') : '';
  return Object.hasOwn(TACTICS, name) ? name : null;
}

/** The name of a technique, the one above a sub-technique before it; null for one this list does not know. */
export function techniqueName(id: string): string | null {
  const name = NAMES[id];
  if (name === undefined) return null;
  const above = id.includes('.') ? NAMES[id.slice(0, 5)] : undefined;
  return above === undefined ? name : `${above}: ${name}`;
}
