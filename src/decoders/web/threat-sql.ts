/** Does a parameter value read like a piece of SQL that breaks out of its place? Works on tokens' order, not on lone words. */

const GATE =
  /['"`;()=*@^]|--|#|union|select|\sfrom\s|(?:^|\s)(?:or|and|xor)\s|\shaving\s|\sorder\s|sleep|benchmark|waitfor/;

const FUNCTIONS =
  /(?:^|[^a-z0-9_])(?:sleep|pg_sleep|benchmark|extractvalue|updatexml|load_file|group_concat|concat_ws|char_length|dbms_pipe\.receive_message|dbms_lock\.sleep|utl_inaddr\.get_host_address|utl_http\.request|ctxsys\.drithsx\.sn|xp_cmdshell|randomblob|make_set|elt|exp|row_count|version|database|current_user|user|substring|substr|ascii|hex|unhex|char|chr|cast|convert|ord|mid|if|ifnull|coalesce|generate_series|regexp_substring|json_keys|gtid_subset|procedure analyse|crypt_key|like\()\s{0,8}\(/;
const UNMISTAKABLE_FUNCTIONS =
  /(?:^|[^a-z0-9_])(?:pg_sleep|sleep\s{0,4}\(\s{0,4}[\d(]|benchmark\s{0,4}\(\s{0,4}\d|extractvalue\s{0,4}\(|updatexml\s{0,4}\(|load_file\s{0,4}\(|group_concat\s{0,4}\(|dbms_pipe\.receive_message|dbms_lock\.sleep|utl_inaddr\.|utl_http\.|ctxsys\.drithsx|xp_cmdshell|xp_dirtree|sp_executesql|sp_password|randomblob\s{0,4}\(|procedure\s{1,8}analyse\s{0,4}\(|generate_series\s{0,4}\(|regexp_substring\s{0,4}\(|information_schema|sysobjects|syscolumns|sysusers|sqlite_master|pg_catalog|pg_shadow|all_tables|user_tables|rdb\$|msysaccessobjects|@@version|@@datadir|@@hostname|mysql\.user|master\.\.|sysibm\.|from\s{1,8}dual)/;
const UNION =
  /(?:^|[^a-z0-9_])union\s{1,16}(?:all[\s(]{1,8}|distinct[\s(]{1,8})?[(\s]{0,8}select[\s(+]{0,16}(?:-?\d|null|['"`@*~!#%$[{,)&]|0x|char|concat|top\s|distinct|case\s|[a-z_$][\w$.]{0,64}\s{0,8}(?:[,();+|=-]|from\s|into\s|where\s|as\s|#)|$)|(?:^|[^a-z0-9_])union\s{0,8}(?:all\s{0,8})?\(\s{0,8}select/;
const SELECT = /(?:^|[^a-z0-9_])select\s{1,16}.{0,300}?\s(?:from|into)\s/;
const SUBSELECT = /\(\s{0,8}select(?:\s|\(|\*)/;
const STACKED =
  /[;)]\s{0,16}(?:select|insert|update|delete|drop|create|alter|exec|execute|declare|waitfor|shutdown|truncate|begin|if|grant)\s{1,8}[\w@([*'"]/;
const STATEMENTS =
  /(?:^|[^a-z0-9_])(?:insert\s{1,8}into\s{1,8}[\w."`[\]]{1,64}\s{0,8}(?:\(|values|select)|delete\s{1,8}from\s{1,8}\w|drop\s{1,8}(?:table|database|view|index|column|user)\s{1,8}[\w'"`]|alter\s{1,8}table\s{1,8}\w|update\s{1,8}\w{1,64}\s{1,8}set\s{1,8}\w|create\s{1,8}(?:table|user|function|database)\s{1,8}\w|exec(?:ute)?\s{1,8}(?:immediate|sp_|xp_|master)|waitfor\s{1,8}(?:delay|time)\s|truncate\s{1,8}table\s|declare\s{1,8}@\w|having\s{1,8}['"\d(]|order\s{1,8}by\s{1,8}\d{1,4}(?:\s{0,4}(?:--|#|$|,|\/\*)|\s)|group\s{1,8}by\s{1,8}[\w.(]{1,64}\s{1,8}having|into\s{1,8}(?:outfile|dumpfile)\s|rlike\s{0,8}\(|load\s{1,8}data\s{1,8}(?:local\s{1,8})?infile)/;
/** A comparison of constants behind a connective: `or 1=1`, `and 'a'='a`, `or true`, `|| 1`, `or not 3=4`. */
const TAUTOLOGY =
  /(?:^|[\s'"`)\d])(?:or|and|xor|\|\||&&|having|where|rlike|div|not)\s{0,8}(?:not\s{1,8}|!)?[\s('"`]{0,8}(?:-?\d{1,12}|['"`][^'"`]{0,40}['"`]?|[a-z]{1,8}|true|false|null|0x[0-9a-f]{1,16})[\s)'"`]{0,8}(?:=|<>|!=|<=?|>=?|like|rlike|regexp|is|in|between|<=>)\s{0,8}[('"`\s]{0,4}(?:-?\d|['"`%]|true|null|0x|[a-z]{1,8}['"`)\s]|not\s)/;
const BARE_LOGIC =
  /['"`)]\s{0,8}(?:or|and|xor|\|\||&&)\s{0,8}(?:['"`(\s]{0,4})(?:\d{1,12}|true|false|not|exists|sleep|['"`])(?:[^a-z0-9]|$)/;
/** A quote, then an end of statement: `admin'--`, `x'#`, `1';`, `') -- `. */
const CUT_OFF = /['"`][\s)]{0,8}(?:--(?:[\s\-+]|$)|#\s{0,8}$|;\s{0,8}(?:--|#|$)|\/\*)/;
const NUMBER_CUT_OFF = /^-?\d{1,12}[\s)'"]{0,8}(?:--\s{0,4}[-+]?$|;\s{0,4}--)/;
const CONCATENATION = /['"`]\s{0,8}(?:\|\||\+)\s{0,8}(?:\(|['"`]|chr\s{0,4}\(|char\s{0,4}\(|select|cast\s{0,4}\()/;
const QUOTE_COMPARE = /['"`]\s{0,8}(?:=|<>|!=|<=>|like|rlike|regexp|between|in|is)\s{0,8}(?:['"`(]|null|not)/;
const CONDITION_CALL =
  /(?:^|[\s'"`)(,])(?:and|or|xor|\|\||&&|case\s{1,8}when|if\s{0,4}\(|when|then|iif\s{0,4}\()[\s('"!~-]{0,16}(?:exists|ascii|ord|length|substr|substring|mid|char|chr|cast|convert|ifnull|version|user|database|count|elt|make_set|row|exp|like|not\s{1,4}exists|hex|strcmp|updatexml|extractvalue|sleep|benchmark|select|instr|left|right|lower)\s{0,4}\(/;
/** A value that begins with the connective: it continues somebody's statement. */
const CONTINUED =
  /^[\s)]{0,8}(?:or|and|xor|\|\||&&)\s{1,8}(?:not\s{1,4})?[\w@'"(.!]{1,40}\s{0,4}(?:=|!=|<>|<|>|\slike\s|\sbetween\s|\sis\s)\s{0,4}[\w@'"(%-]|^[\s)]{0,8}(?:or|and)\s{1,8}(?:not\s{1,4})?(?:\d{1,12}|true|false)\s{0,4}(?:--|#|\/\*)|^[\s)]{0,8}(?:or|and)\s{1,8}\w{2,16}\s{0,4}\([^)]{0,40}\)/;
/** A function that chooses, with a comparison of numbers in it. */
const CHOICE =
  /(?:^|[\s;,)('"=])(?:iif|if|make_set|elt|row|nullif|decode|case)\s{0,4}\(\s{0,4}-?\d{1,12}\s{0,4}(?:=|<|>|!=|like)/;
const VARIABLE = /@@[a-z_]{4,}/;
const QUOTE_PROBE =
  /^[\w-]{0,12}(?:'[a-z0-9]{0,2}"\d|"[a-z0-9]{0,2}'\d)|['"]\s{0,4}!=\s{0,4}\d|['"}\]]\s{0,4}(?:@>|<@|::json)|\)\s{0,4}::(?:int|jsonb?|bool|text)\b|\(select\*from\(|\bunion\s{1,4}distinctrow\s/;
const STARTED =
  /^[\s('"]{0,8}(?:select\s{1,4}[\w@.]{1,40}\s{0,4}\(|union\s{1,4}(?:all\s{1,4}|distinct\s{1,4})?select\s{0,4}(?:$|[\d*@('"n])|(?:delete|insert)\s{1,4}(?:from|into)\s{1,4}\w{1,40}\s{0,4}(?:;|where\s|\(|values)|drop\s{1,4}(?:table|database)\s{1,4}\w)/;
const CASE_WHEN = /(?:^|[^a-z])case\s{1,8}when\s.{1,200}\sthen\s/;

/** True when it reads like injected SQL. Expects normalised, lower-case text. */
export function looksLikeSql(value: string): boolean {
  if (value.length < 4 || !GATE.test(value)) return false;
  const text = value.length > 4096 ? value.slice(0, 4096) : value;
  if (UNION.test(text) || UNMISTAKABLE_FUNCTIONS.test(text) || STATEMENTS.test(text) || SUBSELECT.test(text))
    return true;
  if (CONTINUED.test(text) || CHOICE.test(text) || VARIABLE.test(text) || QUOTE_PROBE.test(text) || STARTED.test(text))
    return true;
  if (STACKED.test(text) || CONDITION_CALL.test(text) || CASE_WHEN.test(text)) return true;
  if (SELECT.test(text) && /['"`*(;,=@]|\d/.test(text)) return true;
  if (TAUTOLOGY.test(text) && /['"`=<>()]|like|regexp/.test(text) && comparesConstants(text)) return true;
  if (BARE_LOGIC.test(text) || CUT_OFF.test(text) || NUMBER_CUT_OFF.test(text) || CONCATENATION.test(text))
    return !isProse(text);
  if (QUOTE_COMPARE.test(text)) return !isProse(text);
  return (
    FUNCTIONS.test(text) &&
    /['"`)]\s{0,8}(?:and|or|,|=|<|>|\+|\|\||;)/.test(text) &&
    /(?:^|[^a-z])(?:select|and|or|from|where|having|order|union|null)(?:[^a-z]|$)/.test(text)
  );
}

/** `or 1=1`, `and x=x`, `or true`: a comparison that says nothing. */
const POINTLESS =
  /(?:^|[\s\d)])(?:or|and|xor|\|\||&&|having|where|rlike|div|not)\s{0,8}(?:not\s{1,8}|!)?\s{0,8}(?:(?:-?\d{1,12}|0x[0-9a-f]{1,16}|true|false|null)\s{0,8}(?:(?:=|<>|!=|<=?|>=?)\s{0,8}(?:-?\d|0x|true|false|null|not\s)|like\s|rlike\s|regexp\s|is\s|in\s|between\s)|([a-z]\w{0,15})\s{0,8}(?:=|<>|!=|<=?|>=?|like|rlike|regexp)\s{0,8}\1(?!\w))/;

/** The words around `or`/`and` must be constants: `1=1`, `'a'='a'`, `x=x`, not `this is`. */
function comparesConstants(text: string): boolean {
  // A filter such as `price < 10 and stock > 3` compares too; without a quote, a comment or a call it must say nothing.
  if (!/['"`#;()]|--|\/\*/.test(text) && !POINTLESS.test(text)) return false;
  return /(?:or|and|xor|\|\||&&|where|having|rlike|div|not)[\s('"`!]{1,16}(?:not\s{1,4})?[\s('"`]{0,8}(?:-?\d{1,12}|0x[0-9a-f]{1,16}|true|null|['"`]?[a-z0-9]{0,32}['"`]|([a-z]{1,8}))[\s)'"`]{0,8}(?:=|<>|!=|<|>|\slike\s|\srlike\s|\sregexp\s|\sis\s|\sin\s{0,4}\(|\sbetween\s)\s{0,8}[('"`\s]{0,4}(?:-?\d|['"`%]|true|null|0x|\1['"`)\s]?)/.test(
    text,
  );
}

/** Apostrophes of natural language: `it's`, `rock 'n' roll`. */
function isProse(text: string): boolean {
  return /^[a-z]+'[a-z]{1,2}(?:\s[a-z]+){0,12}[.?!]?$/.test(text);
}
