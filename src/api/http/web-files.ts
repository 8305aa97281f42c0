/** The built dashboard's files. They are listed once, so that no path a visitor writes ever meets the file system. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const MAX_FILES = 2000;
const BARE_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bekçi</title>
<h1>Bekçi</h1><p>The dashboard is not part of this installation. The API is below <a href="/api/v1/openapi.json">/api/v1</a>;
<code>bekci status</code> and <code>bekci why</code> tell the same on the command line.</p></html>
`;

interface WebFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer> | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Files by path. */
export interface WebFiles {
  /** The file, or null: the dashboard's pages are told apart behind the `#`, so it has one address. */
  answer(request: Request): Response | null;
}

/** The files below a folder, read when first asked for. */
export function createWebFiles(root: string): WebFiles {
  const paths = new Map<string, string>();
  const read = new Map<string, WebFile>();
  if (existsSync(root))
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).slice(0, MAX_FILES))
      if (statSync(join(root, name)).isFile()) paths.set(`/${name}`, join(root, name));

  function fileOf(path: string): WebFile | null {
    const known = read.get(path);
    if (known !== undefined) return known;
    const found = paths.get(path);
    if (found === undefined) return null;
    const file = makeFile(path, new Uint8Array(readFileSync(found)));
    read.set(path, file);
    return file;
  }

  return {
    answer(request) {
      const path = new URL(request.url).pathname;
      const file = fileOf(path === '/' ? '/index.html' : path);
      if (file !== null) return send(file, request);
      return path === '/' ? new Response(BARE_PAGE, { headers: { 'content-type': 'text/html; charset=utf-8' } }) : null;
    },
  };
}

function makeFile(path: string, bytes: Uint8Array<ArrayBuffer>): WebFile {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const packs = /^(?:text|image\/svg|application\/(?:json|manifest))/.test(type) && bytes.length > 1024;
  return {
    bytes,
    zipped: packs ? new Uint8Array(gzipSync(bytes)) : null,
    headers: {
      'content-type': type,
      etag: `"${createHash('sha1').update(bytes).digest('base64url')}"`,
      vary: 'accept-encoding',
      // Names under /assets/ change with their content.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  };
}

function send(file: WebFile, request: Request): Response {
  if (request.headers.get('if-none-match') === file.headers.etag)
    return new Response(null, { status: 304, headers: file.headers });
  if (file.zipped !== null && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? ''))
    return new Response(file.zipped, { headers: { ...file.headers, 'content-encoding': 'gzip' } });
  return new Response(file.bytes, { headers: file.headers });
}
