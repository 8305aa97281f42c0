/** Every declared program. A new one is added here. */
import { compilePattern } from './message/pattern.ts';
import { bareGroupsOf, type DeclaredProgram, type ProgramSpec } from './message/program.ts';
import {
  adguard,
  arr,
  authelia,
  bitwarden,
  calibreWeb,
  centreon,
  coraza,
  directadmin,
  filebrowser,
  gitea,
  groupoffice,
  guacamole,
  hestia,
  homeAssistant,
  immich,
  jellyfin,
  joplin,
  kasm,
  keycloak,
  lemonldap,
  lighttpd,
  mailu,
  meshcentral,
  monit,
  monitorix,
  nextcloud,
  odoo,
  ombi,
  paperless,
  proxmox,
  qbittorrent,
  sabnzbd,
  sftpgo,
  stirling,
  tine20,
  ts3,
  uptimeKuma,
  vaultwarden,
  webmin,
  znc,
} from './programs/apps/apps.ts';
import { froxlor } from './programs/apps/froxlor.ts';
import {
  amavis,
  assp,
  audiobookshelf,
  banners,
  cas,
  counterStrike,
  cowrie,
  dante,
  domino,
  drupal,
  ejabberd,
  exchange,
  firefly,
  harbor,
  kerio,
  linuxAudit,
  logfmtApps,
  magento,
  mailscanner,
  miniserv,
  nrpe,
  opensmtpd,
  openwebmail,
  oracleMessaging,
  overseerr,
  perdition,
  pfsense,
  phpMyAdmin,
  pterodactyl,
  rspamd,
  screensharing,
  sentences,
  squirrelmail,
  stunnel,
  suhosin,
  suricataFast,
  sympa,
  tcpdump,
  threeProxy,
  wireguard,
  zimbra,
  zoneminder,
} from './programs/apps/more.ts';
import { roundcube } from './programs/apps/roundcube.ts';
import { axigen, gitlab, mealie, redmine, romm, stalwart, technitium } from './programs/apps/shelf.ts';
import {
  doas,
  freepbx,
  glpi,
  joomla,
  kopano,
  luci,
  moodle,
  prosody,
  qnap,
  rabbitmq,
  redis,
  rsync,
  seafile,
  synology,
  teamcity,
  tigervnc,
  tinyproxy,
  typo3,
  wordpress,
  xl2tpd,
  zabbix,
} from './programs/apps/wider.ts';
import { bekci } from './programs/bekci.ts';
import { freeradius, samba, slapd, strongswan, vmware } from './programs/directory/directory.ts';
import { dovecot } from './programs/mail/dovecot.ts';
import { exim } from './programs/mail/exim.ts';
import { courier, courierSmtp, cyrus, horde, qmail, sogo, solidPop3d, uwimap } from './programs/mail/mail.ts';
import { postfix } from './programs/mail/postfix.ts';
import { sendmailServer } from './programs/mail/sendmail-reject.ts';
import {
  aix,
  aruba,
  barracuda,
  filterlog,
  filterPairs,
  kaspersky,
  meraki,
  oneos,
  routeros,
  securid,
  siteminder,
  watchguard,
} from './programs/network/appliances.ts';
import { bigip } from './programs/network/bigip.ts';
import { cisco } from './programs/network/cisco.ts';
import { ise } from './programs/network/ise.ts';
import { junos } from './programs/network/junos.ts';
import { dhcpd, dnsmasq, named, unbound } from './programs/network/name-services.ts';
import { netscaler } from './programs/network/netscaler.ts';
import { pulse } from './programs/network/pulse.ts';
import {
  alb,
  cloudfront,
  couchdb,
  envoy,
  flowLogs,
  gin,
  haproxy,
  hosting,
  openhab,
  proxyManager,
  squid,
  thehive,
  uvicorn,
  webAppliances,
  zoraxy,
} from './programs/proxies/proxies.ts';
import { postgres } from './programs/services/postgres.ts';
import {
  asterisk,
  dropbear,
  endlessh,
  freeswitch,
  gssftpd,
  mongodb,
  mssql,
  murmur,
  mysql,
  nsd,
  openvpn,
  portsentry,
  proftpd,
  pureFtpd,
  scanlogd,
  softether,
  sshesame,
  vsftpd,
  wuFtpd,
  xinetd,
  xrdp,
} from './programs/services/services.ts';

