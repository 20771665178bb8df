import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { createServer, request } from "node:http";

/** A gateway in front of a platform that refuses what is too much. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** When each request came, on `performance.now()`. */
  readonly times: readonly number[];
  /** How many requests it has refused. */
  readonly refused: number;
}

const page = "<html><head><title>429 Too Many Requests</title></head><body>apisix</body></html>";

/**
 * Starts a gateway that answers 429 to every request beyond `perSecond` in the second before it, also when
 * those were refused themselves.
 */
export async function openGateway(url: string, perSecond: number): Promise<Gateway> {
  const target = new URL(url);
  const times: number[] = [];
  let refused = 0;
  const server = createServer((incoming, answer) => {
    const now = performance.now();
    times.push(now);
    if (times.filter((at) => at > now - 1_000).length > perSecond) {
      refused += 1;
      incoming.resume();
      answer.writeHead(429, { "content-type": "text/html" }).end(page);
      return;
    }
    const { hostname: host, port } = target;
    const { method, url: path, headers } = incoming;
    const onward = request({ host, port, method, path, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    times,
    get refused() {
      return refused;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
