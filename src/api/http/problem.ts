/** Faults as problem details (RFC 9457): a stable code, a status, what to do. */
import { AppError } from '../../kit/errors.ts';
import { SecondFactorError } from '../auth/second-factor.ts';

const STATUS: Readonly<Record<string, number>> = {
  API_INPUT: 400,
  STORE_CURSOR: 400,
  API_LOGIN: 401,
  API_SECOND_FACTOR: 401,
  API_SIGN_IN: 401,
  API_CROSS_SITE: 403,
  API_CSRF: 403,
  API_ROLE: 403,
  API_NOT_FOUND: 404,
  API_METHOD: 405,
  API_CONFLICT: 409,
  API_PASSKEY_PLACE: 409,
  MODEL_OFF: 409,
  API_TOO_LARGE: 413,
  API_MEDIA_TYPE: 415,
  API_HOST: 421,
  API_IDEMPOTENCY: 422,
  API_THROTTLED: 429,
  API_BUSY: 503,
};

/** One fault in something sent. */
export interface InputFault {
  readonly path: string;
  readonly message: string;
  readonly hint?: string | null;
  readonly line?: number | null;
  readonly column?: number | null;
  readonly code?: string;
}

/** Wrong input, with every fault in it. */
export class InputError extends AppError {
  readonly faults: readonly InputFault[];

  constructor(faults: readonly InputFault[]) {
    super('API_INPUT', { message: 'the request is not as it should be', hint: 'see `errors`' });
    this.faults = faults;
  }
}

/** The answer to a fault; null for what is no fault of the request and belongs into the log. */
export function problemOf(error: unknown): Response | null {
  if (!(error instanceof AppError)) return null;
  const status = STATUS[error.code];
  if (status === undefined) return null;
  const headers: Record<string, string> = {};
  if (typeof error.retry === 'object') headers['retry-after'] = String(Math.ceil(error.retry.afterMs / 1000));
  if (error.code === 'API_SIGN_IN') headers['www-authenticate'] = 'Bearer';
  return problem(
    status,
    error.code,
    error.message,
    {
      ...(error.hint === null ? {} : { hint: error.hint }),
      ...(error instanceof InputError ? { errors: error.faults } : {}),
      ...(error instanceof SecondFactorError ? { factors: error.factors } : {}),
    },
    headers,
  );
}

/** Problem details by hand. */
export function problem(
  status: number,
  code: string,
  title: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${JSON.stringify({ type: 'about:blank', title, status, code, ...more })}\n`, {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}
