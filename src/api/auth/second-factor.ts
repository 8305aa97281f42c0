/** What is asked for besides a right password. */
import { AppError } from '../../kit/errors.ts';

/** What may stand beside a password. */
export type Factor = 'totp' | 'passkey';
/** The password was right, and one of these is needed besides. */
export class SecondFactorError extends AppError {
  readonly factors: readonly Factor[];

  constructor(factors: readonly Factor[]) {
    super('API_SECOND_FACTOR', { message: 'the second factor is needed' });
    this.factors = factors;
  }
}
