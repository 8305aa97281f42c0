/** What settings mean, in Turkish, by the English text of the configuration's schema; what is missing here is told in English. */
export const settingTextsTr: Readonly<Record<string, string>> = {
  'Language of alerts and of what the commands print.': 'Uyarıların ve komut çıktılarının dili.',
  'observe decides and tells but blocks nobody; enforce blocks.':
    'observe karar verir ve söyler ama kimseyi engellemez; enforce engeller.',
  'IANA zone in which times are written. The machine’s own by default.':
    'Saatlerin yazıldığı IANA dilimi. Belirtilmezse makinenin kendi dilimi.',
  'Where decisions, windows and offsets are kept. /var/lib/bekci for root.':
    'Kararların, pencerelerin ve okuma yerlerinin tutulduğu klasör. root için /var/lib/bekci.',
  'How long detections and ended bans are kept.': 'Tespitlerin ve biten engellerin ne kadar saklanacağı.',
  'auto finds this machine’s logs; or list them.': 'auto bu makinenin günlüklerini bulur; ya da burada sıralayın.',
  'The log file.': 'Günlük dosyası.',
  'Label for bare messages that name no program: nginx, apache, sshd ...':
    'Programını söylemeyen satırlar için etiket: nginx, apache, sshd ...',
  'IANA zone of stamps without one, e.g. Europe/Istanbul. The machine’s own by default.':
    'Dilimi yazmayan zaman damgalarının IANA dilimi, ör. Europe/Istanbul. Belirtilmezse makinenin kendisininki.',
  'Where a file that was never read before begins.': 'Daha önce hiç okunmamış bir dosyanın nereden okunacağı.',
  'How journalctl is called.': 'journalctl’in nasıl çağrılacağı.',
  'Only these units; all when empty.': 'Yalnız bu birimler; boşsa hepsi.',
  'What is recognised.': 'Nelerin tanındığı.',
  'Use the rules that come with bekci.': 'Bekçi ile gelen kuralları kullan.',
  'Sigma files, folders or .tar.gz archives of your own.':
    'Kendi Sigma dosyalarınız, klasörleriniz ya da .tar.gz arşivleriniz.',
  'Traps: {users: [oracle, test], paths: [/old-admin]}.': 'Tuzaklar: {users: [oracle, test], paths: [/old-admin]}.',
  'Accounts that nobody uses: one attempt is a ban.': 'Kimsenin kullanmadığı hesaplar: tek deneme engel demektir.',
  'Paths of the web site that nothing links to: one request is a ban.':
    'Sitede hiçbir yerden bağlantı verilmeyen yollar: tek istek engel demektir.',
  'Changes by rule id or name, e.g. ssh_bruteforce: {threshold: 3}.':
    'Kural kimliğine ya da adına göre değişiklikler, ör. ssh_bruteforce: {threshold: 3}.',
  'false switches the rule off.': 'false kuralı kapatır.',
  'ban, only alert, or observe: note whom it would have banned (`bekci decisions list --observed`).':
    'ban engeller, alert yalnız uyarır, observe kimi engelleyeceğini not eder (`bekci decisions list --observed`).',
  'observe makes a rule that bans only note whom it would have banned, whatever the mode above.':
    'observe, yukarıdaki kip ne olursa olsun, engelleyen bir kuralın yalnız not etmesini sağlar.',
  'Length of a first ban.': 'İlk engelin süresi.',
  'Events or values that fire a correlation.': 'Bir ilişkiyi tetikleyen olay ya da değer sayısı.',
  'Window of a correlation.': 'Bir ilişkinin penceresi.',
  'Where attackers come from, by local files; nothing is asked of anybody.':
    'Saldırganların nereden geldiği; yerel dosyalardan, kimseye bir şey sorulmadan.',
  'MMDB files that know countries and networks of addresses (GeoLite2, DB-IP, IPinfo); auto looks into /usr/share/GeoIP and /var/lib/GeoIP.':
    'Adreslerin ülkesini ve ağını bilen MMDB dosyaları (GeoLite2, DB-IP, IPinfo); auto /usr/share/GeoIP ve /var/lib/GeoIP klasörlerine bakar.',
  'Where people open the dashboard, e.g. https://bekci.example.org. Its name is served, `bekci open` prints it, and passkeys are made for it.':
    'Panonun açıldığı adres, ör. https://bekci.example.org. Bu ad sunulur, `bekci open` onu yazar, geçiş anahtarları onun için oluşturulur.',
  'Lists of known-bad addresses.': 'Bilinen kötü adreslerin listeleri.',
  'Local files: one address or network a line.': 'Yerel dosyalar: her satırda bir adres ya da ağ.',
  'Block lists by URL. Nothing is asked for unless you list it here.':
    'URL ile engel listeleri. Burada yazmadıkça hiçbir şey istenmez.',
  'JSON: where the addresses are, e.g. data[*].ip.': 'JSON: adreslerin nerede olduğu, ör. data[*].ip.',
  'How often it is asked for.': 'Ne sıklıkta isteneceği.',
  'A larger answer is refused.': 'Daha büyük bir yanıt reddedilir.',
  'A feed that shrinks below this share of its last good size is not taken over.':
    'Son iyi boyutunun bu oranından fazla küçülen bir liste alınmaz.',
  'What an address on a list brings about.': 'Listedeki bir adresin neye yol açacağı.',
  'Learning what is usual.': 'Olağanın öğrenilmesi.',
  'Learn what lines are usual here, and tell of unusual ones. Never bans.':
    'Burada hangi satırların olağan olduğunu öğrenir, olağan dışı olanları söyler. Hiç engellemez.',
  'Most anomaly alerts in a day: the budget.': 'Bir günde en çok kaç olağan dışılık uyarısı: bütçe.',
  'Lines of a program to learn from before it may be called unusual.':
    'Bir programa olağan dışı denmeden önce öğrenilecek satır sayısı.',
  'Most lines an hour that one address may teach a learned model, so that nobody makes himself the usual.':
    'Tek bir adresin bir modele saatte en çok kaç satır öğretebileceği; kimse kendini olağan kılamasın diye.',
  'How old, on the log’s clock, a model may grow before it is grown anew from the newest sample.':
    'Bir modelin, günlüğün saatine göre, en yeni örnekle yeniden kurulmadan önce ne kadar yaşlanabileceği.',
  'At the first start, learn from the end of the logs on disk instead of waiting for new lines.':
    'İlk başlangıçta yeni satır beklemek yerine diskteki günlüklerin sonundan öğrenir.',
  'How long, how often, and whom never.': 'Ne kadar, ne sıklıkta ve kime asla.',
  'Length of a first ban when the rule names none.': 'Kural süre vermiyorsa ilk engelin süresi.',
  'Each further ban of the same address is this many times longer.': 'Aynı adresin her yeni engeli bu kadar kat uzar.',
  'No ban is longer than this.': 'Hiçbir engel bundan uzun olmaz.',
  'Bans older than this no longer count for escalation.': 'Bundan eski engeller uzatmada sayılmaz.',
  'Prefix banned around an IPv6 address: a /64 is one customer.':
    'Bir IPv6 adresinin çevresinde engellenen önek: /64 tek bir müşteridir.',
  'No IPv4 network wider than this is ever banned.': 'Bundan geniş bir IPv4 ağı asla engellenmez.',
  'No IPv6 network wider than this is ever banned.': 'Bundan geniş bir IPv6 ağı asla engellenmez.',
  'Banning a neighbourhood once enough of it was banned; never over somebody who logged in or is served.':
    'Yeterince komşusu engellenince bütün mahallenin engellenmesi; oturum açmış ya da hizmet alan birinin üzerinden asla.',
  'Ban a /56 or /48 when enough networks in it were banned.':
    'İçinde yeterince ağ engellenince /56 ya da /48’i engeller.',
  'Ban a /24 when enough addresses in it were banned.': 'İçinde yeterince adres engellenince /24’ü engeller.',
  'Banned /64s that make a /56 be banned.': 'Bir /56’nın engellenmesine yol açan engelli /64 sayısı.',
  '/56s with bans that make a /48 be banned.': 'Bir /48’in engellenmesine yol açan, içinde engel olan /56 sayısı.',
  'Banned addresses that make a /24 be banned.': 'Bir /24’ün engellenmesine yol açan engelli adres sayısı.',
  'Bans older than this are no evidence for widening.': 'Bundan eski engeller genişletmeye kanıt sayılmaz.',
  'Above this rate bekci only alerts.': 'Bu hızın üstünde Bekçi yalnız uyarır.',
  'Most bans at one time.': 'Aynı anda en çok engel.',
  'Addresses, networks, DNS names and autonomous systems (AS13335) that are never banned.':
    'Asla engellenmeyen adresler, ağlar, DNS adları ve özerk sistemler (AS13335).',
  'File that tells the networks of autonomous systems (iptoasn TSV or GeoLite2-ASN CSV, also .gz).':
    'Özerk sistemlerin ağlarını söyleyen dosya (iptoasn TSV ya da GeoLite2-ASN CSV, .gz de olur).',
  'Your own proxies and load balancers (addresses, networks): never banned, and the client they name in the log is taken for the source.':
    'Kendi vekil sunucularınız ve yük dengeleyicileriniz (adres, ağ): asla engellenmez; günlükte adını verdikleri istemci kaynak sayılır.',
  'Do not ban the few addresses that all web traffic comes from: probably a proxy that is not listed.':
    'Bütün web trafiğinin geldiği birkaç adresi engelleme: büyük olasılıkla listede olmayan bir vekil sunucu.',
  'Failures of somebody who logged in from the same address within a day do not ban (up to 20 an hour).':
    'Aynı adresten bir gün içinde oturum açmış birinin hataları engel getirmez (saatte 20’ye kadar).',
  'Rules never ban more than this share of the clients served within an hour (from 20 clients on).':
    'Kurallar, bir saatte hizmet verilen istemcilerin bu oranından fazlasını asla engellemez (20 istemciden sonra).',
  'After a start in enforce mode, lift everything and observe unless `bekci confirm` comes within this; 0s never.':
    'enforce kipinde başladıktan sonra bu süre içinde `bekci confirm` gelmezse her şeyi kaldırır ve gözler; 0s hiç.',
  'Never ban private, shared and unique-local addresses.': 'Özel, paylaşılan ve yerel adresleri asla engelleme.',
  'What blocks. In enforce mode without any, nftables is used.':
    'Neyin engelleyeceği. enforce kipinde hiçbiri yoksa nftables kullanılır.',
  'Name of the inet table bekci keeps its sets in.': 'Bekçi’nin kümelerini tuttuğu inet tablosunun adı.',
  'How nft is called, e.g. [ip, netns, exec, NAME, nft].': 'nft’nin nasıl çağrılacağı, ör. [ip, netns, exec, AD, nft].',
  'How conntrack(8) is called, to forget the live connections of a banned address at once, e.g. [conntrack].':
    'Engellenen adresin açık bağlantılarını hemen unutturmak için conntrack(8)’in nasıl çağrılacağı, ör. [conntrack].',
  'Socket of the firewall helper, which holds the nftables table.':
    'nftables tablosunu tutan güvenlik duvarı yardımcısının soketi.',
  'Name of the sets; 4 and 6 are added.': 'Kümelerin adı; 4 ve 6 eklenir.',
  'How ipset is called.': 'ipset’in nasıl çağrılacağı.',
  'How iptables is called.': 'iptables’ın nasıl çağrılacağı.',
  'How ip6tables is called.': 'ip6tables’ın nasıl çağrılacağı.',
  'Name of the ipsets; 4 and 6 are added.': 'ipset’lerin adı; 4 ve 6 eklenir.',
  'Zone that drops what comes from the sets.': 'Kümelerden geleni düşüren bölge.',
  'How firewall-cmd is called.': 'firewall-cmd’nin nasıl çağrılacağı.',
  'Account id.': 'Hesap kimliği.',
  'Id of an IP list used by bekci alone.': 'Yalnız Bekçi’nin kullandığı bir IP listesinin kimliği.',
  'API token with the right “Account Filter Lists: Edit” and no other; from a file or the environment.':
    'Yalnız “Account Filter Lists: Edit” yetkili API anahtarı; dosyadan ya da ortam değişkeninden.',
  'Where the API is.': 'API’nin nerede olduğu.',
  'Seconds a call may take.': 'Bir çağrının kaç saniye sürebileceği.',
  'The file your `geo` block includes.': '`geo` bloğunuzun içerdiği dosya.',
  'Checks the configuration; null for none.': 'Yapılandırmayı denetler; istemiyorsanız null.',
  'Makes nginx read the file anew.': 'nginx’e dosyayı yeniden okutur.',
  'The map file your rules look up.': 'Kurallarınızın baktığı eşleme dosyası.',
  'Makes HAProxy read the file anew.': 'HAProxy’ye dosyayı yeniden okutur.',
  'The file libwrap reads.': 'libwrap’ın okuduğu dosya.',
  'Name in status and logs.': 'Durumda ve günlüklerde görünen ad.',
  'Program and arguments that block, e.g. [/usr/local/bin/block, "{ip}", "{seconds}"].':
    'Engelleyen program ve değişkenleri, ör. [/usr/local/bin/block, "{ip}", "{seconds}"].',
  'Program and arguments that unblock.': 'Engeli kaldıran program ve değişkenleri.',
  'Program that prints what is blocked, one address a line; makes bans provable.':
    'Engellileri satır satır yazan program; engelleri kanıtlanabilir kılar.',
  'Seconds after which the program is ended.': 'Programın kaç saniye sonra bitirileceği.',
  'The call that blocks.': 'Engelleyen çağrı.',
  'May hold {ip}, {address}, {seconds}, {reason}, {decision}.':
    '{ip}, {address}, {seconds}, {reason}, {decision} içerebilir.',
  'A JSON value (filled in text by text), or text sent as it is.':
    'Bir JSON değeri (metinleri doldurulur) ya da olduğu gibi gönderilen metin.',
  'Statuses that mean success (2xx by default), and a JSON path whose value must equal something.':
    'Başarı sayılan durumlar (belirtilmezse 2xx) ve değeri bir şeye eşit olması gereken JSON yolu.',
  'The call that unblocks.': 'Engeli kaldıran çağrı.',
  'Headers of every call; values may be secrets from a file or the environment.':
    'Her çağrının başlıkları; değerler dosyadan ya da ortam değişkeninden gizli olabilir.',
  'Who is told, and how.': 'Kime, nasıl haber verileceği.',
  'SMTP server.': 'SMTP sunucusu.',
  '587 for STARTTLS, 465 for TLS, 25 for a relay.': 'STARTTLS için 587, TLS için 465, aktarıcı için 25.',
  'starttls refuses to send without encryption; none is for a relay on this machine.':
    'starttls şifreleme olmadan göndermez; none bu makinedeki bir aktarıcı içindir.',
  'Check the server’s certificate.': 'Sunucunun sertifikasını denetle.',
  'Sender address.': 'Gönderen adresi.',
  'Recipients.': 'Alıcılar.',
  'Least level that is sent.': 'Gönderilen en düşük düzey.',
  'The incoming webhook’s URL; a secret, better from a file.':
    'Gelen webhook’un URL’si; gizlidir, dosyadan alınması daha iyi.',
  'How messages are grouped.': 'İletilerin nasıl toplandığı.',
  'How long a message waits for what else comes about the same attacker.':
    'Bir iletinin, aynı saldırgan için başka ne geleceğini ne kadar bekleyeceği.',
  'No second message about an attacker within this, unless it gets worse.':
    'Durum kötüleşmedikçe, bir saldırgan için bu süre içinde ikinci ileti yok.',
  'The dashboard and its API.': 'Pano ve API’si.',
  'Where the dashboard, the API, /health and /metrics are served.':
    'Panonun, API’nin, /health ve /metrics’in sunulduğu yer.',
  'Further host names under which it may be asked for, e.g. behind a proxy. Others are refused.':
    'Başka hangi adlarla sorulabileceği, ör. bir vekil sunucu arkasında. Ötekiler reddedilir.',
  'Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed.':
    'X-Forwarded-For ve -Proto başlıklarına inanılan ters vekil sunucuların adresleri ya da ağları.',
  'How long a sign-in lasts at most; four idle hours end it too.':
    'Bir oturumun en çok ne kadar süreceği; dört saat boş durması da onu bitirir.',
};
