/** The few calls of the Docker Engine API that are needed, over its Unix socket; Podman speaks the same. */
import { type IncomingMessage, request } from 'node:http';
import { fail } from '../../kit/errors.ts';

const ANSWER_MS = 10_000;
const MAX_ANSWER = 16 * 1024 * 1024;

/** Asks and gives the answer's body as it comes. Rejects with what is wrong, in words. */
export function openStream(socket: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const wrong = (cause: unknown): void => reject(new Error(whyNot(socket, cause), { cause }));
    const asked = request({ socketPath: socket, path, headers: { host: 'docker' }, signal }, (answer) => {
      clearTimeout(timer);
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        resolve(answer);
        return;
      }
      answer.destroy();
      reject(new Error(`${socket} answers ${status} to ${path.split('?')[0]}`));
    });
    const timer = setTimeout(() => asked.destroy(new Error('no answer in ten seconds')), ANSWER_MS);
    asked.on('error', (error) => {
      clearTimeout(timer);
      wrong(error);
    });
    asked.end();
  });
}

/** Asks and parses the whole answer. */
export async function askJson(socket: string, path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await openStream(socket, path, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) fail('DOCKER_ANSWER', { message: `${socket} answers more than 16 MiB to ${path}` });
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function whyNot(socket: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${socket} is not there (yet)`;
  if (code === 'EACCES') return `no permission to use ${socket}: add this user to the group docker, or run as root`;
  if (code === 'ECONNREFUSED') return `nobody listens at ${socket}`;
  return `${socket}: ${message}`;
}
