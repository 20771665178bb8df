import { forwardTo, startHttp } from "../../core/src/transport/connection/test-servers.fixture.ts";

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
  const forward = forwardTo(url);
  const times: number[] = [];
  let refused = 0;
  const server = await startHttp((incoming, answer) => {
    const now = performance.now();
    times.push(now);
    if (times.filter((at) => at > now - 1_000).length <= perSecond) {
      return forward(incoming, answer);
    }
    refused += 1;
    incoming.resume();
    answer.writeHead(429, { "content-type": "text/html" }).end(page);
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    times,
    get refused() {
      return refused;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
