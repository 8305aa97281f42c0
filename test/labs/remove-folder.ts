/** Takes a test's folder away, also while a program that was told to end still writes its last file into it. */
import { rmSync } from 'node:fs';

/**
 * Removes a folder with all it holds; nothing if it is not there. A process that was just killed (a container's monitor,
 * a server, a database) may make a file between reading the folder and removing it, which the system answers with
 * ENOTEMPTY: tried again ten times within about five seconds.
 */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
