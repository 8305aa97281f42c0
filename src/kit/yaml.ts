/**
 * The YAML library, loaded when something is first read with it: rules that come with the program were parsed before, and commands that
 * read no other file start a good deal sooner without its eighty modules.
 */
import { createRequire } from 'node:module';

type Yaml = typeof import('yaml');

const require = createRequire(import.meta.url);
let loaded: Yaml | undefined;

/** The library. */
export function yaml(): Yaml {
  loaded ??= require('yaml') as Yaml;
  return loaded;
}
