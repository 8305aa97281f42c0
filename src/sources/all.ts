/** Every kind of source there is. A new one is added here. */
import { existsSync } from 'node:fs';
import type { z } from 'zod';
import type { SourceSettings } from './all-settings.ts';
import { createKafka } from './broker/kafka.ts';
import { createNats } from './broker/nats.ts';
import { createDocker } from './container/docker.ts';
import { createDockerFiles } from './container/docker-files.ts';
import { createKubernetes } from './container/kubernetes.ts';
import { isPattern } from './file/glob.ts';
import { createPattern } from './file/pattern.ts';
import { createTail } from './file/tail.ts';
import { createHttp } from './http/http.ts';
import { createJournald } from './journald.ts';
import { createCloudtrail } from './local/cloudtrail.ts';
import { createCommand } from './local/command.ts';
import { createSocket } from './local/socket.ts';
import { createStdin } from './local/stdin.ts';
import type { fileSettings } from './settings.ts';
import type { Source, SourceContext } from './source.ts';
import { createSyslog } from './syslog/syslog.ts';

/** Creates the source of the given settings. */
export function createSource(settings: SourceSettings, context: SourceContext): Source {
  switch (settings.type) {
    case 'file':
      return createFile(settings, context);
    case 'journald':
      return createJournald({ command: settings.command, units: settings.units }, context);
    case 'syslog':
      return createSyslog(settings, context);
    case 'docker-files':
      return createDockerFiles(settings, context);
    case 'docker':
      return createDocker(settings, context);
    case 'http':
      return createHttp(settings, context);
    case 'socket':
      return createSocket(settings, context);
    case 'command':
      return createCommand(settings, context);
    case 'stdin':
      return createStdin(settings, context);
    case 'cloudtrail':
      return createCloudtrail(settings, context);
    case 'nats':
      return createNats(settings, context);
    case 'kafka':
      return createKafka(settings, context);
    case 'kubernetes':
      return createKubernetes(settings, context);
  }
}

/** One file, or the files of a pattern. */
function createFile(settings: z.infer<typeof fileSettings>, context: SourceContext): Source {
  const { path, from, exclude, max_files } = settings;
  const common = { path, from, program: settings.program ?? null, timezone: settings.timezone ?? null };
  if (path === '-')
    return createStdin({ type: 'stdin', program: settings.program, timezone: settings.timezone }, context);
  if (!isPattern(path) || existsSync(path)) return createTail(common, context);
  return createPattern({ ...common, exclude: exclude ?? [], maxFiles: max_files ?? 1024 }, context);
}
