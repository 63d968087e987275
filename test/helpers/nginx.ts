import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, httpCall } from './http-call.ts';
import { unusedUrl } from './local-server.ts';
import { childrenOf } from './process-cpu.ts';

export interface Nginx {
  readonly version: string;
  readonly url: URL;
  /** The one worker. */
  readonly pid: number;
  stop(): void;
}

/** nginx as a proxy without buffers and with one worker, for comparisons; null where it is not installed. */
export async function startNginx(upstream: URL): Promise<Nginx | null> {
  const { stderr, error } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  if (error !== undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'reprise-nginx-'));
  const url = await unusedUrl();
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; master_process on; worker_processes 1; user root; pid ${folder}/pid; error_log ${folder}/error;
     events { worker_connections 8192; }
     http {
       access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
       uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
       upstream u { server ${upstream.host}; keepalive 1024; }
       server {
         listen ${url.host} backlog=4096;
         location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
       }
     }`,
  );
  const child: ChildProcess = spawn('nginx', ['-p', folder, '-c', config], { stdio: 'inherit' });
  const stop = (): void => {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', stop);
  await eventually(() =>
    httpCall(new URL('/?chunks=1', url), '{}').then(
      () => true,
      () => false,
    ),
  );
  const [pid = 0] = childrenOf(child.pid ?? 0);
  return { version: stderr.trim().replace('nginx version: ', ''), url, pid, stop };
}
