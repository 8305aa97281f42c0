/** Everything a person reads, in English and Turkish, from one typed dictionary. */

/** Languages there are. */
export type Language = 'en' | 'tr';

const en = {
  'alert.subject': '{level}: {title} — {entity}',
  'alert.events': '{title}: {events} events',
  'alert.banned': '{ip} was shut out for {duration}.',
  'alert.pending': '{ip} is being shut out for {duration}.',
  'alert.observed': '{ip} would have been shut out for {duration} (observing, not blocking).',
  'alert.refused': 'Nothing was blocked: {detail}.',
  'alert.onlyTold': 'Nothing was blocked; this rule only tells.',
  'alert.lines': 'Log lines',
  'alert.more': 'and {count} more detections',
  'alert.techniques': 'ATT&CK',
  'alert.server': 'Server',
  'alert.first': 'First seen',
  'alert.last': 'Last seen',
  'alert.next': 'More: bekci why {entity}',
  'alert.unban': 'Let in again: bekci decisions delete {entity}',
  'level.informational': 'note',
  'level.low': 'low',
  'level.medium': 'medium',
  'level.high': 'high',
  'level.critical': 'critical',
  'refusal.allowlist': 'on the allowlist ({detail})',
  'refusal.own-address': 'an address of this machine ({detail})',
  'refusal.gateway': 'the gateway of this machine',
  'refusal.resolver': 'a name server of this machine',
  'refusal.open-session': 'somebody is logged in from there now',
  'refusal.rate-cap': 'too many bans in a minute ({detail})',
  'refusal.total-cap': 'too many bans are active ({detail})',
  'refusal.active': '{detail}',
  'refusal.prefix-too-wide': 'the network is too wide ({detail})',
  'refusal.special-range': 'a special network ({detail})',
  'refusal.expired': '{detail}',
  'refusal.no-address': '{detail}',
  'state.pending': 'being applied',
  'state.applied': 'in force',
  'state.failed': 'failed',
  'state.observed': 'observed only',
  'state.expired': 'ended',
  'state.revoked': 'lifted',
  'mode.observe': 'observing: nobody is blocked (arm with --enforce or `mode: enforce`)',
  'mode.enforce': 'armed: attackers are blocked',
  'demo.label': 'DEMONSTRATION: these are made-up log lines; nothing is blocked',
  'view.lines': 'lines/s',
  'view.sources': 'Sources',
  'view.detections': 'Latest detections',
  'view.decisions': 'Active decisions',
  'view.none': 'none yet',
  'source.waiting': 'waiting',
  'source.reading': 'reading',
  'source.lost': 'lost',
  'why.nothing': 'Nothing is known of {entity}.',
  'why.detections': 'What was seen',
  'why.decisions': 'What was done',
  'why.refusals': 'What was refused, and why',
  'why.until': 'until {time}',
  'why.detection': '{time}  {title} ({level}), {events} events',
  'why.decision': '{time}  ban of {duration}: {state}, {until}',
  'why.refusal': '{time}  no ban: {reason}',
} as const;

/** Names of texts. */
export type MessageKey = keyof typeof en;

const tr: Readonly<Record<MessageKey, string>> = {
  'alert.subject': '{level}: {title} — {entity}',
  'alert.events': '{title}: {events} olay',
  'alert.banned': '{ip} {duration} boyunca engellendi.',
  'alert.pending': '{ip} {duration} boyunca engelleniyor.',
  'alert.observed': '{ip} {duration} boyunca engellenecekti (yalnızca gözlem, engelleme kapalı).',
  'alert.refused': 'Engelleme yapılmadı: {detail}.',
  'alert.onlyTold': 'Engelleme yapılmadı; bu kural yalnızca haber verir.',
  'alert.lines': 'Günlük satırları',
  'alert.more': 've {count} tespit daha',
  'alert.techniques': 'ATT&CK',
  'alert.server': 'Sunucu',
  'alert.first': 'İlk görülme',
  'alert.last': 'Son görülme',
  'alert.next': 'Ayrıntı: bekci why {entity}',
  'alert.unban': 'Engeli kaldırmak için: bekci decisions delete {entity}',
  'level.informational': 'not',
  'level.low': 'düşük',
  'level.medium': 'orta',
  'level.high': 'yüksek',
  'level.critical': 'kritik',
  'refusal.allowlist': 'izin listesinde ({detail})',
  'refusal.own-address': 'bu makinenin kendi adresi ({detail})',
  'refusal.gateway': 'bu makinenin ağ geçidi',
  'refusal.resolver': 'bu makinenin ad sunucusu',
  'refusal.open-session': 'şu anda oradan oturum açmış biri var',
  'refusal.rate-cap': 'bir dakika içinde çok fazla engelleme ({detail})',
  'refusal.total-cap': 'etkin engel sayısı sınırda ({detail})',
  'refusal.active': '{detail}',
  'refusal.prefix-too-wide': 'ağ çok geniş ({detail})',
  'refusal.special-range': 'özel bir ağ ({detail})',
  'refusal.expired': '{detail}',
  'refusal.no-address': '{detail}',
  'state.pending': 'uygulanıyor',
  'state.applied': 'yürürlükte',
  'state.failed': 'başarısız',
  'state.observed': 'yalnızca gözlendi',
  'state.expired': 'sona erdi',
  'state.revoked': 'kaldırıldı',
  'mode.observe': 'gözlem: kimse engellenmiyor (--enforce ya da `mode: enforce` ile devreye alın)',
  'mode.enforce': 'devrede: saldırganlar engelleniyor',
  'demo.label': 'GÖSTERİ: bunlar uydurma günlük satırlarıdır; hiçbir şey engellenmez',
  'view.lines': 'satır/sn',
  'view.sources': 'Kaynaklar',
  'view.detections': 'Son tespitler',
  'view.decisions': 'Etkin kararlar',
  'view.none': 'henüz yok',
  'source.waiting': 'bekleniyor',
  'source.reading': 'okunuyor',
  'source.lost': 'kayıp',
  'why.nothing': '{entity} hakkında bilinen bir şey yok.',
  'why.detections': 'Görülenler',
  'why.decisions': 'Yapılanlar',
  'why.refusals': 'Yapılmayanlar ve nedenleri',
  'why.until': 'bitiş {time}',
  'why.detection': '{time}  {title} ({level}), {events} olay',
  'why.decision': '{time}  {duration} engel: {state}, {until}',
  'why.refusal': '{time}  engel yok: {reason}',
};

/** A text with its parameters filled in. */
export function t(language: Language, key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return (language === 'tr' ? tr[key] : en[key]).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** Both dictionaries, for the test that keeps them alike. */
export const dictionaries: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, tr };

const UNIT_NAMES: Readonly<Record<Language, readonly [string, string, string, string]>> = {
  en: ['d', 'h', 'min', 's'],
  tr: ['gün', 'saat', 'dk', 'sn'],
};

/** A length of time for people: `10 min`, `1 gün 12 saat`. */
export function durationText(language: Language, seconds: number): string {
  const sizes = [86_400, 3600, 60, 1];
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [index, size] of sizes.entries()) {
    const count = Math.floor(left / size);
    if (count > 0 && parts.length < 2) parts.push(`${count} ${UNIT_NAMES[language][index]}`);
    left -= count * size;
  }
  return parts.length === 0 ? `0 ${UNIT_NAMES[language][3]}` : parts.join(' ');
}

/** A moment in a zone, the way the language writes it, to the second. */
export function timeText(language: Language, at: number, timezone: string): string {
  return new Intl.DateTimeFormat(language === 'tr' ? 'tr-TR' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: timezone,
  }).format(at);
}
