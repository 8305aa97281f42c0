/**
 * Leaves out what a library loads and nobody here uses: zod brings its messages in some fifty languages, a megabyte of a process that
 * lives for months. To be imported before anything else. What a person reads of wrong input comes from our own dictionary.
 */
import { registerHooks } from 'node:module';

const ALL = '../locales/index.js';
const ONE = '../locales/en.js';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== ALL || context.parentURL === undefined || !context.parentURL.includes('/zod/'))
      return next(specifier, context);
    return next(ONE, context);
  },
});
