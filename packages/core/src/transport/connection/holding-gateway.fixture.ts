import { forwardTo, startHttp } from "./test-servers.fixture.ts";

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
