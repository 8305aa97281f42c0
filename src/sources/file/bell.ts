/** Tells when a followed file may have changed. */
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Rings when the file or its folder changes; a poll covers file systems that send no notice. */
export function createBell(path: string, signal: AbortSignal): { wait(ms: number): Promise<void>; close(): void } {
  let rung = false;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  const name = basename(path);
  let watcher: ReturnType<typeof watch> | null = null;
  try {
    watcher = watch(dirname(path), (_, changed) => {
      if (changed === null || changed === name) ring();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null;
  }
  signal.addEventListener('abort', ring);
  return {
    async wait(ms) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = null;
      rung = false;
    },
    close() {
      watcher?.close();
      signal.removeEventListener('abort', ring);
    },
  };
}
