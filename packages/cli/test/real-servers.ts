import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "../../core/src/local/run/ports.ts";

const paths = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter);

function isInstalled(program: string): boolean {
  return paths.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why tests with real programs of this machine cannot run; undefined where they can. */
export function whyNot(...programs: readonly string[]): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length === 0 ? undefined : `needs ${missing.join(", ")}`;
}

/** A folder for the files of a server, which may run as another user. */
export function createFolder(): { dir: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), "qizhi-real-"));
  chmodSync(dir, 0o777);
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A server of this machine that listens on a port of loopback. */
export interface RealServer extends AsyncDisposable {
  readonly port: number;
}

/** Starts a program that stays in the foreground, and waits until its port is open. */
export async function startProgram(
  program: string,
  args: readonly string[],
  port: number,
): Promise<RealServer> {
  const child = spawn(program, args, {
    stdio: "ignore",
    detached: true,
    env: { ...process.env, PATH: paths.join(delimiter) },
  });
  const ended = once(child, "exit");
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!(await isOpen(port))) {
    if (isOver) throw new Error(`${program} ended before its port was open`);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      // With its helpers, which are in the same group.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await ended;
    },
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.on("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}

/** A squid that wants `me:right`, and knows `qz.platform.test` as this machine. */
export async function startSquid(dir: string): Promise<RealServer> {
  const port = await freePort();
  const hash = execFileSync("openssl", ["passwd", "-apr1", "right"], { encoding: "utf8" }).trim();
  writeFileSync(join(dir, "users"), `me:${hash}\n`);
  writeFileSync(join(dir, "hosts"), "127.0.0.1 qz.platform.test\n");
  const conf = `http_port 127.0.0.1:${port}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${dir}/users
auth_param basic children 1
acl known proxy_auth REQUIRED
acl denied dstdomain denied.test
http_access deny !known
http_access deny denied
http_access allow all
hosts_file ${dir}/hosts
access_log none
cache_log ${dir}/cache.log
pid_filename none
coredump_dir ${dir}
cache deny all
shutdown_lifetime 0 seconds
`;
  writeFileSync(join(dir, "squid.conf"), conf);
  return startProgram("squid", ["-N", "-f", join(dir, "squid.conf")], port);
}

/** A dante that wants a login of this machine. */
export async function startDante(dir: string): Promise<RealServer> {
  const port = await freePort();
  const conf = `logoutput: ${dir}/dante.log
internal: 127.0.0.1 port = ${port}
external: lo
socksmethod: username
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
`;
  writeFileSync(join(dir, "danted.conf"), conf);
  return startProgram("danted", ["-N", "1", "-f", join(dir, "danted.conf")], port);
}

/** A key and a certificate of {@link createAuthority}, in files. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A root of one's own; `issue` signs for a name and the days around today. */
export function createAuthority(dir: string) {
  const run = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const form = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  run("req", "-x509", ...form, "-subj", "/CN=Test Root", "-keyout", "root.key", "-out", "root.pem");
  const config = `[ca]
default_ca = own
[own]
new_certs_dir = .
database = index
serial = serial
unique_subject = no
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:$ENV::NAME
`;
  writeFileSync(join(dir, "ca.conf"), config);
  writeFileSync(join(dir, "index"), "");
  writeFileSync(join(dir, "serial"), "01");
  const dayOf = (days: number) =>
    `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`;
  return {
    root: join(dir, "root.pem"),
    issue(file: string, name: string, from = -1, until = 1): Certificate {
      run("req", ...form, "-subj", `/CN=${name}`, "-keyout", `${file}.key`, "-out", `${file}.csr`);
      const period = ["-startdate", dayOf(from), "-enddate", dayOf(until)];
      const files = ["-cert", "root.pem", "-keyfile", "root.key", "-in", `${file}.csr`];
      execFileSync(
        "openssl",
        [
          "ca",
          "-batch",
          "-notext",
          "-config",
          "ca.conf",
          ...files,
          ...period,
          "-out",
          `${file}.pem`,
        ],
        { cwd: dir, stdio: "pipe", env: { ...process.env, NAME: name } },
      );
      return { key: join(dir, `${file}.key`), cert: join(dir, `${file}.pem`) };
    },
  };
}

/** An nginx that speaks TLS and passes requests on to a platform. */
export async function startNginx(
  dir: string,
  { cert, key }: Certificate,
  platformUrl: string,
): Promise<RealServer> {
  const port = await freePort();
  const conf = `daemon off;
pid ${dir}/nginx-${port}.pid;
error_log ${dir}/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path ${dir};
  proxy_temp_path ${dir};
  server {
    listen 0.0.0.0:${port} ssl;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    location / { proxy_pass ${platformUrl}; }
  }
}
`;
  const file = join(dir, `nginx-${port}.conf`);
  writeFileSync(file, conf);
  return startProgram("nginx", ["-p", dir, "-c", file], port);
}
