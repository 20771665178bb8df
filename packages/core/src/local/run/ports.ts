import { type Server, createServer, Socket } from "node:net";
import { once } from "node:events";

/** The port that a server of TCP or HTTP listens at; 0 while it does not. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

const loopback = "127.0.0.1";

/** A port of 127.0.0.1 that is free now, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, loopback);
  await once(server, "listening");
  const port = portOf(server);
  await once(server.close(), "close");
  return port;
}

/**
 * Gives up a port of 127.0.0.1 and keeps it from every program that asks the system for a free one: a
 * connection begins at it, and connections to it are refused. Where the system does not allow that, the
 * port is given up all the same. It keeps no process alive.
 * @param giveUp stops listening, at once; resolves when that is done.
 * @returns releases the port.
 */
export async function holdPort(port: number, giveUp: () => PromiseLike<void>): Promise<() => void> {
  const anchor = createServer((socket) => socket.unref().on("error", () => {}));
  const isOpen = await once(anchor.listen(0, loopback), "listening").then(
    () => true,
    () => false,
  );
  const given = giveUp();
  const socket = new Socket().on("error", () => {});
  if (isOpen) {
    const ends = { port: portOf(anchor), host: loopback, localPort: port, localAddress: loopback };
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve()).connect(ends, resolve);
    });
  }
  anchor.unref();
  socket.unref();
  await given;
  return () => {
    socket.resetAndDestroy();
    anchor.close();
  };
}
