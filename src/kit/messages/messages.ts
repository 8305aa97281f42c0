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
  'doctor.well': 'All is well.',
  'doctor.attention': '{fail} broken, {warn} to look at.',
  'doctor.config': 'configuration',
  'doctor.state': 'state',
  'doctor.daemon': 'daemon',
  'doctor.source': 'source',
  'doctor.rules': 'rules',
  'doctor.responder': 'firewall',
  'doctor.notifier': 'alerts',
  'doctor.others': 'other guards',
  'doctor.rights': 'rights',
  'doctor.configRight': '{path} is right',
  'doctor.configDefaults': 'no file, the defaults are used',
  'doctor.stateFree': '{path}, {free} MiB free',
  'doctor.stateNone': '{path} does not exist yet; the first `bekci run` makes it',
  'doctor.stateWrite': '{path} cannot be written; run as its owner, or set `state_dir`',
  'doctor.stateFull': '{path} has only {free} MiB left; make room, or detections cannot be kept',
  'doctor.storeBroken': 'the store cannot be read: {detail}',
  'doctor.running': 'runs since {time}, {lines} lines read, {decoded} understood',
  'doctor.stopped': 'does not run; start it with `bekci run` or `systemctl start bekci`',
  'doctor.observing': 'observes only: nobody is blocked until it is armed (`--enforce` or `mode: enforce`)',
  'doctor.sourceFine': '{id}: {lines} lines',
  'doctor.sourceFound': '{id} can be read',
  'doctor.sourceUnreadable': '{id}: {detail}',
  'doctor.sourceWaiting': '{id} is not there yet; check the path, or whether the service writes a log at all',
  'doctor.sourceLost': '{id} was there and is gone: {detail}',
  'doctor.sourceLag': '{id}: {lag} bytes are still unread',
  'doctor.sourceRate':
    '{id}: only {percent} % of its lines are understood; name its program (`program:`), or see `bekci explain`',
  'doctor.sourceSkew': '{id}: its clock is {seconds} s off; check the time zone (`timezone:`) and NTP',
  'doctor.sourceSilent': '{id}: no line since {time}; does the service still log there?',
  'doctor.sourceNone': 'no log was found; list them under `sources:`, or install rsyslog',
  'doctor.rulesFine': '{count} rules',
  'doctor.ruleBroken': 'a rule is left out: {detail}',
  'doctor.responderFine': '{id}: ready',
  'doctor.responderBroken': '{id}: {detail}',
  'doctor.notifierFine': '{id}: no fault found',
  'doctor.notifierBroken': '{id}: {detail}',
  'doctor.notifierNone': 'nobody is told; add one under `notifiers:`',
  'doctor.rightsNone': 'the daemon (process {pid}) holds no capability; the firewall is the helper’s alone',
  'doctor.rightsSome': 'the daemon (process {pid}) holds capabilities ({caps}), not that over the firewall',
  'doctor.rightsFirewall':
    'the daemon (process {pid}) may change the firewall itself; `bekci install` sets up a helper that alone holds this right',
  'doctor.rightsNeedless':
    'the daemon (process {pid}) holds capabilities ({caps}) though a helper has the firewall; run it as the user `bekci`',
  'doctor.problem': '{detail}',
  'doctor.other': '{name} runs here too; two guards may ban and lift the same addresses',
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
  'doctor.well': 'Her şey yolunda.',
  'doctor.attention': '{fail} bozuk, {warn} bakılmalı.',
  'doctor.config': 'yapılandırma',
  'doctor.state': 'durum',
  'doctor.daemon': 'hizmet',
  'doctor.source': 'kaynak',
  'doctor.rules': 'kurallar',
  'doctor.responder': 'güvenlik duvarı',
  'doctor.notifier': 'uyarılar',
  'doctor.others': 'başka bekçiler',
  'doctor.rights': 'yetkiler',
  'doctor.configRight': '{path} doğru',
  'doctor.configDefaults': 'dosya yok, varsayılanlar kullanılıyor',
  'doctor.stateFree': '{path}, {free} MiB boş',
  'doctor.stateNone': '{path} henüz yok; ilk `bekci run` oluşturur',
  'doctor.stateWrite': '{path} yazılamıyor; sahibi olarak çalıştırın ya da `state_dir` verin',
  'doctor.stateFull': '{path} içinde yalnız {free} MiB kaldı; yer açın, yoksa tespitler saklanamaz',
  'doctor.storeBroken': 'depo okunamıyor: {detail}',
  'doctor.running': '{time} tarihinden beri çalışıyor, {lines} satır okundu, {decoded} anlaşıldı',
  'doctor.stopped': 'çalışmıyor; `bekci run` ya da `systemctl start bekci` ile başlatın',
  'doctor.observing': 'yalnız gözlüyor: devreye alınana dek kimse engellenmez (`--enforce` ya da `mode: enforce`)',
  'doctor.sourceFine': '{id}: {lines} satır',
  'doctor.sourceFound': '{id} okunabiliyor',
  'doctor.sourceUnreadable': '{id}: {detail}',
  'doctor.sourceWaiting': '{id} henüz yok; yolu ve hizmetin günlük yazıp yazmadığını denetleyin',
  'doctor.sourceLost': '{id} vardı, artık yok: {detail}',
  'doctor.sourceLag': '{id}: {lag} bayt henüz okunmadı',
  'doctor.sourceRate':
    '{id}: satırların yalnız % {percent} kadarı anlaşılıyor; programını yazın (`program:`) ya da `bekci explain` ile bakın',
  'doctor.sourceSkew': '{id}: saati {seconds} sn kayık; saat dilimini (`timezone:`) ve NTP ayarını denetleyin',
  'doctor.sourceSilent': '{id}: {time} sonrasında satır yok; hizmet hâlâ oraya yazıyor mu?',
  'doctor.sourceNone': 'günlük bulunamadı; `sources:` altında yazın ya da rsyslog kurun',
  'doctor.rulesFine': '{count} kural',
  'doctor.ruleBroken': 'bir kural dışarıda kaldı: {detail}',
  'doctor.responderFine': '{id}: hazır',
  'doctor.responderBroken': '{id}: {detail}',
  'doctor.notifierFine': '{id}: kusur bulunmadı',
  'doctor.notifierBroken': '{id}: {detail}',
  'doctor.notifierNone': 'kimseye haber verilmiyor; `notifiers:` altına ekleyin',
  'doctor.rightsNone':
    'hizmetin ({pid} numaralı süreç) hiçbir yetkisi yok; güvenlik duvarına yalnız yardımcı dokunabilir',
  'doctor.rightsSome':
    'hizmetin ({pid} numaralı süreç) yetkileri var ({caps}), ancak güvenlik duvarınınki bunların arasında değil',
  'doctor.rightsFirewall':
    'hizmet ({pid} numaralı süreç) güvenlik duvarını kendisi değiştirebiliyor; `bekci install` bu yetkiyi yalnız ayrı bir yardımcıya verir',
  'doctor.rightsNeedless':
    'güvenlik duvarına yardımcı baktığı hâlde hizmetin ({pid} numaralı süreç) yetkileri var ({caps}); `bekci` kullanıcısıyla çalıştırın',
  'doctor.problem': '{detail}',
  'doctor.other': '{name} de burada çalışıyor; iki bekçi aynı adresleri engelleyip açabilir',
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
