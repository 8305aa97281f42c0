/** DHCP servers and resolvers: ISC dhcpd, dnsmasq, unbound. Texts as in dhcp.c, rfc2131.c, forward.c and unbound's log.c. */
import { defineProgram } from '../../message/program.ts';
import { NETWORK } from '../groups.ts';

const DNS = { 'event.category': 'network', 'network.protocol': 'dns' };

/** ISC dhcpd and the appliances built on it. */
export const dhcpd = defineProgram({
  name: 'dhcpd',
  bare: true,
  always: { ...NETWORK, 'network.transport': 'udp', 'network.protocol': 'dhcp', 'event.action': 'dhcp' },
  info: [
    'DHCPDISCOVER from {mac} ({word:host.name}) via {word} {text}',
    'DHCPDISCOVER from {mac} via {word} {text}',
    'DHCPREQUEST for {ip}[[ ({ip:server.ip})]] from {mac} ({word:host.name}) via {word} {text}',
    'DHCPACK on {ip} to {mac} ({word:host.name}) via {word} {text}',
    'Option 82: received a {word} DHCP packet from relay-agent {word} with a circuit-id of "{word}", a remote-id of "{word}" for {ip} ({mac}) {text}',
    'r-l-e:{ip},{word:event.action},{text}',
    'DHCPOFFER on {ip} to {mac}[[ ({word})]] via {word} relay {text}',
    'DHCPACK on {ip} to {mac}[[ ({word})]] via {word} relay {text}',
    'DHCPREQUEST for {ip}[[ ({ip:server.ip})]] from {mac}[[ ({word})]] via {word} TransID {text}',
    'DHCPDISCOVER from {mac}[[ ({word:source.domain})]] via {word}[[: {text:event.reason}]]',
    'DHCPOFFER on {ip} to {mac}[[ ({word:source.domain})]] via {word}[[ {text}]]',
    'DHCPREQUEST for {ip}[[ ({ip:server.ip})]] from {mac}[[ ({word:source.domain})]] via {word}[[: {text:event.reason}]]',
    'DHCPACK on {ip} to {mac}[[ ({word:source.domain})]] via {word}[[ {text}]]',
    'DHCPACK to {ip} ({mac}) via {word}',
    'DHCPNAK on {ip} to {mac} via {word}',
    'DHCPINFORM from {ip} via {word}[[: {text:event.reason}]]',
    'DHCPRELEASE of {ip} from {mac}[[ ({word:source.domain})]] via {word}[[ {text}]]',
    'DHCPDECLINE of {ip} from {mac}[[ ({word:source.domain})]] via {word}[[: {text:event.reason}]]',
    'DHCPEXPIRE on {ip}[[ {text}]]',
  ],
});

/** dnsmasq, also inside Pi-hole. */
export const dnsmasq = defineProgram({
  name: 'dnsmasq',
  programs: ['dnsmasq', 'dnsmasq-dhcp', 'pihole', 'pihole-FTL'],
  always: DNS,
  info: [
    'query[{word:dns.question.type}] {word:dns.question.name} from {ip}',
    '{num} {ip}/{port} query[{word:dns.question.type}] {word:dns.question.name} from {ip}',
    'forwarded {word:dns.question.name} to {ip:destination.ip}',
    'reply {word:dns.question.name} is {text:dns.answers.data}',
    'cached {word:dns.question.name} is {text:dns.answers.data}',
    '((gravity blocked|exactly blacklisted|exactly denied|regex blacklisted|regex denied)) {word:dns.question.name} is {text}',
    'config {word:dns.question.name} is {text:dns.answers.data}',
    '((DHCPDISCOVER|DHCPREQUEST|DHCPOFFER|DHCPACK|DHCPNAK|DHCPRELEASE|DHCPINFORM))({word}) {ip} {mac}[[ {word:source.domain}]]',
    'DHCPDISCOVER({word}) {mac}',
  ],
});

/** Unbound, and its query log. */
export const unbound = defineProgram({
  name: 'unbound',
  always: DNS,
  info: [
    '[{word}] info: {ip} {word:dns.question.name} {word:dns.question.type} IN[[ {text}]]',
    '[{word}] info: {word} {ip}@{port} {word:dns.question.name} {word:dns.question.type} IN',
    '[{word}] ((query|reply)): {ip} {word:dns.question.name} {word:dns.question.type} IN[[ {text}]]',
    '[{word}] info: resolving {word:dns.question.name} {word:dns.question.type} IN',
    '[{word}] ((info|notice|warning|error)): {text:event.reason}',
    '((info|notice|warning|error)): {text:event.reason}',
  ],
});

const CLIENT = 'client[[ @{word}]] {ip}#{port}[[ ({word})]]:[[ view {word}:]]';
const LED = ['', 'queries: ', 'queries: info: ', 'info: ', '{pre}info: '];

