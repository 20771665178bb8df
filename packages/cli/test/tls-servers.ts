import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createHttpServer, request } from "node:http";
import type { RequestListener, Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Server as HttpsServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A server on a free loopback port. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
}

/** Key and self-signed certificate in PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** Makes a certificate for a name and for 127.0.0.1. */
export async function createIdentity(name: string): Promise<Identity> {
  const folder = await mkdtemp(join(tmpdir(), "qizhi-identity-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const form = ["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-subj", "/CN=test"];
  const curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const names = ["-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`];
  await promisify(execFile)("openssl", [...form, ...curve, ...names, "-keyout", key, "-out", cert]);
  const identity = { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
  await rm(folder, { recursive: true });
  return identity;
}

/** Passes every request on to a platform, over TLS to the client. */
export function startTlsFront(
  identity: Identity,
  url: string,
  onRequest: () => void = () => {},
): Promise<TestServer> {
  const server = createHttpsServer(identity, (incoming, answer) => {
    onRequest();
    const { method, headers } = incoming;
    const outgoing = request(`${url}${incoming.url}`, { method, headers }, (upstream) => {
      answer.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(answer);
    });
    incoming.pipe(outgoing);
  });
  // A client that refuses the certificate is what some tests are about.
  server.on("tlsClientError", () => {});
  return listen(server);
}

/** A proxy that takes CONNECT for any name to one port of loopback. */
export function startConnectProxy(
  port: number,
  onConnect: (authority: string, authorization: string | undefined) => void,
): Promise<TestServer> {
  const server = createHttpServer();
  server.on("connect", (incoming, socket, head) => {
    onConnect(incoming.url ?? "", incoming.headers["proxy-authorization"]);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  return listen(server);
}

/** An HTTP server. */
export function startHttp(listener: RequestListener): Promise<TestServer> {
  return listen(createHttpServer(listener));
}

async function listen(server: HttpServer | HttpsServer): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      const end = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await end;
    },
  };
}
