/** What is wrong with a configuration; apart from the loader, so that the command line can name it without loading every component. */
import { AppError } from '../kit/errors.ts';

/** Several faults at once. */
export class ConfigError extends AppError {
  readonly all: readonly AppError[];

  constructor(all: readonly AppError[]) {
    const first = all[0]!;
    super(first.code, {
      message: first.message,
      ...(first.hint === null ? {} : { hint: first.hint }),
      ...(first.at === null ? {} : { at: first.at }),
    });
    this.all = all;
  }
}
