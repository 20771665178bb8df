import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, request, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { holdPort, portOf } from "../../local/run/ports.ts";

/** A server on a free loopback port; closed with all its connections at the end of a test. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: Socket[];
}

/** Key and certificate of a server, in PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** Makes a self-signed certificate for names and for 127.0.0.1. */
export function createIdentity(...names: string[]): Identity {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const alternatives = [...names.map((name) => `DNS:${name}`), "IP:127.0.0.1"].join(",");
  try {
    execFileSync(
      "openssl",
      ["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"].concat(
        ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=test"],
        ["-addext", `subjectAltName=${alternatives}`, "-keyout", key, "-out", cert],
      ),
      { stdio: "pipe" },
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function start(server: Server): Promise<TestServer> {
  const connections: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    connections.push(socket);
    // A client under test may cut its end at any time.
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    connections,
    async [Symbol.asyncDispose]() {
      const end = new Promise((resolve) => server.close(resolve));
      for (const socket of connections) socket.destroy();
      await end;
    },
  };
}

/** Starts an HTTP server. */
export function startHttp(listener: RequestListener): Promise<TestServer> {
  return start(createHttpServer(listener));
}

/** Starts an HTTPS server. */
export function startHttps(identity: Identity, listener: RequestListener): Promise<TestServer> {
  const server = createHttpsServer(identity, listener);
  // A client that refuses the certificate is what some tests are about.
  server.on("tlsClientError", () => undefined);
  return start(server);
}

/** Starts a TCP server that does with a connection what the test says. */
export function startTcp(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return start(createTcpServer(onConnection));
}

/** Passes every request on to another server, and each answer back once `until` is over. */
export function forwardTo(url: string, until?: Promise<void>): RequestListener {
  return (incoming, answer) => {
    const { method, headers } = incoming;
    const onward = request(`${url}${incoming.url}`, { method, headers }, async (reply) => {
      await until;
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  };
}

/** Joins a connection to a port of loopback. */
export function joinTo(port: number, socket: Duplex): Socket {
  const onward = connect(port, "127.0.0.1");
  for (const end of [onward, socket]) end.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  socket.pipe(onward).pipe(socket);
  return onward;
}

/** A proxy that takes CONNECT alone. */
export interface ConnectProxy extends TestServer {
  /** What it was asked for. */
  readonly connects: { readonly target: string; readonly authorization: string | undefined }[];
}

/** Starts a proxy that joins every CONNECT to one port of loopback, whatever the name. */
export async function startConnectProxy(port: number): Promise<ConnectProxy> {
  const connects: ConnectProxy["connects"] = [];
  const server = createHttpServer((_incoming, answer) => answer.writeHead(405).end());
  server.on("connect", ({ url = "", headers }, socket, head) => {
    connects.push({ target: url, authorization: headers["proxy-authorization"] });
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    joinTo(port, socket).write(head);
  });
  return Object.assign(await start(server), { connects });
}

/** A port of loopback where nobody listens, and nobody will. */
export async function closedPort(): Promise<number> {
  const server = await startTcp(() => undefined);
  await holdPort(server.port, () => server[Symbol.asyncDispose]());
  return server.port;
}

/** Resolves when a connection is gone. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once("close", () => resolve());
  });
}

/** What a SOCKS 5 client asked for. */
export interface SocksRecord {
  readonly type: "address" | "name";
  readonly host: string;
  readonly port: number;
  readonly credentials: string | undefined;
}

/** A SOCKS 5 proxy that sends every connection to loopback and records what it was asked for. */
export interface SocksServer extends TestServer {
  readonly records: SocksRecord[];
}

/**
 * Starts a SOCKS 5 proxy (RFC 1928, 1929) that connects to 127.0.0.1 whatever the name.
 *
 * @param credentials - `user:password` the client must give; none by default.
 * @param reply - The reply code; another than 0 refuses.
 */
export async function startSocks(credentials?: string, reply = 0): Promise<SocksServer> {
  const records: SocksRecord[] = [];
  const server = await startTcp((socket) => {
    serveSocks(socket, records, credentials, reply).catch(() => socket.destroy());
  });
  return { ...server, records, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function serveSocks(
  socket: Socket,
  records: SocksRecord[],
  credentials: string | undefined,
  reply: number,
): Promise<void> {
  const read = async (size: number): Promise<Buffer> => {
    for (;;) {
      const bytes: Buffer | null = socket.read(size);
      if (bytes) return bytes;
      if (socket.readableEnded || socket.destroyed) throw new Error("ended");
      await new Promise((resolve) => socket.once("readable", resolve).once("close", resolve));
    }
  };
  const readByte = async () => (await read(1)).readUInt8();

  await read(1);
  await read(await readByte());
  socket.write(Buffer.from([5, credentials === undefined ? 0 : 2]));
  let given: string | undefined;
  if (credentials !== undefined) {
    await read(1);
    const user = await read(await readByte());
    given = `${user}:${await read(await readByte())}`;
    socket.write(Buffer.from([1, given === credentials ? 0 : 1]));
    if (given !== credentials) return;
  }
  await read(3);
  const isName = (await readByte()) === 3;
  const host = isName ? String(await read(await readByte())) : (await read(4)).join(".");
  const port = (await read(2)).readUInt16BE();
  records.push({ type: isName ? "name" : "address", host, port, credentials: given });
  socket.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
  if (reply !== 0) return;
  joinTo(port, socket);
}
