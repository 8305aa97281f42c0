/** Does a value break out of a query that is not SQL (LDAP, MongoDB), out of a header, or into a server-side include? */

const LDAP =
  /\)\s{0,4}\(\s{0,4}[a-z]{2,30}\s{0,4}[=~<>]|[*)]\s{0,4}\(\s{0,4}[|&!]|\(\s{0,4}[|&!]\s{0,4}\(|objectclass\s{0,4}=|\)\s{0,4}[|&]\s{0,4}\([a-z]|^\*\)\)|\*\(\)\||\*\)\(|[a-z]:\d(?:\.\d{1,4}){2,10}:=/;
const NOSQL =
  /\[\s{0,2}\$(?:ne|eq|gte?|lte?|n?in|regex|where|exists|or|and|not|options|elemmatch|type)\s{0,2}\]|[{,]\s{0,4}['"]?\$(?:ne|eq|gte?|lte?|n?in|regex|where|exists|or|and|not)['"]?\s{0,4}:|\$where\s{0,4}[:=]|\bdb\.[\w.]{1,60}\.(?:find|insert|remove|drop|update|count|aggregate)\w{0,8}\s{0,4}\(|['"]\s{0,4};\s{0,4}return\s|new\s{1,4}date\s{0,4}\(\s{0,4}\)\s{0,4};\s{0,4}do\s{0,4}\{/;
const HEADER =
  /[\r\n]\s{0,8}(?:set-cookie|location|cookie2?|via|user-agent|referer|origin|authorization|cache-control|connection|accept(?:-[a-z]{3,12})?|forwarded|etag|vary|p3p|clear-site-data|strict-transport-security|content-(?:type|length|encoding|disposition)|remote-addr|host|refresh|transfer-encoding|status|link|access-control-[a-z-]{1,24}|x-[a-z-]{2,24})\s{0,4}:\s{0,4}\S|[\r\n]\s{0,4}http\/\d|[\r\n]\s{0,4}(?:quit|rcpt\s{1,4}to|mail\s{1,4}from|data\s{0,4}[\r\n]|helo\s|ehlo\s|auth\s{1,4}\w|apop\s{1,4}\S{1,64}\s{1,4}[0-9a-f]{32}|vrfy\s|expn\s|(?:rset|noop|uidl|starttls|stat)\s{0,4}(?:$|[\r\n])|help\s{1,4}\w{1,24}$|user\s{1,4}\S{1,64}[\r\n]{1,4}pass\s|[a-z]\d{1,4}\s{1,4}(?:capability|fetch|login|list|logout))|(?:^|[=\r\n])(?:get|post|head|put|options|connect|delete)\s{1,4}(?:\/|https?:\/\/)\S{0,200}\s{1,4}http\/\d/;
/** Without one of these there is neither a line end nor a second request. */
const HEADER_GATE = /[\r\n]|http\//;
const INCLUDE = /<!--\s{0,4}#\s{0,4}(?:exec|include|echo|config|printenv|fsize|flastmod|set)\b/;

/** A filter of a directory, closed and continued. Expects normalised, lower-case text of one value. */
export function looksLikeLdap(value: string): boolean {
  return LDAP.test(value);
}

/** An operator or a call of a document database. */
export function looksLikeNoSql(value: string): boolean {
  return NOSQL.test(value);
}

/** A line end with a header, a status line or a mail command behind it; in a path any line end. */
export function splitsHeader(target: string): boolean {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  return /[\r\n]/.test(path) || (HEADER_GATE.test(target) && HEADER.test(target));
}

/** A directive of server-side includes. */
export function looksLikeInclude(text: string): boolean {
  return INCLUDE.test(text);
}
