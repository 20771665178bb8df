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

/** A gateway in front of a platform that keeps answers back. */
export interface HoldingGateway extends AsyncDisposable {
  readonly url: string;
  /** Lets go of all answers. */
  release(): void;
}

/** Starts a gateway that passes every request on at once, and holds the answers of some until it is told to release them. */
export async function openHoldingGateway(
  url: string,
  isHeld: (operation: string) => boolean,
): Promise<HoldingGateway> {
  const moment: { release?: () => void } = {};
  const released = new Promise<void>((resolve) => (moment.release = resolve));
  const [forward, hold] = [forwardTo(url), forwardTo(url, released)];
  const server = await startHttp((incoming, answer) => {
    const operation = incoming.url?.split("/").at(-1) ?? "";
    return isHeld(operation) ? hold(incoming, answer) : forward(incoming, answer);
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    release: () => moment.release?.(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
