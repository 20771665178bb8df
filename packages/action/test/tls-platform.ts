import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Something that listens on loopback until it is disposed of. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** A key and a self-signed certificate for a name, in files. */
export interface Identity extends Disposable {
  readonly key: string;
  readonly cert: string;
  readonly certFile: string;
}

/** Makes a certificate with openssl, as Node cannot. */
export function createIdentity(name: string): Identity {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const form = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"];
  const files = ["-keyout", keyFile, "-out", certFile];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...form, ...subject, ...files], {
    stdio: "pipe",
  });
  return {
    key: readFileSync(keyFile, "utf8"),
    cert: readFileSync(certFile, "utf8"),
    certFile,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** An HTTPS server that hands everything to a platform. */
export function startTlsFront(identity: Identity, platformUrl: string): Promise<Listening> {
  const server = createHttpsServer(identity, (incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const onward = request(`${platformUrl}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  // A client that refuses the certificate is what one test is about.
  server.on("tlsClientError", () => {});
  return listen(server);
}

/** A proxy that takes every CONNECT to one port, and what it was asked. */
export async function startProxy(
  targetPort: number,
): Promise<Listening & { connects: { target: string; authorization: string | undefined }[] }> {
  const connects: { target: string; authorization: string | undefined }[] = [];
  const server = createHttpServer((_incoming, outgoing) => outgoing.writeHead(405).end());
  server.on("connect", ({ url = "", headers }, socket, head) => {
    connects.push({ target: url, authorization: headers["proxy-authorization"] });
    const onward = connect(targetPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => onward.destroy());
    socket.on("close", () => onward.destroy());
  });
  return Object.assign(await listen(server), { connects });
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Tunnels are not among the connections that an HTTP server closes by itself.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
