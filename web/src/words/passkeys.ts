/** Words about passkeys. */
export const passkeysEn = {
  'passkey.title': 'Passkeys',
  'passkey.what':
    'A fingerprint, a face, a PIN or a security key instead of a code to type. Beside the password, or instead of it; a copied page gets nothing from it.',
  'passkey.none': 'You have none yet.',
  'passkey.name': 'Name of the passkey',
  'passkey.name.hint': 'so that you know which device it is on',
  'passkey.make': 'Make a passkey',
  'passkey.made': 'Passkey “{name}” is kept. From now on it is asked for when you sign in.',
  'passkey.synced': 'on several devices',
  'passkey.for': 'for {name}',
  'passkey.since': 'made',
  'passkey.used': 'last used',
  'passkey.remove': 'Remove',
  'passkey.remove.which': 'Remove passkey “{name}”',
  'passkey.remove.sure': 'Your password, to remove “{name}”',
  'passkey.removed': 'Passkey “{name}” is removed.',
  'passkey.use': 'Sign in with a passkey',
  'passkey.use.second': 'Use your passkey',
  'passkey.asking': 'Your browser is asking for the passkey…',
  'passkey.wrong': 'The passkey was not accepted.',
  'passkey.needed': 'This user signs in with a passkey besides the password.',
  'passkey.cancelled': 'The browser gave no passkey: it was cancelled, took too long, or none is here. Try again.',
  'passkey.known': 'This device has a passkey of yours already.',
  'passkey.not.address':
    'Passkeys do not work here: a browser binds them to a name, and this page was opened under a bare address. Open it as http://localhost with the same port (an SSH tunnel ends there too), or give it a name with HTTPS and set http.public_url.',
  'passkey.not.plain':
    'Passkeys do not work here: a browser wants HTTPS for them (or localhost). Serve the page over TLS and set http.public_url.',
  'passkey.not.browser': 'This browser knows no passkeys.',
  'passkey.not.here':
    'Passkeys are not set up for this address of the page. Open it as your passkey knows it, or set http.public_url to the address above.',
  'people.passkeys': 'Passkeys: {n}',
  'people.passkeys.reset': 'Forget passkeys',
} as const;

/** The same in Turkish. */
export const passkeysTr: Readonly<Record<keyof typeof passkeysEn, string>> = {
  'passkey.title': 'Geçiş anahtarları',
  'passkey.what':
    'Yazılacak bir kod yerine parmak izi, yüz, PIN ya da güvenlik anahtarı. Parolanın yanında ya da onun yerine; sahte bir sayfa bundan bir şey elde edemez.',
  'passkey.none': 'Henüz yok.',
  'passkey.name': 'Geçiş anahtarının adı',
  'passkey.name.hint': 'hangi cihazda olduğunu bilmeniz için',
  'passkey.make': 'Geçiş anahtarı oluştur',
  'passkey.made': '“{name}” saklandı. Bundan sonra oturum açarken sorulacak.',
  'passkey.synced': 'birden çok cihazda',
  'passkey.for': '{name} için',
  'passkey.since': 'oluşturma',
  'passkey.used': 'son kullanım',
  'passkey.remove': 'Kaldır',
  'passkey.remove.which': '“{name}” geçiş anahtarını kaldır',
  'passkey.remove.sure': '“{name}” anahtarını kaldırmak için parolanız',
  'passkey.removed': '“{name}” kaldırıldı.',
  'passkey.use': 'Geçiş anahtarıyla oturum aç',
  'passkey.use.second': 'Geçiş anahtarınızı kullanın',
  'passkey.asking': 'Tarayıcınız geçiş anahtarını soruyor…',
  'passkey.wrong': 'Geçiş anahtarı kabul edilmedi.',
  'passkey.needed': 'Bu kullanıcı parolanın yanında bir geçiş anahtarıyla oturum açıyor.',
  'passkey.cancelled':
    'Tarayıcı anahtar vermedi: vazgeçildi, çok uzun sürdü ya da burada anahtar yok. Yeniden deneyin.',
  'passkey.known': 'Bu cihazda zaten bir geçiş anahtarınız var.',
  'passkey.not.address':
    'Geçiş anahtarları burada çalışmaz: tarayıcı onları bir ada bağlar, bu sayfa ise yalın bir adresle açıldı. Sayfayı aynı kapıyla http://localhost olarak açın (SSH tüneli de orada biter) ya da ona HTTPS’li bir ad verip http.public_url ayarını yazın.',
  'passkey.not.plain':
    'Geçiş anahtarları burada çalışmaz: tarayıcı bunun için HTTPS (ya da localhost) ister. Sayfayı TLS ile sunun ve http.public_url ayarını yazın.',
  'passkey.not.browser': 'Bu tarayıcı geçiş anahtarlarını bilmiyor.',
  'passkey.not.here':
    'Sayfanın bu adresi için geçiş anahtarı kurulu değil. Sayfayı anahtarınızın bildiği adla açın ya da http.public_url ayarına yukarıdaki adresi yazın.',
  'people.passkeys': 'Geçiş anahtarı: {n}',
  'people.passkeys.reset': 'Geçiş anahtarlarını unut',
};
