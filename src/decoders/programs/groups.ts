/** Constant fields of kinds of messages that several programs share. */
import type { Fields } from '../../model/log-event.ts';

/** Traffic that an appliance let through, ended or otherwise noted. */
export const NETWORK: Fields = { 'event.category': 'network' };
/** Traffic that an appliance refused. */
export const DENIED: Fields = { 'event.category': 'network', 'event.action': 'denied', 'event.outcome': 'failure' };
/** A session that began or ended. */
export const SESSION: Fields = { 'event.category': 'session' };
/** The configuration was looked at or changed. */
export const CONFIGURATION: Fields = { 'event.category': 'configuration' };
/** A request to a web server or proxy. */
export const REQUEST: Fields = { 'event.category': 'web', 'event.action': 'http-request' };
/** A refused login. */
export const LOGIN_FAILED: Fields = {
  'event.category': 'authentication',
  'event.action': 'login',
  'event.outcome': 'failure',
};
/** A login that succeeded. */
export const LOGIN_OK: Fields = {
  'event.category': 'authentication',
  'event.action': 'login',
  'event.outcome': 'success',
};
