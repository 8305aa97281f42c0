/** Does a parameter value carry script into a page? */

const GATE = /[<>'"`(:=[]/;
const TAGS =
  /<\s{0,4}\/?\s{0,4}(?:script|iframe|object|embed|applet|svg|math|meta|base|style|link|body|html|form|isindex|xss|marquee|bgsound|frameset|layer|template|noscript|video|audio|details|animate|set|image|img|input|button|textarea|keygen|select|table|div|a|b|p|x|title|xml|plaintext|listing|comment|var|custom|math|foreignobject|picture|source|dialog|animatetransform|animatemotion)(?:[\s/>"'=]|$)/;
const HARD_TAGS =
  /<\s{0,4}\/?\s{0,4}(?:script|iframe|object|embed|applet|svg|meta|base|style|link|isindex|xss|marquee|bgsound|frameset|layer|plaintext)(?:[\s/>"'=:]|$)/;
const HANDLER = /(?:^|[\s"'`/<>;\x0b\x0c,&%!])on(?:[a-z]{3,24})\s{0,8}=\s{0,8}[^&=]/;
const KNOWN_HANDLER =
  /(?:^|[^a-z0-9_])on(?:error|load|click|dblclick|mouse\w{2,8}|focus(?:in|out)?|blur|key\w{2,8}|submit|reset|change|select\w{0,8}|input|toggle|wheel|drag\w{0,8}|drop|copy|cut|paste|scroll\w{0,8}|resize|abort|unload|beforeunload|begin|end|start|finish|bounce|animation\w{2,16}|transition\w{2,16}|pointer\w{2,16}|touch\w{2,8}|hashchange|message\w{0,8}|pageshow|pagehide|popstate|storage|readystatechange|propertychange|canplay\w{0,16}|play\w{0,8}|ended|loadstart|loadeddata|loadedmetadata|progress|search|show|invalid|contextmenu|afterprint|beforeprint|beforeinput|auxclick|cuechange|durationchange|emptied|seeked|seeking|stalled|suspend|timeupdate|volumechange|waiting|fullscreenchange|activate|beforeactivate|repeat|rowexit|cellchange|filterchange|move\w{0,8}|help)\s{0,8}=/;
const URL_SCRIPT =
  /(?:j\s{0,4}a\s{0,4}v\s{0,4}a\s{0,4}s\s{0,4}c\s{0,4}r\s{0,4}i\s{0,4}p\s{0,4}t|vbscript|livescript|mocha|jscript)\s{0,4}:\s{0,8}[^\s,.]/;
const DATA_URL = /data:(?:text\/(?:html|xml|javascript)|image\/svg\+?\s?xml|application\/(?:x-)?javascript)/;
const CALLS =
  /(?:^|[^a-z0-9_.])(?:alert|confirm|prompt|eval|settimeout|setinterval|function|msgbox|import)\s{0,8}[(`]|document\s{0,4}\.\s{0,4}(?:cookie|write|location|domain|body|createelement)|window\s{0,4}\.\s{0,4}(?:location|open|name|onerror)|string\.fromcharcode|innerhtml|\.constructor\s{0,4}[(`]|top\[|self\[|this\[|fetch\s{0,4}\(\s{0,4}['"`/]|xmlhttprequest|localstorage\.|location\s{0,4}[=.]|expression\s{0,4}\(|-moz-binding|@import|srcdoc\s{0,4}=|formaction\s{0,4}=|xlink:href/;
/** A tag with any attribute, or one behind a quote that was closed for it. */
const MARKUP =
  /<[a-z][\w:.-]{0,32}[\s/][^<>]{0,300}=|['"`]\s{0,4}>\s{0,8}<\/?[a-z!]|<\?import|<!\[endif|<[\s"'/]{0,6}\/(?:title|textarea|noscript)/;
const FUNCTION_NAMED =
  /[=:,[{]\s{0,4}['"]?(?:alert|confirm|prompt|eval)['"]?\s{0,4}(?:[\])};]|$)|[([]\s{0,4}(?:alert|confirm|prompt)\s{0,4}[)\]]\s{0,4}[)(`]|(?:alert|confirm|prompt|eval)\.(?:call|apply|bind)\s{0,4}[(`]|\.(?:find|map|foreach|some|every|filter|replace|sort)\s{0,4}\(\s{0,4}(?:alert|confirm|prompt|eval)\)|['"]constructor['"]\]\s{0,4}[[(]|navigator\.[a-z]{3,16}\(|document\.(?:getelement|__|forms|referrer|scripts)|innerhtml\s{0,4}=/;
/** Nothing but the characters in which a script can be written without letters. */
const LETTERLESS = /^[\s[\](){}!+$_~,;:=\\"'.<>^|&*-]{24,}$|(?:\[\]|\{\}|!\[\])[+[(]{1,3}(?:\[\]|!\[\]|\{\}|!!\[\])/;
const BREAKOUT =
  /['"`>)}\]]\s{0,8}[;,+\-*|&^]{0,3}\s{0,8}(?:alert|confirm|prompt|eval|document|window|fetch|import|top|self|this|location)\s{0,4}[(.`[=]/;

/** True when it reads like script or active markup. Expects normalised, lower-case text. */
export function looksLikeScript(value: string): boolean {
  if (value.length < 6 || !GATE.test(value)) return false;
  const text = value.length > 4096 ? value.slice(0, 4096) : value;
  const open = text.indexOf('<');
  if (open >= 0) {
    if (HARD_TAGS.test(text)) return true;
    if (
      TAGS.test(text) &&
      (HANDLER.test(text) ||
        CALLS.test(text) ||
        /(?:href|src|action|style|background|dynsrc|lowsrc|poster|data|values|to)\s{0,4}=/.test(text))
    )
      return true;
    if (KNOWN_HANDLER.test(text) || /<[a-z!?][^>]{0,300}\son[a-z]{3,24}\s{0,8}=/.test(text)) return true;
    if (MARKUP.test(text)) return true;
    if (text.startsWith('<!--') || text.includes('<![cdata[') || text.includes('<!doctype') || text.includes('<?xml'))
      return CALLS.test(text) || TAGS.test(text);
  }
  if (URL_SCRIPT.test(text) || DATA_URL.test(text) || FUNCTION_NAMED.test(text) || LETTERLESS.test(text)) return true;
  if (KNOWN_HANDLER.test(text) && /['"`>\s/]on/.test(text))
    return CALLS.test(text) || /['"`]\s{0,8}[\s/]?on/.test(text);
  return (
    CALLS.test(text) &&
    (BREAKOUT.test(text) ||
      /(?:alert|confirm|prompt|eval|msgbox)\s{0,4}[(`]\s{0,4}[^\s)]{0,200}[)`]/.test(text) ||
      /document\s{0,4}\.\s{0,4}(?:cookie|write|location)/.test(text) ||
      /string\.fromcharcode\s{0,4}\(/.test(text))
  );
}
