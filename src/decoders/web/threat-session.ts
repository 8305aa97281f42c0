/** Is a session handed to somebody from another site, in the address? */

const SESSION =
  /[?&](?:phpsessid|aspsessionid\w{0,12}|asp\.net_sessionid|jsessionid|jsessionidsso|jwsession|cfid|cftoken|jservsession\w{0,4}|weblogicsession|rack\.session|_rails_session|laravel_session|ci_session|connect\.sid|sails\.sid|koa[.:]sess(?:\.sig)?|play_session|symfony|sessionid|session_id|sess_id|sid|phpsessionid|__(?:host|secure)-[\w.-]{0,24}session[\w-]{0,12}|next-auth\.session-token|shiny-token|viewstate_session|wordpress_logged_in\w{0,40}|frontend_session|sessid|django_session|flask_session|express[.:]sess|ory_kratos_session|authjs\.session-token)=/i;
const HOST = /^https?:\/\/([^/?#@\s]{1,255})/i;

/** Whether a target names a session in its query. */
export function namesSession(sent: string): boolean {
  return sent.includes('=') && SESSION.test(sent);
}

/**
 * Of a request that names a session: whether another site linked to it. A site that keeps sessions in its addresses links to
 * itself with them, so its own referrer carries one too, or names the same host when the log tells it.
 */
export function fixesSession(referrer: string | undefined, domain: string | undefined): boolean {
  if (referrer === undefined || SESSION.test(referrer)) return false;
  const from = HOST.exec(referrer)?.[1];
  if (from === undefined) return false;
  return domain === undefined || bare(domain) !== bare(from);
}

function bare(host: string): string {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  return name.startsWith('www.') ? name.slice(4) : name;
}
