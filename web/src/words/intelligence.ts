/** Words of the intelligence page. */
export const intelligenceEn = {
  'nav.intelligence': 'Intelligence',
  'intel.title': 'Threat intelligence',
  'intel.sentence':
    '{n} known-bad address or network on {lists} lists.|{n} known-bad addresses and networks on {lists} lists.',
  'intel.fresh': 'All are fresh.',
  'intel.trouble': '{n} list needs help.|{n} lists need help.',
  'intel.empty': 'No lists yet',
  'intel.empty.what':
    'List files of addresses under “intel.lists”, or feeds to be fetched under “intel.feeds” in the configuration. An address on a list that signs in, fails to, or asks for something is told here and among the alerts. Nothing is fetched unless you list it.',
  'intel.settings': 'Open the settings',
  'intel.name': 'List',
  'intel.entries': 'Entries',
  'intel.read': 'Read',
  'intel.every': 'every {span}',
  'intel.file': 'a file',
  'intel.hits': 'Hits, 30 days',
  'intel.stale': 'not fresh',
  'intel.lookup': 'Look addresses up',
  'intel.lookup.what': 'Paste addresses, or a log; every address in it is looked up. Nothing leaves this machine.',
  'intel.lookup.go': 'Look up',
  'intel.lookup.count': '{n} address|{n} addresses',
  'intel.lookup.most': 'Only the first {n} are looked up.',
  'intel.found': '{n} of {total} is on a list.|{n} of {total} are on a list.',
  'intel.found.none': 'None of {total} is on a list.',
  'intel.clean': 'on no list',
  'intel.invalid': 'no address',
} as const;

/** The same in Turkish. */
export const intelligenceTr: Readonly<Record<keyof typeof intelligenceEn, string>> = {
  'nav.intelligence': 'İstihbarat',
  'intel.title': 'Tehdit istihbaratı',
  'intel.sentence': '{lists} listede bilinen {n} kötü adres ve ağ var.',
  'intel.fresh': 'Hepsi güncel.',
  'intel.trouble': '{n} listenin yardıma ihtiyacı var.',
  'intel.empty': 'Henüz liste yok',
  'intel.empty.what':
    'Yapılandırmada “intel.lists” altına adres dosyalarını, “intel.feeds” altına indirilecek listeleri yazın. Listedeki bir adres oturum açarsa, açamazsa ya da bir şey isterse burada ve uyarılar arasında söylenir. Siz yazmadıkça hiçbir şey indirilmez.',
  'intel.settings': 'Ayarları aç',
  'intel.name': 'Liste',
  'intel.entries': 'Kayıt',
  'intel.read': 'Okundu',
  'intel.every': 'her {span}',
  'intel.file': 'dosya',
  'intel.hits': 'İsabet, 30 gün',
  'intel.stale': 'güncel değil',
  'intel.lookup': 'Adres sorgula',
  'intel.lookup.what':
    'Adres ya da günlük yapıştırın; içindeki her adrese bakılır. Bu makineden dışarı bir şey çıkmaz.',
  'intel.lookup.go': 'Sorgula',
  'intel.lookup.count': '{n} adres',
  'intel.lookup.most': 'Yalnız ilk {n} tanesine bakılır.',
  'intel.found': '{total} adresten {n} tanesi listede.',
  'intel.found.none': '{total} adresten hiçbiri listede değil.',
  'intel.clean': 'hiçbir listede yok',
  'intel.invalid': 'adres değil',
};
