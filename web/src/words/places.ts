/** Words about where attackers are. */
export const placesEn = {
  'places.title': 'Where they come from',
  'places.map': 'Map of the world: {countries} countries, {addresses} addresses. The table beside it says the same.',
  'places.countries': 'Countries',
  'places.networks': 'Networks (ASN)',
  'places.country': 'Country',
  'places.network': 'Network',
  'places.addresses': 'Addresses',
  'places.detections': 'Detections',
  'places.busiest': 'Busiest',
  'places.bubble': '{name}: {addresses} addresses, {detections} detections',
  'places.more': 'All {n}',
  'places.unplaced': '{n} of {total} addresses are in no country that the files know.',
  'places.none': 'No attacker came in this time.',
  'places.hint':
    'With a local database of countries and networks there is a map of attackers here. Put MMDB files (GeoLite2 or DB-IP Lite, country and ASN) into /usr/share/GeoIP or /var/lib/GeoIP, or name them under geo.databases. Nobody outside is asked about an address.',
  'places.problem': '{path}: {problem}',
  'places.source': 'By {files}.',
  'places.file': '{type} of {date}',
  'places.where': 'Country and network',
} as const;

/** The same in Turkish. */
export const placesTr: Readonly<Record<keyof typeof placesEn, string>> = {
  'places.title': 'Nereden geliyorlar',
  'places.map': 'Dünya haritası: {countries} ülke, {addresses} adres. Yandaki tablo aynısını söyler.',
  'places.countries': 'Ülkeler',
  'places.networks': 'Ağlar (ASN)',
  'places.country': 'Ülke',
  'places.network': 'Ağ',
  'places.addresses': 'Adres',
  'places.detections': 'Tespit',
  'places.busiest': 'En çok gelen',
  'places.bubble': '{name}: {addresses} adres, {detections} tespit',
  'places.more': '{n} satırın tümü',
  'places.unplaced': '{total} adresten {n} tanesi dosyaların bildiği bir ülkede değil.',
  'places.none': 'Bu sürede saldırgan gelmedi.',
  'places.hint':
    'Yerel bir ülke ve ağ veritabanı olunca burada saldırganların haritası durur. MMDB dosyalarını (GeoLite2 ya da DB-IP Lite, ülke ve ASN) /usr/share/GeoIP ya da /var/lib/GeoIP klasörüne koyun veya geo.databases altında belirtin. Hiçbir adres dışarıda kimseye sorulmaz.',
  'places.problem': '{path}: {problem}',
  'places.source': 'Kaynak: {files}.',
  'places.file': '{type}, {date}',
  'places.where': 'Ülke ve ağ',
};
