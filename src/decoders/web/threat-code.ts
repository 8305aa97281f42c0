/** Does a request carry code for an interpreter: PHP, JavaScript on the server, Perl, Ruby, Python, Java, a template? */

const PHP_TAG = /<\?(?:php|=|\s|$)|\{\/?php\}|\[[/\\]?php\]/;
const PHP_WORD =
  /\$_(?:get|post|cookie|server|request|files|env|session)\b|\$globals\b|auto_prepend_file|allow_url_include|php:\/\/(?:filter|input)/;
const PHP_CALL =
  /(?:(?:^|[^a-z0-9_])(?:(?:array|call_user|base64|bz|create|dba|exif|file|forward_static|ftp|func|get|gz|highlight|image|imap|ini|iterator|ldap|libxml|mb|mcrypt|move|mysqli?|ob|oci|odbc|openssl|parse|pcntl|php|posix|preg|proc|register|runkit|session|shell|show|shm|simplexml|socket|spl|stream|var|wincache|zip)_[a-z0-9_]{2,30}|phpinfo|phpversion|unserialize|serialize|strip_tags|checkdate|addslashes|htmlspecialchars|htmlentities|move_uploaded_file|filegroup|fileowner|fileperms|filesize|create_function|usort|uasort|uksort|call_user_func|php_uname|getmyuid|getcwd|chdir|rmdir|symlink|readlink|tempnam|tmpfile|var_dump|print_r|error_log|phpcredits|extract|parse_str|set_error_handler|disk_free_space|glob|scandir|opendir|readfile|passthru|popen|getenv|putenv|fwrite|fputs|fopen|system|exec|assert)|p?fsockopen)(?:\s{0,8}|\s{0,4}(?:#|\/\/)[^\n(]{0,20}\n\s{0,4})\(|['"(]\s{0,4}(?:system|exec|passthru|shell_exec|assert)\s{0,4}['")]\s{0,4}\(|(?:chr\(\d{1,3}\)\.){2}/;
const PHP_VARIABLE =
  /\$\s{0,4}\{\s{0,4}[$'"]|\([^()]{0,24}\.[^()]{0,24}\([^()]{1,24}\)[^()]{0,24}\)\s{0,4}\(|\(\s{0,4}\[\s{0,4}\w{2,24}\s{0,4}\]\s{0,4}\[\s{0,4}\d{1,4}\s{0,4}\]\s{0,4}\)|\$_{3,}|[\]})]\s{0,4}\(\s{0,4}\d{1,4}\s{0,4}\)|\$[a-z_]\w{0,32}\s{0,4}(?:->\s{0,4}\w{1,32}\s{0,4})?\(/;

const CODE = new RegExp(
  [
    '__proto__',
    'constructor\\s{0,4}(?:\\.|\\[\\s{0,4}[\'"]?)\\s{0,4}prototype',
    '__js_function|_\\$\\$nd_func\\$\\$_',
    'process\\s{0,4}(?:\\.|\\[\\s{0,4}[\'"]?)\\s{0,4}(?:req|env|main|exit|binding|kill|dlopen|spawn)',
    'require\\s{0,4}\\(\\s{0,4}[\'"`]',
    'child_process|global\\.process|mainmodule',
    'new\\s{1,4}function\\s{0,4}\\(',
    '(?:while|until)\\s{0,4}\\([\\s(+!~-]{0,8}(?:(?:new\\s{1,4})?(?:[01]|true|false|null|undefined|nan|infinity|string|number|date|array|object|function)\\b|[{["\'])[^)]{0,16}\\)|for\\s{0,4}\\(\\s{0,4};[^;)]{0,8};\\s{0,4}\\)',
    '\\[["\']?(?:constructor|prototype|__proto__)["\']?\\]\\s{0,4}[[.=]|constructor\\.(?:constructor|_load|prototype|call|apply)|!!(?:python|ruby|perl|javax?)[/:.]',
    'constructor\\W{1,4}constructor|console\\.(?:log|info|error|debug)\\s{0,4}\\(|require\\s{0,4}\\[|require\\.(?:main|resolve|cache|extensions)\\b',
    '@\\{\\s{0,4}\\[|\\$env\\{',
    '\\bkernel\\.(?:exit|exec|system|spawn|open|fork|sleep)',
    '\\b(?:file|io|dir)\\.(?:read|open|write|popen|readlines|unlink|glob)\\s{0,4}[(\\s]\\s{0,4}[\'"]',
    'java\\.(?:lang|io|net|util|nio)\\.|javax\\.(?:script|naming|management)|getruntime|processbuilder',
    'class\\.module\\.classloader|#_memberaccess|xwork\\.methodaccessor|opensymphony',
    '__import__\\s{0,4}\\(|__globals__|__builtins__|__subclasses__|\\bsubprocess\\.(?:popen|call|run)|\\bos\\.(?:system|popen|exec\\w{1,3})\\s{0,4}\\(',
    '(?:^|[=&\\s"\'/])(?:ro0ab[a-z0-9+/]|aced0005)',
    '[{;][oc]:\\d{1,4}:"[\\w\\\\]{1,64}":\\d{1,4}:\\{|^[oc]:\\d{1,4}:"[\\w\\\\]{1,64}":\\d',
  ].join('|'),
);

const TEMPLATE = new RegExp(
  [
    '[$#*@]\\{[^}]{0,200}(?:\\d\\s{0,4}[*+]\\s{0,4}\\d|t\\(java|\\.class|application\\.|\\.getclass)',
    '@\\(\\s{0,4}\\d{1,8}\\s{0,4}[+*-]\\s{0,4}\\d',
    '<%=?[^%]{0,200}(?:\\d\\s{0,4}\\*\\s{0,4}\\d|system|file\\.|exec|runtime|response\\.)',
    '\\{%\\s{0,4}(?:if|for|import|include|set|raw|debug|extends)\\s',
    '<#(?:assign|list|if|include)\\s|freemarker\\.template|#set\\s{0,4}\\(\\s{0,4}\\$|__class__|_self\\.env|registerundefinedfilter',
  ].join('|'),
);

/** What stands between double braces when it is to be worked out, and not a placeholder. */
const EXPRESSION = /\d\s{0,4}[*+]\s{0,4}[\d'"]|__|config|self|request\.|constructor|['"]\s{0,4}[.|]|\w\([^)]{0,60}\)/;

/** PHP code or one of its functions called. Expects normalised, lower-case text of one value. */
export function looksLikePhp(value: string): boolean {
  if (PHP_TAG.test(value) || PHP_WORD.test(value)) return true;
  // Somebody who looks a function up writes `str_replace()` and nothing else.
  if (/^[a-z_0-9]{1,32}\(\)$/.test(value) && !/fsockopen|exec|system|passthru/.test(value)) return false;
  return PHP_CALL.test(value) || PHP_VARIABLE.test(value);
}

/** Code of another language, or an object that runs some when it is read back. */
export function looksLikeCode(text: string): boolean {
  return CODE.test(text);
}

/** An expression of a template engine. */
export function looksLikeTemplate(text: string): boolean {
  if (TEMPLATE.test(text)) return true;
  for (const [, body] of text.matchAll(/\{\{(?!\{)([^}]{1,200})\}/g)) if (EXPRESSION.test(body!)) return true;
  return false;
}
