import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

/** A key and a certificate for `localhost` that no authority signed, PEM, made by openssl; good for a day. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const folder = tempFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1';
  const name = '-subj /CN=localhost -addext subjectAltName=DNS:localhost';
  execFileSync('openssl', `${kind} ${name} -keyout ${key} -out ${cert}`.split(' '), { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}
