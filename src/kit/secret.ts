/** Secrets in a configuration: given directly, or better from a file or the environment. Never printed. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError, fail } from './errors.ts';

/** The setting's schema. */
export const secretSetting = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string() }),
  z.strictObject({ env: z.string() }),
]);

/** A secret as configured. */
export type Secret = z.infer<typeof secretSetting>;

/** The secret's value. Throws SECRET_MISSING. */
export function resolveSecret(secret: Secret): string {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    return (
      process.env[secret.env] ??
      fail('SECRET_MISSING', {
        message: `the environment variable ${secret.env} is not set`,
        hint: 'set it, or give the secret as {file: path}',
      })
    );
  }
  try {
    return readFileSync(secret.file, 'utf8').trim();
  } catch (cause) {
    return fail('SECRET_MISSING', {
      message: `cannot read the secret file ${secret.file}`,
      hint: 'it must exist and be readable by the user bekci runs as',
      cause,
    });
  }
}

/**
 * The secret's value for a call that is made now: one that is not there yet must not keep the guard from starting, and is looked for
 * again with the next try. Throws SECRET_MISSING, which may pass.
 */
export function secretNow(secret: Secret): string {
  try {
    return resolveSecret(secret);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, {
      message: error.message,
      ...(error.hint === null ? {} : { hint: error.hint }),
      retry: 'soon',
      cause: error.cause,
    });
  }
}