/** BIND: the client is what named wrote before the query. */
export const named = defineProgram({
  name: 'named',
  // With `print-category yes` and no tag the category takes the tag's place.
  programs: ['named', 'bind', 'bind9', 'named-refused', 'security', 'update-security', 'xfer-out', 'query-errors'],
  bare: true,
  always: { ...DNS, 'network.transport': 'udp' },
  probe: [
    `${CLIENT} query[[ (cache)]] '{text}' denied[[ ({text})]]`,
    `${CLIENT} zone transfer '{text}' denied`,
    `${CLIENT} update '{text}' denied`,
    `${CLIENT} notify '{text}' denied`,
    `${CLIENT} bad zone transfer request: '{text}': {text:event.reason}`,
    `${CLIENT} bad zone transfer request: '{text}': non-authoritative zone (NOTAUTH)`,
    `${CLIENT} request denied[[: {text}]]`,
    ...['((security|update-security)): ((info|error)): ', '((info|error|notice|warning)): '].flatMap((led) =>
      ['query', 'query (cache)', 'zone transfer', 'update'].flatMap((what) =>
        ['client {ip}#{port}', 'client @{word} {ip}#{port}'].flatMap((client) => [
          `${led}${client}: ${what} '{text}' denied`,
          `${led}${client} ({word}): ${what} '{text}' denied`,
          `${led}${client} ({word}): ${what} '{text}' denied ({text})`,
        ]),
      ),
    ),
    `((info|error)): client @{word} {ip}#{port} ({word}): query (cache) '{text}' denied`,
    `((info|error)): client @{word} {ip}#{port} ({word}): ((query|zone transfer)) '{text}' denied`,
    `{pre}${CLIENT} query[[ (cache)]] '{text}' denied[[ ({text})]]`,
    `{pre}${CLIENT} zone transfer '{text}' denied`,
    `{pre}${CLIENT} bad zone transfer request: '{text}': {text:event.reason}`,
  ],
  info: [
    ...LED.flatMap((led) =>
      ['', '{num}:'].flatMap((id) =>
        ['', 'query: ', 'UDP: query: ', 'TCP: query: '].map(
          (what) =>
            `${led}${id}${CLIENT} ${what}{word:dns.question.name} IN {word:dns.question.type}[[ {word}]][[ ({ip:server.ip})]]`,
        ),
      ),
    ),
    ...LED.flatMap((led) =>
      ['', '{num}:'].flatMap((id) =>
        ['', '{word} '].map(
          (flags) =>
            `${led}${id}${CLIENT} answer: {word:dns.question.name} IN {word:dns.question.type} ${flags}({ip:server.ip}) -> {word:dns.response_code}[[ {text:dns.answers.data}]]`,
        ),
      ),
    ),
    `${CLIENT} ((UDP|TCP)): query: {word:dns.question.name} IN {word:dns.question.type} response: {word:dns.response_code} {text}`,
    'List Matched {ip}#{port}: query: {word:dns.question.name} IN {word:dns.question.type} ({ip:server.ip}) {text:rule.name}',
    '((ARMING|DISARMING)) trigger on {text:rule.name} (action:{word:event.action}) ({text})',
    `${CLIENT} [[view {word}: ]]received notify for zone '{word:dns.question.name}'[[: {text}]]`,
    "((SERVFAIL|REFUSED|FORMERR|NXDOMAIN)) unexpected RCODE resolving '{word:dns.question.name}/{word:dns.question.type}/IN': {ip:destination.ip}#{port:destination.port}",
    "((host unreachable|network unreachable|timed out|connection refused|lame server|FORMERR|SERVFAIL|broken trust chain|no valid RRSIG|no valid DS|bad cache hit|insecurity proof failed)) resolving '{word:dns.question.name}/{word:dns.question.type}/IN': {ip:destination.ip}#{port:destination.port}",
    "lame server resolving '{word:dns.question.name}' (in '{word}'?): {ip:destination.ip}#{port:destination.port}",
    "{pre} resolving '{word:dns.question.name}/{word:dns.question.type}/IN': {ip:destination.ip}#{port:destination.port}",
    "loop detected resolving '{word:dns.question.name}/{word:dns.question.type}'",
    'zone {word}: notify from {ip}#{port}: {text:event.reason}',
    'zone {word}: {text:event.reason}',
    "transfer of '{word}' from {ip}#{port}: {text:event.reason}",
    "{word}: info: transfer of '{word}' from {ip}#{port}: {text:event.reason}",
    'validating {word:dns.question.name}/{word:dns.question.type}: {text:event.reason}',
    'validating @{word}: {word:dns.question.name} {word:dns.question.type}: {text:event.reason}',
    `${CLIENT} query failed ({text:event.reason}) for {word:dns.question.name}/IN/{word:dns.question.type} at {word}`,
    `${CLIENT} rpz {word} {word:rule.name} rewrite {word:dns.question.name}/{word:dns.question.type}/IN via {text}`,
    `${CLIENT} rpz {text:rule.name} rewrite {word:dns.question.name}/{word:dns.question.type}/IN via {text}`,
    `${CLIENT} {text:event.reason}`,
    `{pre}${CLIENT} {text:event.reason}`,
    "success resolving '{word:dns.question.name}/{word:dns.question.type}' {text:event.reason}",
    "{pre}resolving '{word:dns.question.name}/{word:dns.question.type}/IN': {ip:destination.ip}#{port:destination.port}",
    '{pre}zone {word:dns.question.name}/IN: {text:event.reason}',
    '{pre}resolver priming query complete{text}',
    'dns_diff_apply: {word:dns.question.name}/{word:dns.question.type}/IN: {text:event.reason}',
    'DNS format error from {ip:destination.ip}#{port:destination.port} resolving {word:dns.question.name}/{word:dns.question.type} for {ip}#{port}: {text:event.reason}',
    'DNS format error from {ip:destination.ip}#{port:destination.port} resolving {word:dns.question.name}/{word:dns.question.type}: {text:event.reason}',
  ],
});
