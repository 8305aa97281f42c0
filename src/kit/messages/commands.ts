/** What commands print of themselves, in English and Turkish. */

/** English. */
export const commandsEn = {
  'run.reading': 'reads {id}',
  'run.waiting': 'waits for {id}',
  'run.lost': 'cannot read {id}',
  'run.more': 'and {count} more sources; `bekci status` names them all',
  'run.noLogins':
    'no log of logins was found (auth.log, secure, messages, syslog, the journal): attacks on SSH go unseen; install rsyslog, or name the log under `sources:`',
  'run.found': 'a new log is read from now on: {id}',
  'run.open':
    'the page listens on {address}, which other machines reach, without TLS: passwords travel in the clear; set `http.tls`, or listen on 127.0.0.1 behind a proxy',
  'status.figures':
    '{lines} lines, {decoded} understood; {detections} detections; {decisions} active decisions; {mib} MiB',
  'status.lines': '{count} lines',
  'status.trial': 'armed on trial: all bans are lifted in {span} unless `bekci confirm` comes',
  'status.page': 'the dashboard is not served: {detail}',
  'confirm.done': 'Confirmed: the bans stay.',
  'confirm.none': 'There was nothing to confirm.',
  'confirm.late':
    'Too late: the trial ended unconfirmed at {time}, and all bans were lifted. Stop and start bekci to arm it again.',
  'panic.done':
    '{count} bans lifted. Bekçi only observes until it is stopped and started again; a crash does not arm it.',
  'decision.added': '{ip}: {state}, until {time}',
  'decision.observed': '{ip}: only noted, until {time}; nobody is blocked while bekci observes',
  'decision.lifted': '{ip}: lifted',
  'decision.none': '{ip}: was not banned',
} as const;

/** Turkish. */
export const commandsTr: Readonly<Record<keyof typeof commandsEn, string>> = {
  'run.reading': 'okunuyor: {id}',
  'run.waiting': 'bekleniyor: {id}',
  'run.lost': 'okunamıyor: {id}',
  'run.more': 've {count} kaynak daha; hepsini `bekci status` sayar',
  'run.noLogins':
    'oturum günlüğü bulunamadı (auth.log, secure, messages, syslog, systemd günlüğü): SSH saldırıları görülmez; rsyslog kurun ya da günlüğü `sources:` altında adıyla yazın',
  'run.found': 'yeni bir günlük bundan sonra okunuyor: {id}',
  'run.open':
    'pano {address} üzerinde, başka makinelerin ulaştığı bir adreste, TLS olmadan dinliyor: parolalar açık gider; `http.tls` ayarlayın ya da bir vekilin ardında 127.0.0.1 üzerinde dinletin',
  'status.figures': '{lines} satır, {decoded} anlaşıldı; {detections} tespit; {decisions} etkin karar; {mib} MiB',
  'status.lines': '{count} satır',
  'status.trial': 'deneme süresinde: `bekci confirm` gelmezse bütün engeller {span} sonra kaldırılır',
  'status.page': 'pano açılamadı: {detail}',
  'confirm.done': 'Onaylandı: engeller kalıyor.',
  'confirm.none': 'Onaylanacak bir şey yoktu.',
  'confirm.late':
    'Geç kalındı: deneme {time} anında onaylanmadan bitti ve bütün engeller kaldırıldı. Yeniden devreye almak için bekci’yi durdurup başlatın.',
  'panic.done':
    '{count} engel kaldırıldı. Bekçi durdurulup yeniden başlatılana dek yalnızca gözler; bir çökme onu devreye almaz.',
  'decision.added': '{ip}: {state}, bitiş {time}',
  'decision.observed': '{ip}: yalnızca not edildi, bitiş {time}; bekci gözlerken kimse engellenmez',
  'decision.lifted': '{ip}: engeli kaldırıldı',
  'decision.none': '{ip}: engelli değildi',
};