/** Programs that are described by their messages. */
export const declaredPrograms: readonly DeclaredProgram[] = [
  bekci,
  vaultwarden,
  bitwarden,
  gitea,
  gitlab,
  homeAssistant,
  jellyfin,
  arr,
  uptimeKuma,
  paperless,
  immich,
  qbittorrent,
  sabnzbd,
  odoo,
  ombi,
  calibreWeb,
  stirling,
  adguard,
  guacamole,
  filebrowser,
  mailu,
  proxmox,
  webmin,
  hestia,
  meshcentral,
  joplin,
  keycloak,
  monit,
  roundcube,
  lighttpd,
  froxlor,
  directadmin,
  znc,
  groupoffice,
  monitorix,
  tine20,
  centreon,
  lemonldap,
  ts3,
  nextcloud,
  authelia,
  sftpgo,
  kasm,
  coraza,
  firefly,
  zoneminder,
  pterodactyl,
  miniserv,
  audiobookshelf,
  overseerr,
  magento,
  zimbra,
  cas,
  cowrie,
  harbor,
  banners,
  logfmtApps,
  suricataFast,
  tcpdump,
  pfsense,
  amavis,
  mailscanner,
  mealie,
  romm,
  redmine,
  technitium,
  stalwart,
  axigen,
  sympa,
  wireguard,
  assp,
  kerio,
  dante,
  domino,
  drupal,
  threeProxy,
  perdition,
  screensharing,
  stunnel,
  oracleMessaging,
  openwebmail,
  counterStrike,
  suhosin,
  squirrelmail,
  phpMyAdmin,
  ejabberd,
  nrpe,
  linuxAudit,
  rspamd,
  opensmtpd,
  exchange,
  sentences,
  slapd,
  freeradius,
  samba,
  vmware,
  strongswan,
  dovecot,
  exim,
  courier,
  courierSmtp,
  cyrus,
  uwimap,
  solidPop3d,
  horde,
  qmail,
  sogo,
  postfix,
  sendmailServer,
  aruba,
  meraki,
  netscaler,
  pulse,
  junos,
  barracuda,
  bigip,
  routeros,
  filterlog,
  filterPairs,
  oneos,
  ise,
  aix,
  securid,
  siteminder,
  kaspersky,
  watchguard,
  cisco,
  dhcpd,
  dnsmasq,
  unbound,
  named,
  haproxy,
  squid,
  webAppliances,
  proxyManager,
  zoraxy,
  envoy,
  cloudfront,
  openhab,
  alb,
  flowLogs,
  couchdb,
  thehive,
  gin,
  uvicorn,
  hosting,
  dropbear,
  vsftpd,
  proftpd,
  pureFtpd,
  wuFtpd,
  mysql,
  postgres,
  mssql,
  mongodb,
  openvpn,
  asterisk,
  freeswitch,
  gssftpd,
  murmur,
  xrdp,
  portsentry,
  scanlogd,
  xinetd,
  endlessh,
  sshesame,
  nsd,
  softether,
  glpi,
  joomla,
  kopano,
  moodle,
  prosody,
  qnap,
  rsync,
  seafile,
  synology,
  tigervnc,
  tinyproxy,
  typo3,
  wordpress,
  xl2tpd,
  zabbix,
  freepbx,
  redis,
  doas,
  teamcity,
  rabbitmq,
  luci,
];

const KEY = 4;
let bare: ReadonlyMap<string, readonly DeclaredProgram[]> | null = null;

/** The appliances one of whose messages begins as this text does. */
export function bareProgramsOf(text: string): readonly DeclaredProgram[] {
  bare ??= bareTable();
  return bare.get(text.slice(0, KEY)) ?? [];
}

const MAX_WORDS = 8;
let worded: ReadonlyMap<string, readonly DeclaredProgram[]> | null = null;

/** The appliances one of whose words stands among the first of this text. */
export function wordedProgramsOf(text: string): readonly DeclaredProgram[] {
  worded ??= wordTable();
  let from = 0;
  for (let count = 0; count < MAX_WORDS; count++) {
    const blank = text.indexOf(' ', from);
    const found = worded.get(text.slice(from, blank < 0 ? from + KEY : Math.min(blank, from + KEY)));
    if (found !== undefined) return found;
    if (blank < 0 || blank > 256) break;
    from = blank + 1;
    // Some writers align their columns.
    while (text.charCodeAt(from) === 32) from++;
  }
  return [];
}

function wordTable(): Map<string, DeclaredProgram[]> {
  const table = new Map<string, DeclaredProgram[]>();
  for (const program of declaredPrograms)
    for (const word of program.spec.words ?? []) {
      const key = word.slice(0, KEY);
      table.set(key, [...(table.get(key) ?? []), program]);
    }
  return table;
}

function bareTable(): Map<string, DeclaredProgram[]> {
  const table = new Map<string, DeclaredProgram[]>();
  for (const program of declaredPrograms)
    if (program.spec.bare === true || program.spec.heads !== undefined)
      for (const key of openingsOf(program.spec)) {
        const known = table.get(key);
        if (known === undefined) table.set(key, [program]);
        else if (!known.includes(program)) known.push(program);
      }
  return table;
}

/** The first characters of every pattern that begins with enough literal text. */
function openingsOf(spec: ProgramSpec): Set<string> {
  const keys = new Set<string>();
  for (const { patterns } of bareGroupsOf(spec))
    for (const pattern of patterns) {
      const plain = literalStart(pattern);
      if (plain.length >= KEY) {
        keys.add(plain.slice(0, KEY));
        continue;
      }
      for (const variant of compilePattern(pattern)) {
        const first = variant.left[0];
        if (first?.slot === null && first.text.length >= KEY) keys.add(first.text.slice(0, KEY));
      }
    }
  return keys;
}

/** The text before a pattern's first slot, choice or optional part. */
function literalStart(pattern: string): string {
  const ends = [pattern.indexOf('{'), pattern.indexOf('[['), pattern.indexOf('((')].filter((at) => at >= 0);
  return pattern.slice(0, ends.length === 0 ? pattern.length : Math.min(...ends));
}
