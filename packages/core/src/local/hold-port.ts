import { once } from "node:events";
import { connect, createServer } from "node:net";

const loopback = "127.0.0.1";

/**
 * Gives up a port of 127.0.0.1 and keeps it from every program that asks the system for a free one: a
 * connection begins at it, and who connects to it is refused. Where the system does not allow that, the
 * port is given up all the same.
 * @param giveUp stops listening, at once; resolves when that is done.
 * @returns what lets go of the port.
 */
export async function holdPort(port: number, giveUp: () => PromiseLike<void>): Promise<() => void> {
  const anchor = createServer((socket) => socket.on("error", () => {})).unref();
  await once(anchor.listen(0, loopback), "listening");
  const address = anchor.address();
  const anchorPort = typeof address === "object" && address ? address.port : 0;
  const given = giveUp();
  const socket = connect({
    host: loopback,
    port: anchorPort,
    localAddress: loopback,
    localPort: port,
  });
  await new Promise<void>((resolve) => {
    socket
      .unref()
      .once("connect", resolve)
      .on("error", () => resolve());
  });
  await given;
  return () => {
    socket.resetAndDestroy();
    anchor.close();
  };
}
